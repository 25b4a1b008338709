//! One MFA code for every role of a user and device, and what that costs.

use std::sync::Arc;
use std::time::Duration;

use hatrack_core::broker::{Outcome, Plan, Wish, serving};
use hatrack_core::session::{Session, SwitchOptions};
use hatrack_core::sts::AwsFailure;
use hatrack_core::sts_limits::{MfaSerial, SessionDuration, SessionTag, SessionTags};
use hatrack_core::view::NeedView;

use crate::world::*;

fn plain(profile: &str) -> Plan {
    planned(profile, SwitchOptions::default())
}

fn lasting(seconds: u32) -> SwitchOptions {
    SwitchOptions {
        duration: Some(seconds.try_into().unwrap()),
        ..SwitchOptions::default()
    }
}

/// A switch to `guarded` with a code: the role's session, and the one that shares the code.
async fn with_code(world: &World) -> (Session, Arc<Session>) {
    let mut landed = world.go(&plain("guarded"), Some("123456"), &[]).await;
    assert_eq!(landed.trace.hops.len(), 1);
    let shared = landed.trace.hops.remove(0);
    (issued(landed), Arc::new(shared))
}

fn refusal(landed: hatrack_core::broker::Landed) -> Option<String> {
    match landed.result {
        Ok(Outcome::Needs(NeedView::MfaCode { refused, .. })) => refused,
        other => panic!("no code asked for but {other:?}"),
    }
}

#[tokio::test]
async fn a_code_is_spent_on_a_session_that_signs_for_every_role_of_the_user_and_device() {
    let world = World::new();
    let (session, shared) = with_code(&world).await;
    let Call::Token(call, signer) = &world.calls()[0] else {
        panic!("no GetSessionToken");
    };
    let (serial, code) = call.mfa.as_ref().unwrap();
    assert_eq!(
        (signer.as_str(), serial.as_str(), code.expose()),
        ("AKIATROY", "arn:aws:iam::183438944504:mfa/troy", "123456")
    );
    assert_eq!(call.duration.seconds(), 43200);
    assert!(!shared.listed && shared.key.hops.is_empty());
    assert_eq!(shared.account.unwrap().as_str(), "183438944504");
    assert!(session.origin.chained);

    let live = [shared.clone()];
    for profile in ["guarded-too", "guarded", "far-guarded"] {
        issued(world.go(&plain(profile), None, &live).await);
    }
    let tokens = world
        .calls()
        .iter()
        .filter(|c| matches!(c, Call::Token(..)))
        .count();
    assert_eq!(tokens, 1);
    let assumed = &world.calls()[1..4];
    for call in assumed {
        assert_eq!(call.signer(), shared.credentials.access_key_id);
        assert!(call.assume().mfa.is_none());
        assert_eq!(call.assume().duration, SessionDuration::HOUR);
    }
}

#[tokio::test]
async fn a_longer_session_takes_the_direct_way_with_a_code_of_its_own() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    let live = [shared];
    let long = [planned("guarded", lasting(28800)), plain("guarded-for-long")];
    for (plan, code) in long.iter().zip(["222222", "333333"]) {
        assert_eq!(refusal(world.go(plan, None, &live).await), None);
        let session = issued(world.go(plan, Some(code), &live).await);
        assert!(!session.origin.chained);
        let calls = world.calls();
        let last = calls.last().unwrap();
        assert_eq!(
            (last.signer(), last.assume().duration.seconds()),
            ("AKIATROY", 28800)
        );
        assert_eq!(last.assume().mfa.as_ref().unwrap().1.expose(), code);
    }
    // A shorter one than the profile's can go through the shared session.
    issued(
        world
            .go(&planned("guarded-for-long", lasting(3600)), None, &live)
            .await,
    );
}

#[tokio::test]
async fn the_cost_of_a_shared_code_is_said_where_one_was_given() {
    let world = World::new();
    let plan = plain("guarded");
    let (session, _) = with_code(&world).await;
    let note = plan.note_of_code(&session).unwrap();
    assert!(
        note.contains("mfa/troy for 12 h") && note.contains("1 h at most"),
        "{note}"
    );
    assert!(plan.notes_of(&session).is_empty(), "no duration was lowered");
    let long = planned("guarded", lasting(28800));
    let session = issued(world.go(&long, Some("222222"), &[]).await);
    assert_eq!(long.note_of_code(&session), None);
}

