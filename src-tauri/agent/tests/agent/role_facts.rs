//! Reading about roles: behind everything else, and what comes of it.

use std::time::Duration;

use hatrack_agent::protocol::{Request, RoleChoice};
use hatrack_core::view::{RoleView, SwitchOutcome};

use crate::discovery::{named, roles, search, searched};
use crate::world::*;

/// Waits until IAM has been asked for `count` roles.
async fn asked(world: &World, count: usize) -> Vec<(String, String)> {
    let mut asked = world.iam.asked.subscribe();
    let all = soon(asked.wait_for(|asked| asked.len() >= count)).await.unwrap();
    all.clone()
}

/// Waits until the role of this profile's row has facts.
async fn known(world: &World, listening: &hatrack_agent::service::Listening, profile: &str) -> RoleView {
    loop {
        let roles = roles(world).await;
        let role = roles
            .into_iter()
            .find(|role| role.profile.as_deref() == Some(profile))
            .unwrap();
        if role.facts.is_some() {
            return role;
        }
        soon(listening.next()).await;
    }
}

const STUZIO: &str = "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole";

#[tokio::test]
async fn after_a_switch_the_role_is_read_with_its_own_session_once_a_day() {
    let mut world = World::new().await;
    world.iam.knows(
        STUZIO,
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"183438944504"},
            "Condition":{"StringEquals":{"sts:ExternalId":"stuzio-acme"}}}"#,
        4 * 3600,
    );
    let listening = world.listen().await;
    let session = world.session("stuzio").await;
    let role = known(&world, &listening, "stuzio").await;
    let facts = role.facts.unwrap();
    assert_eq!(
        (facts.maximum, role.max_duration),
        (Some(4 * 3600), Some(4 * 3600))
    );
    assert_eq!(facts.trusts, ["account 183438944504, as its policies allow"]);
    assert!(facts.external_id && !facts.mfa);
    assert_eq!(role.kind.as_deref(), Some("custom"));
    assert_eq!(
        (facts.description.as_deref(), facts.tags[0].value.as_str()),
        (Some("For tests"), "blue")
    );
    assert_eq!(
        asked(&world, 1).await,
        [(session.access_key_id, "StuzioAcmeConsultantRole".to_owned())]
    );
    drop(listening);
    world.restart().await;
    let listening = world.listen().await;
    assert!(
        known(&world, &listening, "stuzio").await.facts.is_some(),
        "it is kept"
    );
    world.clock.pass(Duration::from_secs(2 * 3600));
    world.session("stuzio").await;
    world.clock.pass(Duration::from_secs(23 * 3600));
    world.session("stuzio").await;
    assert_eq!(
        asked(&world, 2).await.len(),
        2,
        "the switch two hours later asked nobody"
    );
}

#[tokio::test]
async fn who_may_not_read_a_role_does_not_ask_again_all_day() {
    let world = World::new().await;
    // While somebody listens, an agent does not end for idleness.
    let _listening = world.listen().await;
    world.session("stuzio").await;
    asked(&world, 1).await;
    world.clock.pass(Duration::from_secs(2 * 3600));
    world.session("stuzio").await;
    world.clock.pass(Duration::from_secs(25 * 3600));
    world.session("stuzio").await;
    assert_eq!(asked(&world, 2).await.len(), 2);
}

#[tokio::test]
async fn nothing_is_read_where_sts_is_another_than_awss_and_iam_is_not_named() {
    let world = World::new().await;
    let endpoint = "https://minio.example:9000".to_owned();
    world.ask(Request::ConsentEndpoint { endpoint }).await.unwrap();
    // Its endpoint_url holds for IAM too.
    world.session("elsewhere").await;
    asked(&world, 1).await;
    let vars = [("AWS_ENDPOINT_URL_STS", "https://minio.example:9000")];
    let caller = world.caller_as(hatrack_core::caller::Client::Hat, &vars);
    let request = hatrack_agent::protocol::SwitchRequest::of(RoleChoice::Exact("far".into()));
    world.ask_as(caller, Request::Switch(request)).await.unwrap();
    world.session("far").await;
    let names: Vec<String> = asked(&world, 2).await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["StuzioAcmeConsultantRole", "Far"]);
}

#[tokio::test]
async fn s8_a_role_that_only_a_service_can_use_is_not_tried() {
    let world = World::new().await;
    let lambda =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}"#;
    world
        .iam
        .knows("arn:aws:iam::183438944504:role/Function", lambda, 3600);
    world.iam.allow(&[(
        "own",
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::183438944504:role/Function"}"#,
    )]);
    let listening = world.listen().await;
    searched(&world, search(false, &[])).await;
    let function = loop {
        let role = named(&world, "Function").await.remove(0);
        if role.facts.is_some() {
            break role;
        }
        soon(listening.next()).await;
    };
    assert_eq!(function.kind.as_deref(), Some("service"));
    assert!(
        function
            .unusable
            .unwrap()
            .contains("only the service can use it (lambda.amazonaws.com)")
    );
    let calls = world.sts.calls();
    let SwitchOutcome::Denied { denial } = world.switch(&function.key).await else {
        panic!("nobody can assume it")
    };
    assert_eq!((denial.code.as_str(), world.sts.calls()), ("RoleClosed", calls));
    // A trust policy may have changed in a week: then AWS is asked.
    world.clock.pass(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(named(&world, "Function").await[0].unusable, None);
    switched(world.switch(&function.key).await);
}
