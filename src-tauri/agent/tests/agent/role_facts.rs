//! Reading about roles: behind everything else, and what comes of it.

use std::time::Duration;

use hatrack_agent::protocol::{Event, Request, RoleChoice, Topic};
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
    assert!(
        denial.summary.contains("account 183438944504 (hat discover)"),
        "{}",
        denial.summary
    );
}

const MENDED: &str = "arn:aws:iam::183438944504:role/Mended";
const OPEN: &str = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"183438944504"}}"#;

/// `MENDED` is found, and lets in only a service.
async fn closed_role(world: &World) -> hatrack_agent::service::Listening {
    let to_mend = format!(r#"{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"{MENDED}"}}"#);
    world.iam.allow(&[("own", &to_mend)]);
    let lambda =
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}"#;
    world.iam.knows(MENDED, lambda, 3600);
    let listening = world.listen().await;
    searched(world, search(false, &[])).await;
    listening
}

/// Waits until `MENDED` is as asked.
async fn mended_that(
    world: &World,
    listening: &hatrack_agent::service::Listening,
    is: impl Fn(&RoleView) -> bool,
) -> RoleView {
    loop {
        let role = named(world, "Mended").await.remove(0);
        if is(&role) {
            return role;
        }
        soon(listening.next()).await;
    }
}

#[tokio::test]
async fn a_role_that_let_nobody_in_is_tried_an_hour_after_that_was_read() {
    let world = World::new().await;
    let listening = closed_role(&world).await;
    let role = mended_that(&world, &listening, |role| role.unusable.is_some()).await;
    assert_eq!(role.facts.unwrap().was_closed, None, "it is not past");
    world.clock.pass(Duration::from_secs(61 * 60));
    let role = named(&world, "Mended").await.remove(0);
    assert_eq!(role.unusable, None);
    assert!(
        role.facts
            .unwrap()
            .was_closed
            .unwrap()
            .contains("lambda.amazonaws.com")
    );
    // Whoever is refused all the same is told what is known.
    world.sts.refuse("AccessDenied", "no");
    let SwitchOutcome::Denied { denial } = world.switch(&role.key).await else {
        panic!("AWS refuses it")
    };
    assert_eq!(denial.code, "AccessDenied");
    assert!(
        denial
            .summary
            .contains("When Mended was last read, only the service"),
        "{}",
        denial.summary
    );
    world.iam.knows(MENDED, OPEN, 3600);
    switched(world.switch(&role.key).await);
    // A session proves that what was read is past, so it is read at once.
    mended_that(&world, &listening, |role| {
        role.facts
            .as_ref()
            .is_some_and(|facts| facts.was_closed.is_none())
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_anew_while_it_is_read_is_read_once_more() {
    let world = World::new().await;
    let listening = closed_role(&world).await;
    let role = mended_that(&world, &listening, |role| role.unusable.is_some()).await;
    world.clock.pass(Duration::from_secs(61 * 60));
    world.iam.roles_gate.forget_permits(1);
    searched(&world, search(false, &[])).await;
    asked(&world, 2).await;
    world.iam.knows(MENDED, OPEN, 3600);
    switched(world.switch(&role.key).await);
    world.iam.roles_gate.add_permits(1);
    asked(&world, 3).await;
    mended_that(&world, &listening, |role| {
        role.facts
            .as_ref()
            .is_some_and(|facts| facts.trusts == ["account 183438944504, as its policies allow"])
    })
    .await;
}

/// Three roles of the reader's own account, by its policies.
const THREE: &str = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Resource":[
    "arn:aws:iam::183438944504:role/A","arn:aws:iam::183438944504:role/B","arn:aws:iam::183438944504:role/C"]}"#;

#[tokio::test]
async fn who_may_not_read_one_role_is_not_asked_for_the_next() {
    let world = World::new().await;
    world.iam.allow(&[("three", THREE)]);
    searched(&world, search(false, &[])).await;
    asked(&world, 1).await;
    // Readings take turns: were the rest still to come, it would come before the second of these.
    world.session("stuzio").await;
    asked(&world, 2).await;
    world.session("far").await;
    let names: Vec<String> = asked(&world, 3).await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["A", "StuzioAcmeConsultantRole", "Far"]);
}

#[tokio::test]
async fn a_role_that_is_not_there_does_not_keep_the_next_from_being_read() {
    let world = World::new().await;
    "NoSuchEntity".clone_into(&mut world.iam.refusal.lock().unwrap());
    world.iam.allow(&[("three", THREE)]);
    searched(&world, search(false, &[])).await;
    let names: Vec<String> = asked(&world, 3).await.into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["A", "B", "C"]);
}

#[tokio::test]
async fn too_many_requests_say_nothing_of_a_role_so_it_is_asked_for_again() {
    let world = World::new().await;
    "Throttling".clone_into(&mut world.iam.refusal.lock().unwrap());
    world.session("stuzio").await;
    asked(&world, 1).await;
    soon(async {
        while world.iam.asked.borrow().len() < 2 {
            world.session("stuzio").await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_learnt_of_several_roles_is_told_of_once() {
    let world = World::new().await;
    world.iam.allow(&[("three", THREE)]);
    let open = r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"183438944504"}}"#;
    for name in ["A", "B", "C"] {
        world
            .iam
            .knows(&format!("arn:aws:iam::183438944504:role/{name}"), open, 3600);
    }
    let listening = world.listen().await;
    searched(&world, search(false, &[])).await;
    // The search's own news names the searches too.
    loop {
        match soon(listening.next()).await {
            Event::Changed { topics, .. } if topics == [Topic::Catalog] => break,
            _ => {}
        }
    }
    for name in ["A", "B", "C"] {
        assert!(named(&world, name).await[0].facts.is_some(), "{name}");
    }
}
