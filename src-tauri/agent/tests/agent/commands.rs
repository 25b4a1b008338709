//! `credential_process`: commands that print credentials.

use std::os::unix::fs::PermissionsExt;

use futures::future::join_all;
use hatrack_agent::protocol::{
    ErrorCode, HandOutOutcome, HandOutRequest, Reply, Request, RoleChoice, SessionRef, SwitchRequest,
};
use hatrack_core::caller::{Client, NESTED};
use hatrack_core::view::{NeedView, SwitchOutcome};

use crate::world::*;

const FROM_COMMAND: &str = "
[profile vended]
credential_process = ./vend --token CANARY-ARGUMENT

[profile far]
role_arn = arn:aws:iam::444455556666:role/Far
source_profile = vended
duration_seconds = 28800
";

const TEMPORARY: &str = r#"{"Version": 1, "AccessKeyId": "ASIAVENDED", "SecretAccessKey": "canary-vended",
    "SessionToken": "canary-token", "Expiration": "2026-11-22T14:00:00Z"}"#;
const LONG_TERM: &str = r#"{"Version": 1, "AccessKeyId": "AKIAVENDED", "SecretAccessKey": "canary-vended"}"#;

/// A world whose command is this script.
async fn world(script: &str) -> World {
    let world = World::with_config(FROM_COMMAND).await;
    write(&world, script);
    world
}