#[tokio::test]
async fn turned_off_each_role_takes_a_code_of_its_own() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    let plan = direct("guarded-too", SwitchOptions::default());
    let live = [shared];
    assert!(!plan.shares_code());
    assert_eq!(refusal(world.go(&plan, None, &live).await), None);
    let session = issued(world.go(&plan, Some("222222"), &live).await);
    assert!(!session.origin.chained);
    assert_eq!(world.calls().last().unwrap().signer(), "AKIATROY");
}

#[tokio::test]
async fn whichever_way_it_was_got_it_is_the_same_role() {
    let world = World::new();
    let (through, _) = with_code(&world).await;
    let directly = issued(
        world
            .go(&planned("guarded", lasting(28800)), Some("222222"), &[])
            .await,
    );
    assert_eq!(through.key, directly.key);
    let live = [through, directly];
    let served = |plan: &Plan| {
        let wish = Wish {
            key: &plan.key,
            role_key: &plan.order.role_key,
            options: &plan.order.options,
            min_life: None,
        };
        serving(wish, start().boot, &live).map(|session| session.expiry.life.as_secs())
    };
    assert_eq!(served(&planned("guarded", lasting(7200))), Some(28800));
    assert_eq!(served(&plain("guarded")), Some(28800));
    assert_eq!(served(&planned("guarded", lasting(36000))), None);
}

#[tokio::test]
async fn the_users_own_session_is_the_one_that_shares_the_code() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    let plan = plain("troy-with-device");
    assert_eq!(shared.key, plan.key);
    let wish = Wish {
        key: &plan.key,
        role_key: &plan.order.role_key,
        options: &plan.order.options,
        min_life: None,
    };
    assert!(serving(wish, start().boot, [&*shared]).is_some());
    // And the other way round: a session of the user's own signs for the roles.
    let own = Arc::new(issued(world.go(&plan, Some("222222"), &[]).await));
    issued(
        world
            .go(&plain("guarded"), None, std::slice::from_ref(&own))
            .await,
    );
    let calls = world.calls();
    assert_eq!(calls.last().unwrap().signer(), own.credentials.access_key_id);
}

#[tokio::test]
async fn another_user_or_device_shares_nothing() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    let plan = plain("with-device");
    assert_ne!(plan.key, shared.key, "the same device, another user's keys");
    assert_eq!(refusal(world.go(&plan, None, &[shared]).await), None);
}

#[tokio::test]
async fn what_is_asked_goes_to_the_last_hop_only() {
    let tag = SessionTag {
        key: "Team".into(),
        value: "blue".into(),
        transitive: false,
    };
    let options = SwitchOptions {
        session_name: Some("asked".parse().unwrap()),
        tags: SessionTags::try_from(vec![tag]).unwrap(),
        source_identity: Some("troy".parse().unwrap()),
        ..SwitchOptions::default()
    };
    let world = World::new();
    issued(world.go(&planned("guarded", options), Some("123456"), &[]).await);
    let calls = world.calls();
    assert!(matches!(calls[0], Call::Token(..)));
    let call = calls[1].assume();
    assert_eq!(call.session_name.as_str(), "asked");
    assert_eq!(call.tags.as_slice().len(), 1);
    assert_eq!(call.source_identity.as_ref().unwrap().as_str(), "troy");
}

#[tokio::test]
async fn b18_a_shared_session_that_aws_no_longer_accepts_is_dropped_and_a_code_asked_for() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    world.answer(refused("ExpiredToken", "expired"));
    let landed = world
        .go(&plain("guarded-too"), None, std::slice::from_ref(&shared))
        .await;
    assert_eq!(landed.trace.stale, std::slice::from_ref(&shared.id));
    assert_eq!(refusal(landed), None);
    assert_eq!(world.calls().len(), 3, "asked once");
}

#[tokio::test]
async fn a_shared_session_about_to_end_is_not_built_upon() {
    let world = World::new();
    let (_, shared) = with_code(&world).await;
    world.pass(shared.expiry.life - Duration::from_secs(20));
    assert_eq!(refusal(world.go(&plain("guarded"), None, &[shared]).await), None);
}

