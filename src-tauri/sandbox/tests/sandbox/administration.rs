//! What an administrator changes, and what the policies then decide; what a person can have simulated and decoded.

use aws_credential_types::Credentials;
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{ContextEntry, ContextKeyTypeEnum, PolicyEvaluationDecisionType};
use hatrack_sandbox::Running;

use crate::clients::{Refused, assume, s3, sandbox, sts, user};
use crate::iam_reads::{iam, keys};

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const ROLE: &str = "ExampleBucketReader";
const ANALYST: &str = "arn:aws:iam::111122223333:user/data-analyst";
const READER: &str = "arn:aws:iam::444455556666:role/ExampleBucketReader";

fn administrator(running: &Running, account: &str) -> Credentials {
    let (id, secret) = running.admin().administrator(account).unwrap();
    Credentials::new(id, secret, None, None, "test")
}

async fn switches(running: &Running) -> bool {
    let story = running.manifest().story("S1").unwrap();
    assume(&sts(running, user(story)), READER, None, None)
        .await
        .is_ok()
}

fn trusting(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

async fn trust(client: &Client, document: &str) -> Result<(), Refused> {
    let call = client.update_assume_role_policy().role_name(ROLE);
    let sent = call.policy_document(document).send().await;
    sent.map(|_| ()).map_err(Refused::from)
}

#[tokio::test]
async fn a_trust_policy_is_written_anew_by_who_may() {
    let running = sandbox().await;
    let admin = iam(&running, administrator(&running, OTHER));
    assert!(switches(&running).await);
    let nobody = trusting("arn:aws:iam::777788889999:root");
    trust(&admin, &nobody).await.unwrap();
    assert!(!switches(&running).await);
    trust(&admin, &trusting(ANALYST)).await.unwrap();
    assert!(switches(&running).await);
    assert_eq!(
        trust(&admin, "{").await.unwrap_err().code,
        "MalformedPolicyDocument"
    );
    let analyst = iam(&running, keys(&running, "data-analyst"));
    let refused = analyst.update_assume_role_policy().role_name(ROLE);
    let refused = refused.policy_document(nobody).send().await.unwrap_err();
    assert_eq!(Refused::from(refused).code, "AccessDenied");
}

#[tokio::test]
async fn a_users_policy_is_deleted_and_put_back() {
    let running = sandbox().await;
    let admin = iam(&running, administrator(&running, OWN));
    let name = "assume-data-roles";
    let delete = admin
        .delete_user_policy()
        .user_name("data-analyst")
        .policy_name(name);
    delete.send().await.unwrap();
    assert!(!switches(&running).await);
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{READER}"}}}}"#
    );
    let put = admin
        .put_user_policy()
        .user_name("data-analyst")
        .policy_name(name);
    put.policy_document(document).send().await.unwrap();
    assert!(switches(&running).await);
    let put = admin.put_user_policy().user_name("nobody").policy_name(name);
    let refused = put.policy_document("{}").send().await.unwrap_err();
    assert_eq!(Refused::from(refused).code, "NoSuchEntity");
}

#[tokio::test]
async fn a_groups_policy_counts_for_its_members() {
    let running = sandbox().await;
    let story = running.manifest().story("S14").unwrap();
    let account = running
        .manifest()
        .accounts
        .iter()
        .find(|(_, name)| *name == "asi development")
        .unwrap();
    let admin = iam(&running, administrator(&running, account.0));
    let deny =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}}"#;
    let put = admin
        .put_group_policy()
        .group_name("developers")
        .policy_name("deny");
    put.policy_document(deny).send().await.unwrap();
    let by = sts(&running, user(story));
    assert!(assume(&by, &story.role_arn, None, None).await.is_err());
    let delete = admin
        .delete_group_policy()
        .group_name("developers")
        .policy_name("deny");
    delete.send().await.unwrap();
    assert!(assume(&by, &story.role_arn, None, None).await.is_ok());
}

#[tokio::test]
async fn what_a_principal_may_is_simulated_for_who_may_ask() {
    let running = sandbox().await;
    let admin = iam(&running, administrator(&running, OWN));
    let simulate = |client: &Client, resource: &str| {
        let call = client.simulate_principal_policy().policy_source_arn(ANALYST);
        call.action_names("sts:AssumeRole").resource_arns(resource).send()
    };
    let answer = simulate(&admin, READER).await.unwrap();
    let result = &answer.evaluation_results()[0];
    assert_eq!(result.eval_decision(), &PolicyEvaluationDecisionType::Allowed);
    let matched = &result.matched_statements()[0];
    assert_eq!(matched.source_policy_id(), Some("user_assume-data-roles"));
    let answer = simulate(&admin, "arn:aws:iam::444455556666:role/Other")
        .await
        .unwrap();
    let result = &answer.evaluation_results()[0];
    assert_eq!(
        result.eval_decision(),
        &PolicyEvaluationDecisionType::ImplicitDeny
    );

    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*",
        "Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}}"#;
    let put = admin
        .put_user_policy()
        .user_name("data-analyst")
        .policy_name("mfa");
    put.policy_document(deny).send().await.unwrap();
    let answer = simulate(&admin, READER).await.unwrap();
    let result = &answer.evaluation_results()[0];
    assert_eq!(
        result.eval_decision(),
        &PolicyEvaluationDecisionType::ExplicitDeny
    );
    let with_mfa = ContextEntry::builder()
        .context_key_name("aws:MultiFactorAuthPresent")
        .context_key_values("true")
        .context_key_type(ContextKeyTypeEnum::Boolean)
        .build();
    let call = admin.simulate_principal_policy().policy_source_arn(ANALYST);
    let call = call.action_names("sts:AssumeRole").resource_arns(READER);
    let answer = call.context_entries(with_mfa).send().await.unwrap();
    let result = &answer.evaluation_results()[0];
    assert_eq!(result.eval_decision(), &PolicyEvaluationDecisionType::Allowed);
    let call = admin
        .get_context_keys_for_principal_policy()
        .policy_source_arn(ANALYST);
    let answer = call.send().await.unwrap();
    assert_eq!(answer.context_key_names(), ["aws:MultiFactorAuthPresent"]);

    let analyst = iam(&running, keys(&running, "data-analyst"));
    let refused = simulate(&analyst, READER).await.unwrap_err();
    assert_eq!(Refused::from(refused).code, "AccessDenied");
    let elsewhere = iam(&running, administrator(&running, OTHER));
    let refused = simulate(&elsewhere, READER).await.unwrap_err();
    assert_eq!(Refused::from(refused).code, "NoSuchEntity");
}