fn write(world: &World, script: &str) {
    let file = world.folder.path().join("vend");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn printing(json: &str) -> String {
    format!("cat <<'END'\n{json}\nEND")
}

async fn consent(world: &World) {
    let SwitchOutcome::Needs {
        need: NeedView::CommandConsent { command, .. },
    } = world.switch("vended").await
    else {
        panic!("it did not ask");
    };
    consent_to(world, &command).await;
}

async fn consent_to(world: &World, command: &str) {
    let command = command.to_owned();
    world.ask(Request::ConsentCommand { command }).await.unwrap();
}

fn text(world: &World, file: &str) -> String {
    std::fs::read_to_string(world.folder.path().join(file)).unwrap_or_default()
}

#[tokio::test]
async fn a14_nothing_runs_before_the_person_has_allowed_exactly_this_command() {
    let world = world(&format!("echo ran >> marker\n{}", printing(TEMPORARY))).await;
    world.ask(Request::Catalog).await.unwrap();
    for profile in ["vended", "far"] {
        let SwitchOutcome::Needs { need } = world.switch(profile).await else {
            panic!("{profile}");
        };
        let NeedView::CommandConsent { profile, command } = need else {
            panic!("{need:?}");
        };
        assert_eq!(
            (profile.as_str(), command.as_str()),
            ("vended", "./vend --token CANARY-ARGUMENT")
        );
    }
    assert_eq!(text(&world, "marker"), "");

    consent_to(&world, "./vend --token canary-argument").await;
    assert!(matches!(
        world.switch("vended").await,
        SwitchOutcome::Needs { .. }
    ));
    assert_eq!(text(&world, "marker"), "", "another command was allowed");

    consent(&world).await;
    world.session("vended").await;
    assert_eq!(text(&world, "marker"), "ran\n");
    let settings = std::fs::read_to_string(world.home.settings()).unwrap();
    assert!(settings.contains("consented_commands") && !settings.to_lowercase().contains("canary"));
}

#[tokio::test]
async fn a_consent_outlives_the_agent_and_not_the_commands_change() {
    let mut world = world(&printing(TEMPORARY)).await;
    consent(&world).await;
    world.restart().await;
    world.session("vended").await;
    let changed = FROM_COMMAND.replace("CANARY-ARGUMENT", "other");
    std::fs::write(world.folder.path().join("config"), changed).unwrap();
    assert!(matches!(
        world.switch("vended").await,
        SwitchOutcome::Needs {
            need: NeedView::CommandConsent { .. }
        }
    ));
}

#[tokio::test]
async fn a_command_runs_as_its_caller_would_run_it_and_without_a_shell() {
    let world =
        World::with_config("[profile vended]\ncredential_process = ./vend 'a b' $(id) |x \"c\\\"d\"\n").await;
    write(
        &world,
        &format!(
            "for a; do echo \"[$a]\"; done > seen-arguments\nenv > seen-env\npwd > seen-folder\ncat > seen-input\n{}",
            printing(TEMPORARY)
        ),
    );
    let path = std::env::var("PATH").unwrap();
    let caller = world.caller_as(Client::Hat, &[("PATH", &path), ("AWS_REGION", "eu-west-1")]);
    let switch = || Request::Switch(SwitchRequest::of(RoleChoice::Exact("vended".into())));
    let asked = world.ask_as(caller.clone(), switch()).await.unwrap();
    let Reply::Switch(SwitchOutcome::Needs {
        need: NeedView::CommandConsent { command, .. },
    }) = asked
    else {
        panic!("{asked:?}");
    };
    consent_to(&world, &command).await;
    world.ask_as(caller, switch()).await.unwrap();
    assert_eq!(text(&world, "seen-arguments"), "[a b]\n[$(id)]\n[|x]\n[c\"d]\n");
    assert_eq!(
        std::fs::canonicalize(text(&world, "seen-folder").trim()).unwrap(),
        std::fs::canonicalize(world.folder.path()).unwrap()
    );
    assert_eq!(text(&world, "seen-input"), "");
    let env = text(&world, "seen-env");
    for set in [
        "AWS_REGION=eu-west-1",
        "AWS_CONFIG_FILE=",
        "USER=troy",
        "HATRACK_DEPTH=1",
    ] {
        assert!(env.lines().any(|line| line.starts_with(set)), "{set} in {env}");
    }
    // The test's own process has it, as the agent's has what it was started with.
    assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
    assert!(!env.contains("CARGO_MANIFEST_DIR"));
}

#[tokio::test]
async fn temporary_credentials_of_a_command_are_a_session_and_start_a_chain() {
    let world = world(&printing(TEMPORARY)).await;
    consent(&world).await;
    let session = world.session("vended").await;
    assert_eq!(session.access_key_id, "ASIAVENDED");
    assert_eq!(session.expires_at, "2026-11-22T14:00:00Z".parse().unwrap());
    assert_eq!(world.sts.calls(), 0);

    let SwitchOutcome::Switched { session, notes } = world.switch("far").await else {
        panic!("no session");
    };
    assert_eq!(world.sts.signers.lock().unwrap()[..], ["ASIAVENDED"]);
    assert!(session.chained && session.seconds_left <= 3600);
    assert_eq!(
        notes.len(),
        1,
        "the profile's eight hours were lowered: {notes:?}"
    );
}

#[tokio::test]
async fn long_term_keys_of_a_command_sign_for_as_long_as_the_role_allows() {
    let world = world(&printing(LONG_TERM)).await;
    consent(&world).await;
    let SwitchOutcome::Switched { session, notes } = world.switch("far").await else {
        panic!("no session");
    };
    assert_eq!(session.seconds_left, 28800);
    assert!(!session.chained && notes.is_empty());
    let own = world.session("vended").await;
    assert_eq!(
        world.sts.signers.lock().unwrap()[..],
        ["AKIAVENDED", "AKIAVENDED"]
    );
    assert_eq!(own.access_key_id, "ASIA2");
}

#[tokio::test]
async fn b23_credentials_without_an_end_are_asked_for_again_and_ended_ones_refused() {
    let without =
        r#"{"Version": 1, "AccessKeyId": "ASIAVENDED", "SecretAccessKey": "s", "SessionToken": "t"}"#;
    let world = world(&printing(without)).await;
    consent(&world).await;
    assert_eq!(world.session("vended").await.seconds_left, 900);

    for (end, lives) in [
        ("2026-11-22T11:59:59Z", None),
        ("9999-12-30T22:00:00Z", Some(36 * 3600)),
    ] {
        let world = World::with_config(FROM_COMMAND).await;
        write(&world, &printing(&TEMPORARY.replace("2026-11-22T14:00:00Z", end)));
        consent(&world).await;
        let switch = Request::Switch(SwitchRequest::of(RoleChoice::Exact("vended".into())));
        match (world.ask(switch).await, lives) {
            (Ok(Reply::Switch(outcome)), Some(seconds)) => {
                assert_eq!(switched(outcome).seconds_left, seconds);
            }
            (Err(error), None) => assert!(error.message.contains("ended at"), "{}", error.message),
            (other, _) => panic!("{end}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn b25_a_command_that_fails_is_told_and_nothing_that_it_said_is_repeated() {
    let say = "echo canary-out; echo canary-err >&2";
    let cases = [
        (format!("{say}; exit 3"), "exit status 3"),
        (format!("{say}; kill -KILL $$"), "signal 9"),
        (say.to_owned(), "not JSON"),
        ("echo '{\"canary\": 1}'".to_owned(), "Version"),
        (
            printing(&TEMPORARY.replace("AccessKeyId", "canary")),
            "no AccessKeyId",
        ),
        (format!("{say}; yes canary"), "64 KiB"),
    ];
    for (script, told) in cases {
        let world = world(&script).await;
        consent(&world).await;
        let switch = Request::Switch(SwitchRequest::of(RoleChoice::Exact("vended".into())));
        let path = std::env::var("PATH").unwrap();
        let caller = world.caller_as(Client::Hat, &[("PATH", &path)]);
        let error = soon(world.ask_as(caller, switch)).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Identity, "{script}");
        assert!(error.message.contains(told), "{script}: {}", error.message);
        let history = format!("{:?}", world.history().await);
        assert!(history.contains(told), "{history}");
        assert!(!format!("{error:?}{history}").to_lowercase().contains("canary"));
    }
}

#[tokio::test]
async fn a_command_that_cannot_be_started_is_told_by_its_program_alone() {
    for (line, told) in [
        ("./missing --token CANARY", "./missing could not be started"),
        ("./missing \"CANARY", "a quote is opened"),
        ("\"\" CANARY", "no program"),
    ] {
        let world = World::with_config(&format!("[profile vended]\ncredential_process = {line}\n")).await;
        consent(&world).await;
        let switch = Request::Switch(SwitchRequest::of(RoleChoice::Exact("vended".into())));
        let error = world.ask(switch).await.unwrap_err();
        assert!(error.message.contains(told), "{}", error.message);
        assert!(!error.message.contains("CANARY"));
    }
}

#[tokio::test]
async fn a_command_of_a_command_is_refused() {
    let world = world(&format!("echo ran >> marker\n{}", printing(TEMPORARY))).await;
    consent(&world).await;
    let nested = world.caller_as(Client::Hat, &[(NESTED, "1")]);
    for raw in [true, false] {
        let mut request = HandOutRequest::of(SessionRef::Role(RoleChoice::Exact("vended".into())));
        request.raw = raw;
        let error = world
            .ask_as(nested.clone(), Request::HandOut(request))
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::Identity);
    }
    assert_eq!(text(&world, "marker"), "");
}

#[tokio::test]
async fn the_commands_own_keys_are_handed_out_once_it_is_allowed() {
    let world = world(&printing(LONG_TERM)).await;
    let mut request = HandOutRequest::of(SessionRef::Role(RoleChoice::Exact("vended".into())));
    request.raw = true;
    let asked = world.ask(Request::HandOut(request.clone())).await.unwrap();
    let Reply::HandOut(HandOutOutcome::Needs {
        need: NeedView::CommandConsent { command, .. },
    }) = asked
    else {
        panic!("{asked:?}");
    };
    consent_to(&world, &command).await;
    let Reply::HandOut(HandOutOutcome::Given(given)) = world.ask(Request::HandOut(request)).await.unwrap()
    else {
        panic!("not given");
    };
    assert_eq!(given.credentials.access_key_id, "AKIAVENDED");
}

#[tokio::test]
async fn g5_many_callers_run_it_once() {
    let world = world(&format!("echo ran >> marker\n{}", printing(TEMPORARY))).await;
    consent(&world).await;
    let keys = join_all((0..50).map(|_| world.session("vended"))).await;
    assert!(keys.iter().all(|session| session.access_key_id == "ASIAVENDED"));
    assert_eq!(text(&world, "marker"), "ran\n");
}