#[tokio::test]
async fn the_shared_session_is_kept_though_the_role_refuses() {
    let world = World::new();
    world.answer(Ok(()));
    world.answer(refused("AccessDenied", "no"));
    let landed = world.go(&plain("guarded"), Some("123456"), &[]).await;
    assert_eq!(landed.trace.hops.len(), 1);
    assert!(matches!(landed.result, Ok(Outcome::Denied { .. })));
}

#[tokio::test]
async fn b19_a_wrong_code_is_asked_for_again_and_never_sent_twice_where_it_is_shared() {
    let world = World::new();
    world.answer(refused(
        "AccessDenied",
        "MultiFactorAuthentication failed with invalid MFA one time pass code.",
    ));
    let landed = world.go(&plain("guarded"), Some("123456"), &[]).await;
    assert!(refusal(landed).unwrap().contains("refused-1"));
    assert_eq!(world.calls().len(), 1);
    let again = refusal(world.go(&plain("guarded"), Some("123456"), &[]).await).unwrap();
    assert!(
        again.contains("used already") && again.contains(" 30 s"),
        "{again}"
    );
    assert_eq!(world.calls().len(), 1, "AWS was not asked again");
}

#[tokio::test]
async fn a_spent_code_is_refused_before_the_call_and_the_next_one_waited_for() {
    let world = World::new();
    let long = |profile| direct(profile, lasting(7200));
    issued(world.go(&long("guarded"), Some("123456"), &[]).await);
    world.pass(Duration::from_secs(18));
    let why = refusal(world.go(&long("guarded-too"), Some("123456"), &[]).await).unwrap();
    assert!(why.contains("in 12 s"), "{why}");
    assert_eq!(world.calls().len(), 1);
    issued(world.go(&long("guarded-too"), Some("654321"), &[]).await);
    // The same digits come again some day, and are another code then.
    world.pass(Duration::from_secs(120));
    issued(world.go(&long("guarded"), Some("123456"), &[]).await);
}

#[tokio::test]
async fn a_code_that_did_not_reach_aws_is_not_spent() {
    let world = World::new();
    world.answer(Err(AwsFailure::Unreachable {
        service: "STS",
        region: "eu-west-1".into(),
        why: "no route".into(),
    }));
    let plan = plain("guarded");
    assert!(world.go(&plan, Some("123456"), &[]).await.result.is_err());
    issued(world.go(&plan, Some("123456"), &[]).await);
}

#[test]
fn the_same_digits_of_two_devices_are_two_codes() {
    let spent = hatrack_core::broker::SpentCodes::default();
    let code = "123456".parse().unwrap();
    let [one, other]: [MfaSerial; 2] = ["GAHT12345678", "GAHT87654321"].map(|s| s.parse().unwrap());
    let now = start().boot;
    assert!(spent.spend(&one, &code, now) && spent.spend(&other, &code, now));
    assert!(!spent.spend(&one, &code, now));
    assert!(!format!("{spent:?}").contains("123456"));
}

#[tokio::test]
async fn a_device_whose_secret_is_here_is_asked_instead_of_the_person() {
    let world = World::new();
    world.codes.made.lock().unwrap().extend(["111111", "222222"]);
    issued(world.go(&plain("guarded"), None, &[]).await);
    // A second switch by a code of its own waits for the next half minute.
    issued(world.go(&planned("guarded-too", lasting(7200)), None, &[]).await);
    let calls = world.calls();
    let Call::Token(first, _) = &calls[0] else {
        panic!("no GetSessionToken");
    };
    assert_eq!(first.mfa.as_ref().unwrap().1.expose(), "111111");
    assert_eq!(calls[2].assume().mfa.as_ref().unwrap().1.expose(), "222222");
    assert_eq!(world.clock.0.lock().unwrap().wall, at("2026-11-22T12:00:30Z"));
}

#[tokio::test]
async fn b19_a_made_code_that_aws_refuses_is_not_made_again_by_itself() {
    let world = World::new();
    world.codes.made.lock().unwrap().extend(["111111", "222222"]);
    world.answer(refused("AccessDenied", "MultiFactorAuthentication failed"));
    assert!(refusal(world.go(&plain("guarded"), None, &[]).await).is_some());
    assert_eq!(world.calls().len(), 1);
}
