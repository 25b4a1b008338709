//! What the tests share: a place to reach, keys to sign with, and the sandbox's stories.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use hatrack_aws::AwsSts;
use hatrack_aws::http::HttpClients;
use hatrack_aws::s3::{FixedCredentials, S3};
use hatrack_aws::sts::Timing;
use hatrack_core::identity_center::Portal;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AssumeRole, Reach, Sts};
use hatrack_core::sts_limits::{SessionDuration, SessionTags};
use hatrack_sandbox::{Options, Running, Story};

pub fn reach(endpoint: &str) -> Reach {
    Reach {
        region: "us-east-1".into(),
        endpoint: Some(endpoint.into()),
        ca_bundle: None,
        proxy: None,
        no_proxy: None,
    }
}

pub fn keys(id: &str, secret: &str) -> Credentials {
    Credentials {
        access_key_id: id.into(),
        secret_access_key: Secret::new(secret),
        session_token: None,
        expires_at: None,
    }
}

pub fn user() -> Credentials {
    keys("AKIAIOSFODNN7EXAMPLE", "canary-secret-access-key")
}

pub fn assume(role: &str) -> AssumeRole {
    AssumeRole {
        role: role.parse().unwrap(),
        session_name: "troy".parse().unwrap(),
        duration: SessionDuration::HOUR,
        external_id: None,
        mfa: None,
        policy: None,
        policy_arns: Vec::new(),
        tags: SessionTags::default(),
        source_identity: None,
    }
}

/// No waiting between tries. Waits of five seconds and more, which are timeouts, stay.
pub fn quick() -> Timing {
    Timing {
        sleep: Some(SharedAsyncSleep::new(NoBackoff)),
        time: None,
    }
}

/// STS that does not wait between its tries.
pub fn quick_sts() -> AwsSts {
    AwsSts::with_timing(Arc::default(), quick())
}

/// The portal that Identity Center's tests sign in to.
pub fn portal() -> Portal {
    Portal {
        session: Some("acme".into()),
        start_url: "https://acme.awsapps.com/start".into(),
        region: "us-east-1".into(),
        scopes: vec!["sso:account:access".into()],
    }
}

#[derive(Debug)]
struct NoBackoff;

impl AsyncSleep for NoBackoff {
    fn sleep(&self, duration: Duration) -> Sleep {
        let timeout = duration >= Duration::from_secs(5);
        Sleep::new(tokio::time::sleep(if timeout {
            duration
        } else {
            Duration::ZERO
        }))
    }
}

pub async fn sandbox() -> Running {
    hatrack_sandbox::start(Options::default()).await.unwrap()
}

pub fn story(sandbox: &Running, id: &str) -> Story {
    let stories = &sandbox.manifest().stories;
    stories.iter().find(|story| story.id == id).unwrap().clone()
}

/// The credentials of the story's role.
pub async fn session(sandbox: &Running, story: &Story) -> Credentials {
    let mut call = assume(&story.role_arn);
    call.external_id = story.external_id.as_deref().map(|id| id.parse().unwrap());
    let signer = keys(&story.access_key_id, &story.secret_access_key);
    let issued = AwsSts::new(Arc::default())
        .assume_role(&reach(sandbox.endpoint()), &signer, &call)
        .await;
    issued.unwrap().credentials
}

/// S3 as the story's role sees it.
pub async fn s3(sandbox: &Running, story: &Story) -> S3 {
    let credentials = session(sandbox, story).await;
    s3_with(sandbox.endpoint(), credentials)
}

pub fn s3_with(endpoint: &str, credentials: Credentials) -> S3 {
    S3::new(
        Arc::new(HttpClients::default()),
        reach(endpoint),
        false,
        Arc::new(FixedCredentials(credentials)),
    )
}