#[tokio::test]
async fn a_resource_policy_is_simulated_for_users_only() {
    let running = sandbox().await;
    let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}}"#;
    let ask = |account: &str, source: &str| {
        let admin = iam(&running, administrator(&running, account));
        let call = admin.simulate_principal_policy().policy_source_arn(source);
        let call = call
            .action_names("s3:GetObject")
            .resource_arns("arn:aws:s3:::b/k");
        call.resource_policy(document).send()
    };
    let answer = ask(OWN, ANALYST).await.unwrap();
    let decision = answer.evaluation_results()[0].eval_decision();
    assert_eq!(decision, &PolicyEvaluationDecisionType::Allowed);
    let refused = Refused::from(ask(OTHER, READER).await.unwrap_err());
    assert_eq!(refused.code, "InvalidInput");
}

#[tokio::test]
async fn a_managed_policy_is_attached_in_its_own_account_only() {
    let running = sandbox().await;
    let story = running.manifest().story("S14").unwrap();
    let user = iam(&running, user(story));
    let name = user.get_user().send().await.unwrap();
    let name = name.user().unwrap().user_name().to_owned();
    let groups = user.list_groups_for_user().user_name(name).send().await.unwrap();
    let group = groups.groups()[0].group_name();
    let attached = user
        .list_attached_group_policies()
        .group_name(group)
        .send()
        .await
        .unwrap();
    let arn = attached.attached_policies()[0].policy_arn().unwrap().to_owned();
    let account = arn.split(':').nth(4).unwrap();

    let own = iam(&running, administrator(&running, account));
    let call = own.attach_group_policy().group_name(group).policy_arn(&arn);
    call.send().await.unwrap();
    assert_ne!(account, OTHER);
    let other = iam(&running, administrator(&running, OTHER));
    let call = other.attach_role_policy().role_name(ROLE).policy_arn(&arn);
    let refused = Refused::from(call.send().await.unwrap_err());
    assert_eq!(refused.code, "NoSuchEntity");
}

#[tokio::test]
async fn what_goes_beyond_an_accounts_first_quotas_is_refused() {
    let running = sandbox().await;
    let admin = iam(&running, administrator(&running, OTHER));
    let many: Vec<String> = (0..60)
        .map(|n| format!("\"arn:aws:iam::111122223333:user/person-{n:03}\""))
        .collect();
    let long = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":[{}]}},"Action":"sts:AssumeRole"}}]}}"#,
        many.join(",")
    );
    assert!((2_048..4_096).contains(&long.len()), "{}", long.len());
    assert_eq!(trust(&admin, &long).await.unwrap_err().code, "LimitExceeded");
}

#[tokio::test]
async fn a_message_is_decoded_for_who_may() {
    let running = sandbox().await;
    let said = r#"{"allowed":false,"explicitDeny":false,"matchedStatements":{"items":[]}}"#;
    let message = running.admin().authorization_message(said);
    let admin = sts(&running, administrator(&running, OWN));
    let decode = |message: &str| {
        let call = admin.decode_authorization_message();
        call.encoded_message(message).send()
    };
    let answer = decode(&message).await.unwrap();
    assert_eq!(answer.decoded_message(), Some(said));
    let refused = Refused::from(decode("AAAA").await.unwrap_err());
    assert_eq!(refused.code, "InvalidAuthorizationMessageException");
    let story = running.manifest().story("S1").unwrap();
    let call = sts(&running, user(story)).decode_authorization_message();
    let refused = Refused::from(call.encoded_message(&message).send().await.unwrap_err());
    assert_eq!(refused.code, "AccessDenied");
}

#[tokio::test]
async fn a_bucket_policy_is_put_and_deleted_by_its_owners_administrator() {
    let running = sandbox().await;
    let story = running.manifest().story("S1").unwrap();
    let bucket = story.shared_bucket.as_deref().unwrap();
    let owner = s3(&running, administrator(&running, "777788889999"), "us-east-1");
    let before = owner.get_bucket_policy().bucket(bucket).send().await.unwrap();
    let role = assume(&sts(&running, user(story)), READER, None, None)
        .await
        .unwrap();
    let lists = async || {
        let client = s3(&running, role.clone(), "us-east-1");
        client.list_objects_v2().bucket(bucket).send().await.is_ok()
    };
    assert!(lists().await);
    owner.delete_bucket_policy().bucket(bucket).send().await.unwrap();
    assert!(!lists().await);
    let put = owner
        .put_bucket_policy()
        .bucket(bucket)
        .set_policy(before.policy.clone());
    put.send().await.unwrap();
    assert!(lists().await);
}
