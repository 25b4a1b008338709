//! One MFA code for every role of a user and device.

use std::time::Duration;

use futures::future::{join, join_all};
use hatrack_agent::machine::SystemClock;
use hatrack_agent::protocol::{
    Event, HandOutOutcome, HandOutRequest, RenewRequest, Reply, Request, RoleChoice, SessionRef, SetFlag,
    SwitchRequest,
};
use hatrack_core::caller::Client;
use hatrack_core::expiry::Clock;
use hatrack_core::view::{NeedView, SessionView, SwitchOutcome};
use hatrack_sandbox::totp;

use crate::stage::{Stage, to};
use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Ten guarded roles of one user and device, and the user.
fn config() -> String {
    let mut config = "
[profile troy]
aws_access_key_id = AKIATROY
aws_secret_access_key = canary-long-term
mfa_serial = arn:aws:iam::183438944504:mfa/troy
"
    .to_owned();
    for at in 0..10 {
        config += &format!(
            "
[profile guarded-{at}]
role_arn = arn:aws:iam::081278057606:role/Guarded{at}
source_profile = troy
mfa_serial = arn:aws:iam::183438944504:mfa/troy
"
        );
    }
    config
}

async fn world() -> World {
    World::with_config(&config()).await
}

fn with_code(profile: &str, code: &str) -> SwitchRequest {
    let mut request = to(profile);
    request.mfa_code = Some(code.parse().unwrap());
    request
}

fn asks_for_code(outcome: &SwitchOutcome) -> bool {
    matches!(
        outcome,
        SwitchOutcome::Needs {
            need: NeedView::MfaCode { refused: None, .. }
        }
    )
}

fn refused(outcome: SwitchOutcome) -> (String, Option<String>) {
    match outcome {
        SwitchOutcome::Needs {
            need:
                NeedView::MfaCode {
                    refused: Some(refused),
                    role_arn,
                    ..
                },
        } => (refused, role_arn),
        other => panic!("{other:?}"),
    }
}

