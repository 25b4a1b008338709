//! Doctor's eyes over the AWS SDK: one's own policies, the role, the bucket, each look allowed to be refused.
//!
//! Invariants: only reads are sent, none with an MFA code; all looks go out at once and share one time limit; what was
//! refused is told as AWS's code, never as a failure.
//!
//! Source: IAM, STS and Amazon S3 API References.

mod decoded;
mod own;
mod role;
mod simulated;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::bucket::BucketName;
use hatrack_core::doctor::{BucketAsked, Eyes, How, LookAt, Seen, Sight, Tried, Viewer, Who};
use hatrack_core::sts::{AwsFailure, Sts as _};
use tokio::time::timeout;

use crate::http::HttpClients;
use crate::iam::AwsIam;
use crate::s3::{FixedCredentials, S3};
use crate::sts::AwsSts;

/// A look that takes longer is as good as refused: somebody waits for the diagnosis.
const PATIENCE: Duration = Duration::from_secs(15);

/// AWS, looked at through `http`.
pub struct AwsEyes {
    http: Arc<HttpClients>,
    iam: AwsIam,
    sts: AwsSts,
}

impl AwsEyes {
    /// Eyes that look through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self {
            iam: AwsIam::new(http.clone()),
            sts: AwsSts::new(http.clone()),
            http,
        }
    }

    fn s3(&self, viewer: &Viewer) -> S3 {
        S3::new(
            self.http.clone(),
            viewer.s3.clone(),
            viewer.s3_path_style,
            Arc::new(FixedCredentials(viewer.credentials.clone())),
        )
    }

    async fn caller(&self, viewer: &Viewer) -> Seen<Who> {
        match self
            .sts
            .get_caller_identity(&viewer.sts, &viewer.credentials)
            .await
        {
            Ok(who) => {
                let role = role::of_session(&who.arn);
                Seen::Known(
                    Who {
                        account: who.account,
                        arn: who.arn,
                        role,
                    },
                    How::Read,
                )
            }
            Err(failure) => Seen::Refused(why(&failure)),
        }
    }

    async fn bucket(&self, viewer: &Viewer, bucket: Option<&BucketAsked>) -> Sight {
        let Some(Ok(name)) = bucket.map(|bucket| bucket.name.parse::<BucketName>()) else {
            return Sight::default();
        };
        self.s3(viewer).seen(&name).await
    }

    async fn all(&self, viewer: &Viewer, at: &LookAt) -> Sight {
        let (caller, bucket) = tokio::join!(self.caller(viewer), self.bucket(viewer, at.bucket.as_ref()));
        let mut sight = bucket;
        let who = caller.known().cloned();
        let account = who.as_ref().map(|who| who.account);
        // Only the owner's own account reads a bucket's policy (API Reference, "GetBucketPolicy").
        if let (true, Some(account)) = (sight.bucket_policy.is_certain(), account) {
            sight.bucket_owner = Seen::Known(account, How::Read);
        }
        let role = at.role.as_ref().filter(|role| Some(role.account()) == account);
        let own = who.as_ref().filter(|_| at.own);
        let (own, role, decoded) = tokio::join!(
            self.own(viewer, own, &at.simulate),
            self.role(viewer, role),
            self.decoded(viewer, at.encoded.as_deref())
        );
        if at.own {
            sight.caller = caller;
        }
        sight.decoded = decoded;
        own.or(role).or(sight)
    }
}

#[async_trait]
impl Eyes for AwsEyes {
    async fn look(&self, viewer: &Viewer, at: &LookAt) -> Sight {
        // Partial results of looks that were too slow are given up with them: nothing is taken for absent by that.
        timeout(PATIENCE, self.all(viewer, at)).await.unwrap_or_default()
    }

    async fn try_out(&self, viewer: &Viewer, action: &str, bucket: &BucketAsked) -> Tried {
        let tried = self.s3(viewer);
        match timeout(PATIENCE, tried.least(action, bucket)).await {
            Ok(tried) => tried,
            Err(_) => Tried::NotTried("no answer came in time".to_owned()),
        }
    }
}

/// AWS's code, or what stood in the way.
fn why(failure: &AwsFailure) -> String {
    match failure {
        AwsFailure::Refused(refusal) => refusal.code.clone(),
        other => other.to_string(),
    }
}
