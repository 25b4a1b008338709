//! Chains: caps, live hops, and hops that AWS no longer accepts.

use std::sync::Arc;
use std::time::Duration;

use hatrack_core::broker::{NotPlanned, Outcome};
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{SessionDuration, SessionTag, SessionTags};
use hatrack_core::view::NeedView;

use crate::world::*;

fn asking(seconds: u32) -> SwitchOptions {
    SwitchOptions {
        duration: Some(seconds.try_into().unwrap()),
        ..SwitchOptions::default()
    }
}

#[tokio::test]
async fn each_hop_has_its_own_profiles_values_and_the_last_what_was_asked() {
    let tag = SessionTag {
        key: "Team".into(),
        value: "blue".into(),
        transitive: true,
    };
    let options = SwitchOptions {
        session_name: Some("asked".parse().unwrap()),
        external_id: Some("asked-id".parse().unwrap()),
        tags: SessionTags::try_from(vec![tag]).unwrap(),
        source_identity: Some("troy".parse().unwrap()),
        ..SwitchOptions::default()
    };
    let world = World::new();
    let landed = world.go(&planned("chained", options), None, &[]).await;
    let calls = world.calls();
    let (first, last) = (calls[0].assume(), calls[1].assume());
    assert_eq!((calls[0].signer(), calls[1].signer()), ("AKIATROY", "ASIA1"));
    assert_eq!(first.external_id.as_ref().unwrap().as_str(), "stuzio-acme");
    assert_eq!(first.session_name.as_str(), "hatrack-troy");
    assert_eq!(first.source_identity.as_ref().unwrap().as_str(), "troy");
    assert!(first.tags.is_empty());
    assert_eq!(last.external_id.as_ref().unwrap().as_str(), "asked-id");
    assert_eq!(last.session_name.as_str(), "asked");
    assert_eq!(last.source_identity, None);
    assert_eq!(last.tags.as_slice().len(), 1);
    assert_eq!(landed.trace.hops.len(), 1);
    assert!(!landed.trace.hops[0].listed);
    assert_eq!(landed.trace.took, Some(Duration::from_millis(160)));
    let session = issued(landed);
    assert_eq!(session.key.hops.len(), 2);
    assert!(session.origin.chained);
}

#[tokio::test]
async fn b29_a_default_is_lowered_on_a_chain_and_that_is_said() {
    let plan = planned("chained", SwitchOptions::default());
    assert_eq!(plan.notes.len(), 1);
    let world = World::new();
    world.session(&plan, &[]).await;
    let calls = world.calls();
    assert_eq!(calls[1].assume().duration, SessionDuration::HOUR);
    assert_eq!(calls[1].assume().session_name.as_str(), "named-in-profile");
    // The first hop is signed by the user's own keys, so its profile's duration stands.
    assert_eq!(calls[0].assume().duration.seconds(), 28800);
    assert!(planned("stuzio", SwitchOptions::default()).notes.is_empty());
}

#[test]
fn b29_an_explicit_duration_over_the_chains_hour_is_refused_before_the_call() {
    for profile in ["chained", "from-temporary"] {
        let NotPlanned::Refused(denial) = try_plan(profile, asking(28800)).unwrap_err() else {
            panic!("not refused");
        };
        assert_eq!(denial.longest_duration, Some(3600));
        assert_eq!(denial.request_id, None);
        assert!(try_plan(profile, asking(3600)).is_ok());
    }
    assert!(try_plan("stuzio", asking(43200)).is_ok());
}

#[tokio::test]
async fn a_live_hop_is_built_upon_and_asks_for_no_code() {
    let world = World::new();
    let hop = Arc::new(issued(
        world
            .go(&direct("guarded", SwitchOptions::default()), Some("123456"), &[])
            .await,
    ));
    let far = direct("far-guarded", SwitchOptions::default());
    let session = issued(world.go(&far, None, std::slice::from_ref(&hop)).await);
    assert_eq!(world.calls().len(), 2);
    assert_eq!(world.calls()[1].signer(), hop.credentials.access_key_id);
    assert_eq!(session.key.hops.len(), 2);

    world.pass(hop.expiry.life - Duration::from_secs(20));
    let landed = world.go(&far, None, std::slice::from_ref(&hop)).await;
    assert!(
        matches!(landed.result, Ok(Outcome::Needs(_))),
        "20 s are too few to build upon"
    );
}

#[tokio::test]
async fn a_hop_got_otherwise_is_not_built_upon() {
    let world = World::new();
    let other = SwitchOptions {
        external_id: Some("other".parse().unwrap()),
        ..SwitchOptions::default()
    };
    let hop = Arc::new(world.session(&planned("stuzio", other), &[]).await);
    world
        .session(&planned("chained", SwitchOptions::default()), &[hop])
        .await;
    assert_eq!(world.calls()[1].signer(), "AKIATROY");
}

