//! Signatures, expiry, revocation, faults and the clock.

use aws_credential_types::Credentials;
use hatrack_sandbox::{Effect, On, Options, start};

use crate::clients::{DATA_READER, Refused, assume, data_reader, identity, s3, sandbox, session, sts, user};

#[tokio::test]
async fn signatures_and_keys_are_checked() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let forged = Credentials::new(&story.access_key_id, "not-the-secret", None, None, "test");
    assert_eq!(
        identity(&running, forged.clone()).await.unwrap_err().code,
        "SignatureDoesNotMatch"
    );
    let unknown = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    let refused = identity(&running, unknown.clone()).await.unwrap_err();
    assert_eq!(
        (refused.code.as_str(), refused.status),
        ("InvalidClientTokenId", 403)
    );
    let role = data_reader(&running).await;
    let bare = Credentials::new(role.access_key_id(), role.secret_access_key(), None, None, "test");
    assert_eq!(
        identity(&running, bare.clone()).await.unwrap_err().code,
        "InvalidClientTokenId"
    );

    let s3_code = async |credentials: Credentials| {
        let list = s3(&running, credentials, &story.region)
            .list_objects_v2()
            .bucket(&story.bucket)
            .send()
            .await;
        Refused::from(list.unwrap_err()).code
    };
    assert_eq!(s3_code(forged).await, "SignatureDoesNotMatch");
    assert_eq!(s3_code(unknown).await, "InvalidAccessKeyId");
    assert_eq!(s3_code(bare).await, "InvalidToken");
}

#[tokio::test]
async fn a_session_ends_when_it_expires() {
    let max_life = Some(std::time::Duration::from_secs(60));
    let running = start(Options {
        max_life,
        ..Options::default()
    })
    .await
    .unwrap();
    let story = running.manifest().story("S1").unwrap();
    let answer = sts(&running, user(story))
        .assume_role()
        .role_arn(&story.role_arn)
        .role_session_name("short");
    let answer = answer.send().await.unwrap();
    let life = answer.credentials().unwrap().expiration().secs() - running.admin().now().as_second();
    assert!((58..=60).contains(&life));
    let role = session(answer.credentials().unwrap());
    identity(&running, role.clone()).await.unwrap();
    assert!(running.admin().expire_session(role.access_key_id()));
    let refused = identity(&running, role.clone()).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.status), ("ExpiredToken", 403));
    let list = s3(&running, role, &story.region)
        .list_objects_v2()
        .bucket(&story.bucket)
        .send()
        .await;
    let refused = Refused::from(list.unwrap_err());
    assert_eq!((refused.code.as_str(), refused.status), ("ExpiredToken", 400));
    assert!(!running.admin().expire_session("ASIANOSUCHSESSION"));
    let told: Vec<String> = running
        .admin()
        .sessions()
        .into_iter()
        .map(|(_, arn)| arn)
        .collect();
    assert!(
        !told.iter().any(|arn| arn.contains("/ExampleBucketReader/")),
        "{told:?}"
    );
}

#[tokio::test]
async fn revoked_sessions_may_do_nothing_and_new_ones_may() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let list = async |credentials: Credentials| {
        let list = s3(&running, credentials, &story.region)
            .list_objects_v2()
            .bucket(&story.bucket)
            .send()
            .await;
        list.map(|_| ()).map_err(|e| Refused::from(e).code)
    };
    let old = data_reader(&running).await;
    list(old.clone()).await.unwrap();
    assert!(running.admin().revoke_sessions(DATA_READER));
    assert_eq!(list(old).await.unwrap_err(), "AccessDenied");
    running.admin().set_clock_ahead(2);
    list(data_reader(&running).await).await.unwrap();
}

#[tokio::test]
async fn calls_are_counted_and_faults_happen_as_often_as_asked() {
    let running = sandbox().await;
    let admin = running.admin();
    let story = running.manifest().story("S1").unwrap();
    let client = sts(&running, user(story));
    let fault = |status, code: &str| Effect::Error {
        status,
        code: code.to_owned(),
        retry_after: None,
    };
    admin.inject(
        On::StsAction("AssumeRole".to_owned()),
        2,
        fault(429, "Throttling"),
    );
    for _ in 0..2 {
        let refused = assume(&client, &story.role_arn, None, None).await.unwrap_err();
        assert_eq!((refused.code.as_str(), refused.status), ("Throttling", 429));
        assert!(refused.request_id.is_some());
    }
    assert_eq!(admin.calls("AssumeRole"), 0);
    assume(&client, &story.role_arn, None, None).await.unwrap();
    identity(&running, user(story)).await.unwrap();
    assert_eq!(
        (admin.calls("AssumeRole"), admin.calls("GetCallerIdentity")),
        (1, 1)
    );

    admin.inject(On::Sts, 1, Effect::TruncatedBody);
    assert!(assume(&client, &story.role_arn, None, None).await.is_err());
    admin.inject(
        On::Sts,
        1,
        Effect::ErrorBodyWith200 {
            code: "InternalFailure".to_owned(),
        },
    );
    assert!(assume(&client, &story.role_arn, None, None).await.is_err());
    admin.inject(On::Sts, 1, Effect::Disconnect);
    assert!(assume(&client, &story.role_arn, None, None).await.is_err());
    let year = |body: String| body.replacen("<Expiration>2", "<Expiration>9", 1);
    admin.inject(On::Sts, 1, Effect::Rewrite(std::sync::Arc::new(year)));
    let answer = client
        .assume_role()
        .role_arn(&story.role_arn)
        .role_session_name("far")
        .send()
        .await
        .unwrap();
    assert!(answer.credentials().unwrap().expiration().secs() > 200_000_000_000);
}

#[tokio::test]
async fn the_clock_is_the_servers() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    running.admin().set_clock_ahead(3600);
    let early = identity(&running, user(story)).await.unwrap_err();
    assert_eq!(early.code, "SignatureDoesNotMatch");
    assert!(
        early.message.starts_with("Signature expired: "),
        "{}",
        early.message
    );
    let list = s3(&running, user(story), &story.region)
        .list_buckets()
        .send()
        .await;
    assert_eq!(Refused::from(list.unwrap_err()).code, "RequestTimeTooSkewed");
    running.admin().set_clock_ahead(-300);
    identity(&running, user(story)).await.unwrap();
}