async fn renew(world: &World, session: &SessionView) -> SwitchOutcome {
    let request = RenewRequest {
        session: SessionRef::Id(session.id.clone()),
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    };
    match world.ask(Request::Renew(request)).await.unwrap() {
        Reply::Switch(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_first_code_serves_the_roles_after_it_and_is_not_listed() {
    let world = world().await;
    let outcome = world.switch_with(with_code("guarded-0", "123456")).await;
    let SwitchOutcome::Switched { session, notes } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(notes[0].contains("every role of"), "{notes:?}");
    assert!(session.chained && !session.renew_needs_code);
    let SwitchOutcome::Switched { session, notes } = world.switch("guarded-1").await else {
        panic!("a second code was asked for");
    };
    assert!(notes.is_empty(), "{notes:?}");
    assert_eq!(
        session.mfa_serial.as_deref(),
        Some("arn:aws:iam::183438944504:mfa/troy")
    );
    assert_eq!(*world.sts.signers.lock().unwrap(), ["AKIATROY", "ASIA1", "ASIA1"]);
    assert_eq!(world.sessions().await.len(), 2);
    assert_eq!(world.history().await.len(), 2);
}

#[tokio::test]
async fn ten_roles_at_once_with_one_code_make_one_get_session_token() {
    let world = world().await;
    world.sts.close_gate();
    let all = join_all((0..10).map(|at| world.switch_with(with_code(&format!("guarded-{at}"), "123456"))));
    let (outcomes, ()) = soon(join(all, async { world.sts.open_gate() })).await;
    for outcome in outcomes {
        switched(outcome);
    }
    let signers = world.sts.signers.lock().unwrap().clone();
    assert_eq!(signers.iter().filter(|signer| *signer == "AKIATROY").count(), 1);
    assert_eq!(signers.len(), 11);
}

#[tokio::test]
async fn b19_ten_roles_at_once_with_one_wrong_code_send_it_once() {
    let world = world().await;
    world.sts.close_gate();
    world
        .sts
        .refuse("AccessDenied", "MultiFactorAuthentication failed");
    let all = join_all((0..10).map(|at| world.switch_with(with_code(&format!("guarded-{at}"), "123456"))));
    let (outcomes, ()) = soon(join(all, async { world.sts.open_gate() })).await;
    for (at, outcome) in outcomes.into_iter().enumerate() {
        let (why, role) = refused(outcome);
        assert!(why.contains("refused-1"), "{why}");
        assert!(role.unwrap().ends_with(&format!("role/Guarded{at}")));
    }
    assert_eq!(world.sts.calls(), 1);
}

#[tokio::test]
async fn who_waits_for_a_wrong_code_tries_a_code_of_its_own() {
    let world = world().await;
    world.sts.close_gate();
    world
        .sts
        .refuse("AccessDenied", "MultiFactorAuthentication failed");
    let wrong = world.switch_with(with_code("guarded-0", "111111"));
    let right = world.switch_with(with_code("guarded-1", "222222"));
    let ((wrong, right), ()) = soon(join(join(wrong, right), async { world.sts.open_gate() })).await;
    refused(wrong);
    switched(right);
    assert_eq!(world.sts.calls(), 3);
}

#[tokio::test]
async fn a_spent_code_is_not_sent_for_another_role_of_its_own() {
    let world = world().await;
    world.codes_for_each_role().await;
    switched(world.switch_with(with_code("guarded-0", "123456")).await);
    let (why, _) = refused(world.switch_with(with_code("guarded-1", "123456")).await);
    assert!(why.contains("used already") && why.contains("30 s"), "{why}");
    assert_eq!(world.sts.calls(), 1);
    let rows = world.history().await;
    assert_eq!((rows.len(), rows[1].outcome.as_str()), (2, "denied"));
    switched(world.switch_with(with_code("guarded-1", "654321")).await);
    assert_eq!(*world.sts.signers.lock().unwrap(), ["AKIATROY", "AKIATROY"]);
}

#[tokio::test]
async fn a_restart_finds_the_shared_session_in_the_vault() {
    let mut world = world().await;
    switched(world.switch_with(with_code("guarded-0", "123456")).await);
    world.restart().await;
    world.session("guarded-1").await;
    assert_eq!(world.sts.signers.lock().unwrap().last().unwrap(), "ASIA1");
}

#[tokio::test]
async fn switching_back_keeps_the_shared_session_and_forgetting_it_ends_it() {
    let mut world = world().await;
    let session = switched(world.switch_with(with_code("guarded-0", "123456")).await);
    let end = Request::End(hatrack_agent::protocol::EndRequest {
        session: SessionRef::Id(session.id),
    });
    world.ask(end).await.unwrap();
    let session = world.session("guarded-0").await;
    assert!(!session.renew_needs_code);

    let Reply::Ended { count } = world.ask(Request::ForgetMfa).await.unwrap() else {
        panic!("not ended");
    };
    assert_eq!(count, 1);
    let sessions = world.sessions().await;
    assert!(sessions.len() == 1 && sessions[0].renew_needs_code);
    assert!(asks_for_code(&world.switch("guarded-1").await));

    switched(world.switch_with(with_code("guarded-1", "654321")).await);
    world.ask(Request::EndAll).await.unwrap();
    world.restart().await;
    assert!(asks_for_code(&world.switch("guarded-1").await));
}

#[tokio::test]
async fn a_renewal_needs_no_code_while_the_shared_session_lives() {
    let world = world().await;
    let session = switched(world.switch_with(with_code("guarded-0", "123456")).await);
    // Twelve hours less twenty minutes.
    for _ in 0..14 {
        world.clock.pass(50 * MINUTE);
        let again = switched(renew(&world, &session).await);
        assert_eq!(
            (again.id.as_str(), again.seconds_left),
            (session.id.as_str(), 3600)
        );
    }
    world.clock.pass(50 * MINUTE);
    assert!(asks_for_code(&renew(&world, &session).await));
}

#[tokio::test]
async fn a_role_renews_itself_while_the_shared_session_lives() {
    let world = world().await;
    let flag = || {
        Request::SetAutoRenew(SetFlag {
            role_key: "guarded-0".into(),
            on: true,
        })
    };
    assert!(world.ask(flag()).await.is_err(), "nobody has given a code");
    switched(world.switch_with(with_code("guarded-1", "123456")).await);
    world.ask(flag()).await.unwrap();
    world.session("guarded-0").await;
    let listener = world.listen().await;
    world.clock.pass(50 * MINUTE);
    world.service().mailbox.wake();
    loop {
        // Reminders of the other role come in between.
        if matches!(news(&listener).await, Event::Withdrawn { .. }) {
            break;
        }
    }
    let sessions = world.sessions().await;
    let renewed = sessions
        .iter()
        .find(|s| s.role_key.as_deref() == Some("guarded-0"))
        .unwrap();
    assert!(renewed.auto_renew && renewed.seconds_left == 3600);
}

#[tokio::test]
async fn the_users_own_session_comes_from_the_same_code() {
    let world = world().await;
    switched(world.switch_with(with_code("guarded-0", "123456")).await);
    let own = world.session("troy").await;
    assert_eq!((own.access_key_id.as_str(), own.life), ("ASIA1", 43200));
    assert_eq!(own.account_id.unwrap().as_str(), "183438944504");
    assert_eq!(world.sts.calls(), 2);
    assert_eq!(world.sessions().await.len(), 2);
}

#[tokio::test]
async fn who_waits_for_a_person_is_served_by_a_code_given_for_another_role() {
    let world = world().await;
    let listener = world.listen().await;
    let mut waiting = HandOutRequest::of(SessionRef::Role(RoleChoice::Exact("guarded-0".into())));
    waiting.wait = 50;
    let person = async {
        assert!(matches!(news(&listener).await, Event::Asked { .. }));
        switched(world.switch_with(with_code("guarded-1", "123456")).await);
    };
    let asked = world.ask_as(world.caller_as(Client::Hat, &[]), Request::HandOut(waiting));
    let (reply, ()) = soon(join(asked, person)).await;
    let Reply::HandOut(HandOutOutcome::Given(given)) = reply.unwrap() else {
        panic!("not handed out");
    };
    assert!(given.session.unwrap().arn.unwrap().ends_with("Guarded0"));
}

/// X2 on the sandbox, whose trust policies ask for `aws:MultiFactorAuthPresent`.
#[tokio::test]
async fn x2_one_code_opens_both_roles_and_a_longer_session_takes_its_own() {
    let stage = Stage::new().await;
    let story = stage.story("X2");
    let code = || {
        let now = SystemClock::new().now().wall;
        totp(story.mfa_seed.as_deref().unwrap(), now).unwrap()
    };
    let first = switched(stage.switch(with_code(&story.profile, &code())).await);
    assert!(first.chained && first.life <= 3600);
    let second = switched(stage.switch(to(&story.also[0])).await);
    assert_ne!(first.arn, second.arn);
    let mut named = to(&story.profile);
    named.options.session_name = Some("named".parse().unwrap());
    let third = switched(stage.switch(named).await);
    assert!(third.assumed_role_arn.unwrap().ends_with("/named"));
    assert_eq!(stage.sandbox.admin().calls("GetSessionToken"), 1);

    let mut long = with_code(&story.profile, &code());
    long.options.duration = Some(28800.try_into().unwrap());
    let spent = stage.switch(long.clone()).await;
    // A new half minute may have begun in between: then the code is a fresh one.
    if !matches!(spent, SwitchOutcome::Switched { .. }) {
        let (why, _) = refused(spent);
        assert!(why.contains("used already"), "{why}");
    }
    assert_eq!(stage.sandbox.admin().calls("GetSessionToken"), 1);
}
