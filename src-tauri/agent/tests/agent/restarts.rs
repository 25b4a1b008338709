//! Sessions outlive the agent, through the vault.

use std::time::Duration;

use hatrack_agent::protocol::{Event, KeyringState, Reply, Request};

use crate::world::*;

const MINUTE: Duration = Duration::from_secs(60);

async fn status(world: &World) -> hatrack_agent::protocol::Status {
    match world.ask(Request::Status).await.unwrap() {
        Reply::Status(status) => status,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_restart_finds_the_live_sessions() {
    let mut world = World::new().await;
    let before = world.session("far").await;
    assert_eq!(status(&world).await.keyring, KeyringState::Ok);
    world.clock.pass(10 * MINUTE);
    world.restart().await;
    let after = world.sessions().await;
    assert_eq!(after.len(), 1);
    assert_eq!((&after[0].id, after[0].seconds_left), (&before.id, 3000));
    assert_eq!(after[0].access_key_id, before.access_key_id);
    // The hop on the way is there, too, and the session is of the same caller's files.
    world.session("stuzio").await;
    assert_eq!(world.sts.calls(), 2);
    world.clock.pass(45 * MINUTE);
    let renewed = world.session("far").await;
    assert_eq!(renewed.id, before.id);
}

#[tokio::test]
async fn what_ended_meanwhile_is_in_the_history_with_its_true_time() {
    let mut world = World::new().await;
    world.session("stuzio").await;
    world.started.take().unwrap().put_away().await;
    world.clock.pass(300 * MINUTE);
    world.start().await;
    assert!(world.sessions().await.is_empty());
    let rows = world.history().await;
    assert_eq!(rows[1].event, "expire");
    assert_eq!(rows[1].at, epoch() + 60 * MINUTE);
    assert_eq!(std::fs::read_dir(world.home.vault()).unwrap().count(), 0);
}

#[tokio::test]
async fn after_another_boot_the_wall_clock_tells_what_is_left() {
    let mut world = World::new().await;
    world.session("stuzio").await;
    world.started.take().unwrap().put_away().await;
    world.clock.reboot(20 * MINUTE);
    world.start().await;
    assert_eq!(world.sessions().await[0].seconds_left, 2400);
    // Sealed anew, it is counted on the clock of this boot.
    world.clock.pass(10 * MINUTE);
    world.restart().await;
    assert_eq!(world.sessions().await[0].seconds_left, 1800);
}

#[tokio::test]
async fn a_caller_that_cannot_be_read_keeps_no_session_from_coming_back() {
    let mut world = World::new().await;
    let before = world.session("stuzio").await;
    world.started.take().unwrap().put_away().await;
    let caller = std::fs::read_dir(world.home.vault())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.file_name().unwrap().to_string_lossy().starts_with("caller-"))
        .unwrap();
    // A folder in its place: reading fails, for root too.
    std::fs::remove_file(&caller).unwrap();
    std::fs::create_dir(&caller).unwrap();
    world.start().await;
    assert_eq!(world.sessions().await[0].id, before.id);
}

#[tokio::test]
async fn what_was_told_before_a_restart_is_not_told_again() {
    let mut world = World::new().await;
    world.session("stuzio").await;
    world.clock.pass(50 * MINUTE);
    world.restart().await;
    let listener = world.listen().await;
    world.service().mailbox.wake();
    world.clock.pass(5 * MINUTE);
    world.service().mailbox.wake();
    assert!(matches!(
        news(&listener).await,
        Event::Reminder { minutes: 5, .. }
    ));
}

#[tokio::test]
async fn h82_without_a_keyring_nothing_is_written_and_that_is_said() {
    let mut world = World::without_keyring().await;
    world.session("stuzio").await;
    let status = status(&world).await;
    assert_eq!(status.keyring, KeyringState::MemoryOnly);
    assert!(status.keyring_note.is_some());
    world.restart().await;
    assert!(world.sessions().await.is_empty());
    assert_eq!(secrets_below(world.folder.path()), ["config"]);
}

#[tokio::test]
async fn g2_no_secret_lies_in_the_clear() {
    let world = World::new().await;
    world.session("far").await;
    world.history().await;
    assert_eq!(secrets_below(world.folder.path()), ["config"]);
}

/// The files that hold a canary.
fn secrets_below(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if std::fs::read(&path).is_ok_and(|bytes| bytes.windows(7).any(|at| at == b"canary-")) {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}
