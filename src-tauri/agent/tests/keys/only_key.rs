//! The only key that works is never retired, whatever became of the other one meanwhile.

use hatrack_agent::keys::KeyFailure;
use hatrack_core::access_key::Rotation;
use jiff::{SignedDuration, Timestamp};

use crate::desk::{CREDENTIALS, Desk, reaches};

/// A rotation in the file, or in the vault, that waits for the new key to work.
async fn waiting(in_vault: bool) -> Desk {
    let desk = Desk::with(CREDENTIALS, in_vault);
    let keys = desk.keys().await;
    if in_vault {
        keys.import("troy", None, &desk.caller()).await.unwrap();
        keys.take_out("troy", &desk.caller()).await.unwrap();
    }
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NotProven { .. }), "{failed}");
    desk.aws
        .state
        .lock()
        .unwrap()
        .keys
        .get_mut("AKIANEW1")
        .unwrap()
        .unknown_for = 0;
    desk
}

#[tokio::test]
async fn an_editor_that_saves_an_old_buffer_while_the_new_key_is_waited_for_loses_no_key() {
    let desk = Desk::with(CREDENTIALS, false);
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 3;
    let path = desk.folder.path().join("credentials");
    // While the new key is waited for, the section in which it waits goes.
    let keys = desk
        .keys_that_pause(move || std::fs::write(&path, CREDENTIALS).unwrap())
        .await;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(failed.to_string().contains("--give-up"), "{failed}");
    assert_eq!(desk.credentials(), CREDENTIALS);
    assert!(desk.aws.takes("AKIAOLD", "canary-old"));
    assert!(
        desk.rotations().get("troy").unwrap().is_some(),
        "the record stays"
    );
    // Again, and it is the same.
    desk.rotate(&keys).await.unwrap_err();
    assert!(desk.aws.takes("AKIAOLD", "canary-old"));
}

#[tokio::test]
async fn a_file_that_became_unreadable_meanwhile_stops_the_rotation() {
    let desk = waiting(false).await;
    let keys = desk.keys().await;
    // The catalog would answer from the last good reading.
    keys.in_files("troy", &desk.caller()).unwrap();
    let broken = format!("{}[broken\n", desk.credentials());
    std::fs::write(desk.folder.path().join("credentials"), &broken).unwrap();
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::File(_)), "{failed}");
    assert_eq!(desk.credentials(), broken);
    assert_eq!(desk.aws.active(), ["AKIANEW1", "AKIAOLD"]);
    std::fs::write(
        desk.folder.path().join("credentials"),
        broken.replace("[broken\n", ""),
    )
    .unwrap();
    assert!(desk.rotate(&keys).await.unwrap().resumed);
}

#[tokio::test]
async fn a_key_that_waits_in_its_own_place_is_not_retired_by_itself() {
    let desk = waiting(false).await;
    // The person has put the new key into place by hand, and the record is gone.
    let text = desk.credentials().replace("AKIAOLD", "AKIANEW1");
    std::fs::write(
        desk.folder.path().join("credentials"),
        text.replace("canary-old", "canary-1"),
    )
    .unwrap();
    desk.rotations().forget("troy").unwrap();
    let keys = desk.keys().await;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::TwoKeys { .. }), "{failed}");
    assert!(desk.aws.takes("AKIANEW1", "canary-1"));
}

#[tokio::test]
async fn a_key_that_was_made_later_is_nobodys_orphan() {
    for (minutes, is_ours) in [(1, true), (60, false)] {
        let desk = Desk::new();
        let begun_at = Timestamp::now() - SignedDuration::from_hours(3);
        let rotation = Rotation {
            profile: "troy".to_owned(),
            old_id: "AKIAOLD".to_owned(),
            new_id: None,
            before: Some(vec!["AKIAOLD".to_owned()]),
            started_at: begun_at,
            keep_old: false,
        };
        desk.rotations().put(&rotation).unwrap();
        let made_at = begun_at + SignedDuration::from_mins(minutes);
        desk.aws.add("AKIALATER", "theirs", made_at);
        let rotated = desk.rotate(&desk.keys().await).await;
        assert_eq!(!desk.aws.takes("AKIALATER", "theirs"), is_ours);
        match rotated {
            Ok(_) => assert!(is_ours),
            Err(why) => assert!(!is_ours && matches!(why, KeyFailure::TwoKeys { .. }), "{why}"),
        }
    }
}

#[tokio::test]
async fn a_vault_that_is_locked_keeps_a_key_in_both_places_from_being_half_rotated() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    desk.keyring.lock(true);
    let locked = desk.keys().await;
    let failed = desk.rotate(&locked).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Locked { .. }), "{failed}");
    assert_eq!(desk.credentials(), CREDENTIALS);
    assert!(!desk.aws.calls().contains(&"CreateAccessKey"));
    desk.keyring.lock(false);
    desk.rotate(&desk.keys().await).await.unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}

#[tokio::test]
async fn a_new_key_in_a_vault_that_is_locked_now_is_not_cleared_up() {
    let desk = waiting(true).await;
    let begun = desk.rotations().get("troy").unwrap();
    let locked = desk.keys_without_vault().await;
    let failed = desk.rotate(&locked).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Locked { .. }), "{failed}");
    assert_eq!(desk.rotations().get("troy").unwrap(), begun);
    assert_eq!(desk.aws.active(), ["AKIANEW1", "AKIAOLD"]);
}

#[tokio::test]
async fn where_a_device_is_known_a_cut_off_rotation_asks_for_its_code_to_retire_the_old_key() {
    let desk = Desk::new();
    desk.aws.refuse("UpdateAccessKey", "AccessDenied");
    let keys = desk.keys().await;
    for (knows_device, asks) in [(true, true), (false, false)] {
        let signs = (None, knows_device);
        let failed = keys
            .rotate("troy", &desk.caller(), &reaches(), signs, false, &|_| {})
            .await
            .unwrap_err();
        assert_eq!(matches!(failed, KeyFailure::WantsCode(_)), asks, "{failed}");
        assert_eq!(matches!(failed, KeyFailure::NotRetired { .. }), !asks, "{failed}");
    }
}
