//! Tokens that are exchanged for a role's session.

use hatrack_agent::protocol::{ErrorCode, Reply, Request, RoleChoice, SwitchRequest};
use hatrack_core::view::{DenialView, SwitchOutcome};

use crate::world::*;

const FEDERATED: &str = "
[profile federated]
role_arn = arn:aws:iam::081278057606:role/Pipeline
web_identity_token_file = token

[profile named]
role_arn = arn:aws:iam::081278057606:role/Pipeline
web_identity_token_file = token
role_session_name = build-7

[profile far]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = named
";

async fn world(token: &[u8]) -> World {
    let world = World::with_config(FEDERATED).await;
    std::fs::write(world.folder.path().join("token"), token).unwrap();
    world
}

fn request(profile: &str) -> SwitchRequest {
    SwitchRequest::of(RoleChoice::Exact(profile.into()))
}

#[tokio::test]
async fn a_token_is_exchanged_for_the_role_and_what_was_asked_goes_with_it() {
    let world = world(b"canary.to.ken\n").await;
    let session = world.session("federated").await;
    assert_eq!(session.account_id.unwrap().as_str(), "081278057606");
    assert_eq!(
        session.assumed_role_arn.as_deref(),
        Some("arn:aws:sts::1:assumed-role/Pipeline")
    );
    let mut asked = request("named");
    asked.options.duration = Some(7200.try_into().unwrap());
    asked.options.policy_arns = vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".parse().unwrap()];
    let session = switched(world.switch_with(asked).await);
    assert_eq!(session.seconds_left, 7200);

    let exchanges = std::mem::take(&mut *world.sts.exchanges.lock().unwrap());
    let sent: Vec<_> = exchanges
        .iter()
        .map(|call| {
            (
                call.session_name.as_str(),
                call.duration.seconds(),
                call.policy_arns.len(),
            )
        })
        .collect();
    assert_eq!(sent, [("hatrack-troy", 3600, 0), ("build-7", 7200, 1)]);
    assert!(
        exchanges
            .iter()
            .all(|call| call.token.expose() == "canary.to.ken")
    );
    let rows = world.history().await;
    assert_eq!(rows[0].request_id.as_deref(), Some("request-1"));
}

#[tokio::test]
async fn a_role_behind_the_exchanged_one_is_a_chain() {
    let world = world(b"canary").await;
    let session = world.session("far").await;
    assert_eq!(world.sts.signers.lock().unwrap()[..], ["nobody", "ASIA1"]);
    assert!(session.chained);
    assert_eq!(
        world.sts.exchanges.lock().unwrap()[0].session_name.as_str(),
        "build-7"
    );
}

#[tokio::test]
async fn a_token_file_that_cannot_be_used_is_named_and_its_contents_are_not() {
    let long = [b'c'; 20_001];
    for (token, told) in [
        (None, "token"),
        (Some(&b" \n"[..]), "empty"),
        (Some(b"canary\xff"), "no text"),
        (Some(&long), "20000"),
    ] {
        let world = world(token.unwrap_or_default()).await;
        if token.is_none() {
            std::fs::remove_file(world.folder.path().join("token")).unwrap();
        }
        let error = world
            .ask(Request::Switch(request("federated")))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Identity);
        let path = world.folder.path().join("token").display().to_string();
        assert!(
            error.message.contains(&path) && error.message.contains(told),
            "{}",
            error.message
        );
        assert!(!error.message.contains("canary"));
        assert_eq!(world.sts.calls(), 0);
    }
}

async fn denied(code: &str) -> DenialView {
    let world = world(b"canary").await;
    world.sts.refuse(code, "in AWS's words");
    let answered = world.ask(Request::Switch(request("federated"))).await.unwrap();
    let Reply::Switch(SwitchOutcome::Denied { denial }) = answered else {
        panic!("{answered:?}");
    };
    assert!(!format!("{denial:?}{:?}", world.history().await).contains("canary"));
    denial
}

#[tokio::test]
async fn b17_a_refused_exchange_says_what_to_look_at() {
    for (code, told) in [
        ("InvalidIdentityToken", "identity provider in IAM"),
        ("ExpiredTokenException", "has expired"),
        ("IDPRejectedClaim", "withdrawn"),
        ("IDPCommunicationError", "try again"),
        ("AccessDenied", "trust policy"),
        ("SomethingNew", "SomethingNew"),
    ] {
        let denial = denied(code).await;
        assert_eq!(denial.code, code);
        assert_eq!(denial.message, "in AWS's words");
        assert_eq!(denial.request_id.as_deref(), Some("refused-1"));
        assert_eq!(denial.action, "sts:AssumeRoleWithWebIdentity");
        assert_eq!(
            denial.resource.as_deref(),
            Some("arn:aws:iam::081278057606:role/Pipeline")
        );
        assert!(denial.summary.contains(told), "{}", denial.summary);
    }
}

#[tokio::test]
async fn b18_an_expired_token_is_exchanged_once_and_read_afresh_the_next_time() {
    let world = world(b"canary-old").await;
    world.sts.refuse("ExpiredTokenException", "expired");
    assert!(matches!(
        world.switch("federated").await,
        SwitchOutcome::Denied { .. }
    ));
    assert_eq!(world.sts.calls(), 1);
    std::fs::write(world.folder.path().join("token"), "canary-new").unwrap();
    world.session("federated").await;
    assert_eq!(
        world.sts.exchanges.lock().unwrap()[1].token.expose(),
        "canary-new"
    );
}
