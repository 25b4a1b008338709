//! GetFederationToken: a guest may do what both its user and its policy allow.

use aws_credential_types::Credentials;
use aws_sdk_sts::operation::get_federation_token::GetFederationTokenOutput;
use hatrack_sandbox::Running;

use crate::clients::{Refused, assume, data_reader, identity, s3, sandbox, session, sts, user};
use crate::iam_reads::keys;

const LIST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;

/// The user that may make guests.
fn custodian(running: &Running) -> Credentials {
    keys(running, "custodian")
}

async fn guest(
    running: &Running,
    by: Credentials,
    policy: Option<&str>,
    seconds: Option<i32>,
) -> Result<GetFederationTokenOutput, Refused> {
    let call = sts(running, by).get_federation_token().name("visitor");
    let call = call
        .set_policy(policy.map(str::to_owned))
        .set_duration_seconds(seconds);
    call.send().await.map_err(Refused::from)
}

async fn lists(running: &Running, credentials: Credentials) -> bool {
    s3(running, credentials, "us-east-1")
        .list_buckets()
        .send()
        .await
        .is_ok()
}

#[tokio::test]
async fn a_guest_has_a_name_and_no_more_than_the_policy_gives() {
    let running = sandbox().await;
    let given = guest(&running, custodian(&running), Some(LIST), Some(900))
        .await
        .unwrap();
    let arn = "arn:aws:sts::081278057606:federated-user/visitor";
    assert_eq!(given.federated_user().unwrap().arn(), arn);
    let credentials = session(given.credentials().unwrap());
    let (_, who, id) = identity(&running, credentials.clone()).await.unwrap();
    assert_eq!((who.as_str(), id.as_str()), (arn, "081278057606:visitor"));
    assert!(lists(&running, credentials).await);

    // What the user may do counts for nothing without a policy, nor what the policy names and the user may not.
    let bare = guest(&running, custodian(&running), None, None).await.unwrap();
    assert!(!lists(&running, session(bare.credentials().unwrap())).await);
    let wide = LIST.replace("s3:ListAllMyBuckets", "*");
    let wide = guest(&running, custodian(&running), Some(&wide), None)
        .await
        .unwrap();
    let wide = session(wide.credentials().unwrap());
    assert!(lists(&running, wide.clone()).await);
    let read = s3(&running, wide, "us-east-1")
        .list_objects_v2()
        .bucket("com.stuzio.project-x");
    assert!(read.send().await.is_err());
}

#[tokio::test]
async fn its_length_is_a_quarter_of_an_hour_to_a_day_and_a_half() {
    let running = sandbox().await;
    for (seconds, is_taken) in [(899, false), (900, true), (129_600, true), (129_601, false)] {
        let given = guest(&running, custodian(&running), Some(LIST), Some(seconds)).await;
        assert_eq!(given.is_ok(), is_taken, "{seconds}");
    }
    let usual = guest(&running, custodian(&running), Some(LIST), None)
        .await
        .unwrap();
    let life = usual.credentials().unwrap().expiration().secs() - running.admin().now().as_second();
    assert!((43_100..=43_200).contains(&life), "{life}");
}

#[tokio::test]
async fn only_a_users_own_keys_make_one_and_a_guest_makes_nothing() {
    let running = sandbox().await;
    let role = data_reader(&running).await;
    let refused = guest(&running, role, Some(LIST), None).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    let story = running.manifest().story("S1").unwrap();
    let refused = guest(&running, user(story), Some(LIST), None).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");

    let given = guest(&running, custodian(&running), Some(LIST), None)
        .await
        .unwrap();
    let credentials = session(given.credentials().unwrap());
    let again = guest(&running, credentials.clone(), Some(LIST), None)
        .await
        .unwrap_err();
    assert_eq!(again.code, "AccessDenied");
    let client = sts(&running, credentials.clone());
    let refused = assume(&client, &story.role_arn, None, None).await.unwrap_err();
    assert_eq!(refused.code, "AccessDenied");
    let refused = client.get_session_token().send().await.unwrap_err();
    assert_eq!(Refused::from(refused).code, "AccessDenied");
}
