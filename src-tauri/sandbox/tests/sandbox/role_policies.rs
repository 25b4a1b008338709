//! Roles' inline policies, written and deleted, and what they then decide.

use aws_credential_types::Credentials;
use aws_sdk_iam::Client;
use hatrack_sandbox::Running;

use crate::clients::{Refused, assume, s3, sandbox, sts, user};
use crate::iam_reads::{decoded, iam, keys};

const ROLE: &str = "StuzioAcmeConsultantRole";
const NAME: &str = "AWSRevokeOlderSessions";

fn custodian(running: &Running) -> Client {
    iam(running, keys(running, "custodian"))
}

fn deny_before(time: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{{"DateLessThan":{{"aws:TokenIssueTime":"{time}"}}}}}}]}}"#
    )
}

async fn put(client: &Client, role: &str, document: &str) -> Result<(), Refused> {
    let call = client.put_role_policy().role_name(role).policy_name(NAME);
    let sent = call.policy_document(document).send().await;
    sent.map(|_| ()).map_err(Refused::from)
}

async fn lists(running: &Running, credentials: &Credentials) -> bool {
    let client = s3(running, credentials.clone(), "us-east-1");
    client.list_buckets().send().await.is_ok()
}

#[tokio::test]
async fn a_deny_of_older_tokens_is_read_back_and_enforced_until_it_is_deleted() {
    let running = sandbox().await;
    let (client, story) = (custodian(&running), running.manifest().story("S13").unwrap());
    let by = sts(&running, user(story));
    let old = assume(&by, &story.role_arn, None, None).await.unwrap();
    assert!(lists(&running, &old).await);

    let soon = running.admin().now() + jiff::SignedDuration::from_secs(2);
    let document = deny_before(&soon.to_string());
    put(&client, ROLE, &document).await.unwrap();
    let read = client.get_role_policy().role_name(ROLE).policy_name(NAME);
    let read = read.send().await.unwrap();
    let written: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(decoded(read.policy_document()), written);
    assert!(!lists(&running, &old).await);
    running.admin().set_clock_ahead(3);
    let fresh = assume(&by, &story.role_arn, None, None).await.unwrap();
    assert!(lists(&running, &fresh).await);

    let delete = || {
        client
            .delete_role_policy()
            .role_name(ROLE)
            .policy_name(NAME)
            .send()
    };
    delete().await.unwrap();
    assert!(lists(&running, &old).await);
    assert_eq!(Refused::from(delete().await.unwrap_err()).code, "NoSuchEntity");
}

#[tokio::test]
async fn a_policy_of_the_same_name_is_replaced() {
    let running = sandbox().await;
    let client = custodian(&running);
    for year in ["2024", "2025"] {
        put(&client, ROLE, &deny_before(&format!("{year}-01-01T00:00:00Z")))
            .await
            .unwrap();
    }
    let read = client.get_role_policy().role_name(ROLE).policy_name(NAME);
    assert!(read.send().await.unwrap().policy_document().contains("2025"));
}

#[tokio::test]
async fn what_is_no_policy_and_who_may_not_are_refused() {
    let running = sandbox().await;
    let client = custodian(&running);
    let code = async |client: &Client, role: &str, document: &str| {
        put(client, role, document).await.unwrap_err().code
    };
    let good = deny_before("2026-01-01T00:00:00Z");
    assert_eq!(code(&client, ROLE, "{").await, "MalformedPolicyDocument");
    assert_eq!(code(&client, "Nowhere", &good).await, "NoSuchEntity");
    let long = good.replacen("\"*\"", &format!("\"s3:{}*\"", "a".repeat(10_240)), 1);
    assert_eq!(code(&client, ROLE, &long).await, "LimitExceeded");
    let story = running.manifest().story("S13").unwrap();
    let troy = iam(&running, user(story));
    assert_eq!(code(&troy, ROLE, &good).await, "AccessDenied");
}
