//! Reminders, ends, and clocks that jump.

use std::time::Duration;

use hatrack_agent::protocol::{Event, Topic};
use jiff::SignedDuration;

use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn fifteen_and_five_minutes_and_the_end_are_told() {
    let world = World::new().await;
    let listener = world.listen().await;
    let session = world.session("stuzio").await;
    let mut told = Vec::new();
    for wait in [45 * MINUTE, 10 * MINUTE, 5 * MINUTE] {
        world.clock.pass(wait);
        world.service().mailbox.wake();
        told.push(match news(&listener).await {
            Event::Reminder { session, minutes } => {
                assert_eq!(session.seconds_left, minutes * 60);
                minutes
            }
            Event::Expired { session: ended } => {
                assert_eq!((ended.id, ended.seconds_left), (session.id.clone(), 0));
                0
            }
            other => panic!("{other:?}"),
        });
    }
    assert_eq!(told, [15, 5, 0]);
    let rows = world.history().await;
    assert_eq!(
        (rows[1].event.as_str(), rows[1].client.as_str()),
        ("expire", "agent")
    );
    assert_eq!(rows[1].duration_s, Some(3600));
    // Shown for a while, then forgotten.
    assert_eq!(world.sessions().await[0].seconds_left, 0);
    world.clock.pass(61 * MINUTE);
    world.service().mailbox.wake();
    assert!(world.sessions().await.is_empty());
}

#[tokio::test]
async fn h74_after_a_suspend_past_the_end_there_is_one_end_with_its_true_time() {
    let world = World::new().await;
    let listener = world.listen().await;
    world.session("stuzio").await;
    world.clock.pass(8 * 60 * MINUTE);
    world.service().mailbox.clocks_moved();
    assert!(matches!(news(&listener).await, Event::Expired { .. }));
    world.service().mailbox.wake();
    let rows = world.history().await;
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1].at, epoch() + 60 * MINUTE);
}

#[tokio::test]
async fn h73_a_step_of_the_wall_clock_moves_no_countdown() {
    let world = World::new().await;
    let listener = world.listen().await;
    world.session("stuzio").await;
    for hours in [-1, 2, -1] {
        world.clock.step_wall(SignedDuration::from_hours(hours));
        world.service().mailbox.clocks_moved();
        assert_eq!(world.sessions().await[0].seconds_left, 3600, "{hours}");
    }
    world.clock.pass(45 * MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(
        news(&listener).await,
        Event::Reminder { minutes: 15, .. }
    ));
}

#[tokio::test]
async fn h72_a_wall_clock_that_was_wrong_at_the_switch_changes_nothing() {
    let world = World::new().await;
    world.clock.step_wall(SignedDuration::from_hours(1));
    assert_eq!(world.session("stuzio").await.seconds_left, 3600);
}

#[tokio::test]
async fn renew_and_end_withdraw_what_was_told() {
    let world = World::new().await;
    let listener = world.listen().await;
    let session = world.session("stuzio").await;
    world.clock.pass(51 * MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(news(&listener).await, Event::Reminder { .. }));
    // Too little is left to serve, so this renews.
    let renewed = world.session("stuzio").await;
    assert_eq!(renewed.id, session.id);
    assert!(matches!(news(&listener).await, Event::Withdrawn { session_id } if session_id == session.id));
    world.ask(hatrack_agent::protocol::Request::EndAll).await.unwrap();
    assert!(matches!(news(&listener).await, Event::Withdrawn { .. }));
    let events: Vec<String> = world.history().await.into_iter().map(|row| row.event).collect();
    assert_eq!(events, ["switch", "renew", "switch_back"]);
}

#[tokio::test]
async fn a_slow_listener_is_told_that_everything_changed() {
    let world = World::without_keyring().await;
    let listener = world.listen().await;
    for _ in 0..140 {
        // Each switch back withdraws, and between two of those no changes melt together.
        world.session("stuzio").await;
        world.ask(hatrack_agent::protocol::Request::EndAll).await.unwrap();
    }
    let mut heard = 0;
    loop {
        let event = soon(listener.next()).await;
        heard += 1;
        if matches!(event, Event::Changed { topics, .. } if topics.len() == Topic::ALL.len()) {
            break;
        }
    }
    assert!(heard <= 256, "{heard}");
}