#[tokio::test]
async fn b18_a_hop_that_aws_no_longer_accepts_is_got_again_once() {
    let world = World::new();
    let hop = Arc::new(
        world
            .session(&planned("stuzio", SwitchOptions::default()), &[])
            .await,
    );
    world.answer(refused(
        "ExpiredToken",
        "The security token included in the request is expired",
    ));
    let far = planned("chained", SwitchOptions::default());
    let landed = world.go(&far, None, std::slice::from_ref(&hop)).await;
    assert_eq!(landed.trace.stale, std::slice::from_ref(&hop.id));
    issued(landed);
    let signers: Vec<String> = world
        .calls()
        .iter()
        .map(|call| call.signer().to_owned())
        .collect();
    assert_eq!(signers, ["AKIATROY", "ASIA1", "AKIATROY", "ASIA3"]);
}

#[tokio::test]
async fn b18_no_loop_where_everything_counts_as_expired() {
    let world = World::new();
    let hop = Arc::new(
        world
            .session(&planned("stuzio", SwitchOptions::default()), &[])
            .await,
    );
    for _ in 0..10 {
        world.answer(refused("ExpiredToken", "expired"));
    }
    let far = planned("chained", SwitchOptions::default());
    let landed = world.go(&far, None, &[hop]).await;
    assert!(matches!(landed.result, Ok(Outcome::Denied { .. })));
    assert_eq!(world.calls().len(), 3);
}

#[tokio::test]
async fn a_hop_to_be_got_again_may_need_a_code() {
    let world = World::new();
    let plan = direct("guarded", SwitchOptions::default());
    let hop = Arc::new(issued(world.go(&plan, Some("123456"), &[]).await));
    world.answer(refused("ExpiredToken", "expired"));
    let far = direct("far-guarded", SwitchOptions::default());
    let landed = world.go(&far, None, &[hop]).await;
    let Ok(Outcome::Needs(NeedView::MfaCode { refused: None, .. })) = landed.result else {
        panic!("{:?}", landed.result);
    };
}

#[tokio::test]
async fn a_hop_is_kept_though_the_last_fails() {
    let world = World::new();
    world.answer(Ok(()));
    world.answer(refused("AccessDenied", "no"));
    let landed = world
        .go(&planned("chained", SwitchOptions::default()), None, &[])
        .await;
    assert_eq!(landed.trace.hops.len(), 1);
    let Ok(Outcome::Denied { denial, .. }) = landed.result else {
        panic!("{:?}", landed.result);
    };
    assert_eq!(denial.resource.unwrap(), "arn:aws:iam::444455556666:role/Far");
}

#[tokio::test]
async fn after_a_stale_hop_the_next_live_one_signs_and_no_code_is_asked_for() {
    let world = World::new();
    let options = SwitchOptions::default;
    let guarded = Arc::new(issued(
        world.go(&direct("guarded", options()), Some("123456"), &[]).await,
    ));
    let far = world
        .session(&direct("far-guarded", options()), std::slice::from_ref(&guarded))
        .await;
    let live = [guarded.clone(), Arc::new(far)];
    world.answer(refused("ExpiredToken", "expired"));
    let landed = world.go(&direct("deep", options()), None, &live).await;
    assert_eq!(landed.trace.stale, [live[1].id.clone()]);
    issued(landed);
    let signers: Vec<String> = world.calls()[2..]
        .iter()
        .map(|call| call.signer().to_owned())
        .collect();
    assert_eq!(signers, ["ASIA2", "ASIA1", "ASIA4"]);
}

#[tokio::test]
async fn b18_two_stale_hops_are_both_known_after_one_retry() {
    let world = World::new();
    let options = SwitchOptions::default;
    let guarded = Arc::new(issued(
        world.go(&direct("guarded", options()), Some("123456"), &[]).await,
    ));
    let far = world
        .session(&direct("far-guarded", options()), std::slice::from_ref(&guarded))
        .await;
    let live = [guarded.clone(), Arc::new(far)];
    for _ in 0..10 {
        world.answer(refused("ExpiredToken", "expired"));
    }
    let landed = world.go(&direct("deep", options()), None, &live).await;
    assert_eq!(landed.trace.stale, [live[1].id.clone(), live[0].id.clone()]);
    assert!(matches!(landed.result, Ok(Outcome::Denied { .. })));
    assert_eq!(world.calls().len(), 4);
}
