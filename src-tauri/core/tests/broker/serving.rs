//! Which live session serves which request.

use std::time::Duration;

use hatrack_core::broker::{Plan, Wish, serving};
use hatrack_core::session::{Session, SwitchOptions};

use crate::world::*;

fn served_by<'s>(world: &World, plan: &Plan, sessions: &'s [Session]) -> Option<&'s Session> {
    let wish = Wish {
        key: &plan.key,
        role_key: &plan.order.role_key,
        options: &plan.order.options,
        min_life: None,
    };
    serving(wish, world.clock.0.lock().unwrap().boot, sessions)
}

fn named(name: &str) -> SwitchOptions {
    SwitchOptions {
        session_name: Some(name.parse().unwrap()),
        ..SwitchOptions::default()
    }
}

fn lasting(seconds: u32) -> SwitchOptions {
    SwitchOptions {
        duration: Some(seconds.try_into().unwrap()),
        ..SwitchOptions::default()
    }
}

#[tokio::test]
async fn an_option_left_out_asks_for_nothing() {
    let world = World::new();
    let live = [world.session(&planned("stuzio", named("special")), &[]).await];
    assert!(served_by(&world, &planned("stuzio", SwitchOptions::default()), &live).is_some());
    assert!(served_by(&world, &planned("stuzio", named("special")), &live).is_some());
    assert!(served_by(&world, &planned("stuzio", named("another")), &live).is_none());
}

#[tokio::test]
async fn another_role_base_or_way_is_another_session() {
    let world = World::new();
    let live = [world
        .session(&planned("stuzio", SwitchOptions::default()), &[])
        .await];
    for other in ["guarded", "chained", "from-temporary", "troy"] {
        assert!(
            served_by(&world, &planned(other, SwitchOptions::default()), &live).is_none(),
            "{other}"
        );
    }
}

#[tokio::test]
async fn an_explicit_duration_asks_for_a_session_of_that_life() {
    let world = World::new();
    let live = [world.session(&planned("stuzio", lasting(3600)), &[]).await];
    for (seconds, served) in [(900, true), (3600, true), (7200, false)] {
        let plan = planned("stuzio", lasting(seconds));
        assert_eq!(served_by(&world, &plan, &live).is_some(), served, "{seconds}");
    }
}

#[tokio::test]
async fn a_session_near_its_end_does_not_serve() {
    let world = World::new();
    let plan = planned("stuzio", SwitchOptions::default());
    let live = [world.session(&plan, &[]).await];
    world.pass(live[0].expiry.life - Duration::from_secs(601));
    assert!(served_by(&world, &plan, &live).is_some());
    world.pass(Duration::from_secs(2));
    assert!(served_by(&world, &plan, &live).is_none());
    world.pass(Duration::from_secs(3600));
    assert!(served_by(&world, &plan, &live).is_none());
}

#[tokio::test]
async fn the_one_that_is_exactly_what_was_asked_is_preferred() {
    let world = World::new();
    let special = world.session(&planned("stuzio", named("special")), &[]).await;
    world.pass(Duration::from_secs(60));
    let plain = world
        .session(&planned("stuzio", SwitchOptions::default()), &[])
        .await;
    let live = [special, plain];
    let served = served_by(&world, &planned("stuzio", SwitchOptions::default()), &live);
    assert_eq!(served.unwrap().id, live[1].id);
}

#[tokio::test]
async fn a_session_of_another_entry_does_not_hide_a_missing_external_id() {
    let world = World::new();
    let live = [world
        .session(&planned("stuzio", SwitchOptions::default()), &[])
        .await];
    let without = planned("stuzio-without", SwitchOptions::default());
    assert!(served_by(&world, &without, &live).is_none());
    // Given in the request, the right one makes it the same session.
    let given = SwitchOptions {
        external_id: Some("stuzio-acme".parse().unwrap()),
        ..SwitchOptions::default()
    };
    assert!(served_by(&world, &planned("stuzio-without", given), &live).is_some());
}

#[tokio::test]
async fn a_session_of_another_entry_that_asks_for_the_same_serves() {
    let world = World::new();
    let live = [world
        .session(&planned("stuzio", SwitchOptions::default()), &[])
        .await];
    assert!(served_by(&world, &planned("stuzio-twin", SwitchOptions::default()), &live).is_some());
    assert!(served_by(&world, &planned("stuzio-twin", named("another")), &live).is_none());
    let restricted = SwitchOptions {
        policy: Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned().try_into().unwrap()),
        ..SwitchOptions::default()
    };
    let live = [world.session(&planned("stuzio", restricted), &[]).await];
    assert!(served_by(&world, &planned("stuzio", SwitchOptions::default()), &live).is_some());
    assert!(served_by(&world, &planned("stuzio-twin", SwitchOptions::default()), &live).is_none());
}
