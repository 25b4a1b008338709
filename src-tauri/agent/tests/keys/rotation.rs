//! What a rotation does, and what it says where it cannot.

use hatrack_agent::keys::KeyFailure;
use jiff::Timestamp;

use crate::desk::{CREDENTIALS, Desk, reaches};

#[tokio::test]
async fn a_key_in_a_file_is_rotated_in_the_file_and_all_else_stays() {
    let desk = Desk::with(CREDENTIALS, false);
    desk.rotate(&desk.keys().await).await.unwrap();
    let expected = CREDENTIALS
        .replace("AKIAOLD", "AKIANEW1")
        .replace("canary-old", "canary-1");
    assert_eq!(desk.credentials(), expected);
    let retired = desk.aws.calls();
    assert_eq!(
        retired[retired.len() - 2..],
        ["UpdateAccessKey", "DeleteAccessKey"]
    );
}

#[tokio::test]
async fn a_key_kept_in_both_places_changes_in_both() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    desk.rotate(&keys).await.unwrap();
    assert_eq!(keys.credentials("troy").await.unwrap().access_key_id, "AKIANEW1");
    assert!(desk.credentials().contains("AKIANEW1") && !desk.credentials().contains("AKIAOLD"));
    // Once more: nothing is left of the first.
    desk.rotate(&keys).await.unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW2"]);
}

#[tokio::test]
async fn the_old_key_may_be_kept_inactive() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.rotate("troy", &desk.caller(), &reaches(), (None, false), true, &|_| {})
        .await
        .unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
    assert_eq!(desk.aws.state.lock().unwrap().keys.len(), 2);
}

#[tokio::test]
async fn a_second_key_is_told_of_and_nothing_is_made() {
    let desk = Desk::new();
    desk.aws.add("AKIABESIDE", "x", Timestamp::UNIX_EPOCH);
    let failed = desk.rotate(&desk.keys().await).await.unwrap_err();
    let text = failed.to_string();
    assert!(matches!(failed, KeyFailure::TwoKeys { .. }), "{text}");
    assert!(
        text.contains("SIDE") && text.contains("1970-01-01") && text.contains("never used"),
        "{text}"
    );
    assert!(!desk.aws.calls().contains(&"CreateAccessKey"));
    assert_eq!(desk.rotations().get("troy").unwrap(), None);
}

#[tokio::test]
async fn who_may_not_list_keys_may_still_rotate() {
    let desk = Desk::new();
    desk.aws.refuse("ListAccessKeys", "AccessDenied");
    desk.rotate(&desk.keys().await).await.unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}

#[tokio::test]
async fn a_refusal_before_anything_was_made_leaves_nothing() {
    let desk = Desk::new();
    desk.aws.refuse("CreateAccessKey", "AccessDenied");
    let failed = desk.rotate(&desk.keys().await).await.unwrap_err();
    assert!(failed.to_string().contains("req-1"), "{failed}");
    assert_eq!(desk.rotations().get("troy").unwrap(), None);
    assert_eq!(desk.credentials(), CREDENTIALS);
    assert_eq!(desk.aws.active(), ["AKIAOLD"]);
}

#[tokio::test]
async fn a_new_key_that_never_works_takes_no_place() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    keys.take_out("troy", &desk.caller()).await.unwrap();
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NotProven { .. }), "{failed}");
    assert_eq!(keys.credentials("troy").await.unwrap().access_key_id, "AKIAOLD");
    assert_eq!(desk.aws.active(), ["AKIANEW1", "AKIAOLD"]);
    assert!(keys.is_unfinished("troy"));
    let forgotten = keys.forget("troy").await.unwrap_err();
    assert!(matches!(forgotten, KeyFailure::Unfinished(_)));
    // Later AWS knows it, and the same key is used.
    let state = || desk.aws.state.lock().unwrap();
    state().keys.get_mut("AKIANEW1").unwrap().unknown_for = 0;
    let rotated = desk.rotate(&keys).await.unwrap();
    assert!(rotated.resumed);
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}

#[tokio::test]
async fn an_old_key_that_cannot_be_retired_is_told_and_retired_later() {
    let desk = Desk::new();
    desk.aws.refuse("UpdateAccessKey", "AccessDenied");
    let keys = desk.keys().await;
    let failed = desk.rotate(&keys).await.unwrap_err();
    let text = failed.to_string();
    assert!(
        text.contains("AKIANEW1") && text.contains("AKIAOLD") && text.contains("made inactive"),
        "{text}"
    );
    assert_eq!(keys.in_files("troy", &desk.caller()).unwrap().key.id, "AKIANEW1");
    desk.aws.allow_all();
    assert!(desk.rotate(&keys).await.unwrap().resumed);
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}

#[tokio::test]
async fn a_key_that_could_not_be_stored_is_taken_back() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    // The file cannot be written any more once the key is made: its folder's lock is a folder.
    std::fs::create_dir(desk.folder.path().join("credentials.hatrack-lock")).unwrap();
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NotStored { .. }), "{failed}");
    assert_eq!(desk.aws.active(), ["AKIAOLD"]);
    assert_eq!(desk.rotations().get("troy").unwrap(), None);
    assert_eq!(desk.credentials(), CREDENTIALS);
}

#[tokio::test]
async fn the_keys_of_the_root_user_are_not_rotated() {
    let desk = Desk::new();
    desk.aws.state.lock().unwrap().arn = Some("arn:aws:iam::183438944504:root".to_owned());
    let failed = desk.rotate(&desk.keys().await).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Root));
}

#[tokio::test]
async fn where_a_device_is_known_a_denial_asks_for_its_code_and_the_session_signs() {
    let desk = Desk::new();
    desk.aws.refuse("ListAccessKeys", "AccessDenied");
    desk.aws.refuse("CreateAccessKey", "AccessDenied");
    let keys = desk.keys().await;
    let failed = keys
        .rotate("troy", &desk.caller(), &reaches(), (None, true), false, &|_| {})
        .await
        .unwrap_err();
    assert!(matches!(failed, KeyFailure::WantsCode(_)), "{failed}");
    assert!(!keys.is_unfinished("troy"));
}

#[tokio::test]
async fn no_two_rotations_of_a_key_run_at_once() {
    let desk = Desk::new();
    desk.aws.state.lock().unwrap().cut = Some(crate::aws::Cut::Before(0));
    let keys = desk.keys().await;
    let first = desk.rotate(&keys);
    tokio::pin!(first);
    tokio::select! {
        _ = &mut first => panic!("it was to hang"),
        () = desk.aws.cut_off.notified() => {}
    }
    let second = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(second, KeyFailure::Running(_)));
}

#[tokio::test]
async fn a_stored_key_whose_record_is_gone_is_gone_on_with() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    desk.rotate(&keys).await.unwrap_err();
    desk.rotations().forget("troy").unwrap();
    desk.aws
        .state
        .lock()
        .unwrap()
        .keys
        .get_mut("AKIANEW1")
        .unwrap()
        .unknown_for = 0;
    desk.rotate(&keys).await.unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}
