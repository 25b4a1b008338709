//! A rotation that cannot be finished is given up: the key in use stays, and what is left at AWS is named.

use hatrack_agent::keys::{KeyFailure, Keys};
use hatrack_core::access_key::RotationGivenUp;

use crate::desk::{CREDENTIALS, Desk, reaches};

async fn give_up(desk: &Desk, keys: &Keys) -> Result<RotationGivenUp, KeyFailure> {
    keys.give_up("troy", &desk.caller(), &reaches()).await
}

/// A rotation whose new key AWS has forgotten: somebody deleted it.
async fn new_key_deleted(in_vault: bool) -> Desk {
    let desk = Desk::with(CREDENTIALS, in_vault);
    let keys = desk.keys().await;
    if in_vault {
        keys.import("troy", None, &desk.caller()).await.unwrap();
        keys.take_out("troy", &desk.caller()).await.unwrap();
    }
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    desk.rotate(&keys).await.unwrap_err();
    desk.aws.state.lock().unwrap().keys.remove("AKIANEW1");
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 0;
    desk
}

#[tokio::test]
async fn a_rotation_whose_new_key_was_deleted_at_aws_is_given_up() {
    for in_vault in [false, true] {
        let desk = new_key_deleted(in_vault).await;
        let keys = desk.keys().await;
        let failed = desk.rotate(&keys).await.unwrap_err();
        assert!(matches!(failed, KeyFailure::NotProven { .. }), "{failed}");
        assert!(failed.to_string().contains("--give-up"), "{failed}");
        let given_up = give_up(&desk, &keys).await.unwrap();
        assert_eq!((given_up.in_use_ends.as_str(), given_up.left.len()), ("AOLD", 0));
        assert!(!keys.is_unfinished("troy"));
        assert!(!desk.credentials().contains("hatrack-rotation"));
        // All is as before the rotation.
        desk.rotate(&keys).await.unwrap();
        assert_eq!(desk.aws.active(), ["AKIANEW2"]);
        if in_vault {
            keys.restore("troy", &desk.caller()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_is_left_at_aws_is_named() {
    let desk = Desk::with(CREDENTIALS, false);
    let keys = desk.keys().await;
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    desk.rotate(&keys).await.unwrap_err();
    std::fs::write(desk.folder.path().join("credentials"), CREDENTIALS).unwrap();
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NewKeyGone { .. }), "{failed}");
    assert!(!failed.to_string().contains("vault"), "{failed}");
    for listable in [false, true] {
        if !listable {
            desk.aws.refuse("ListAccessKeys", "AccessDenied");
        }
        let begun = desk.rotations().get("troy").unwrap().unwrap();
        let given_up = give_up(&desk, &keys).await.unwrap();
        assert_eq!(given_up.left.len(), 1);
        assert_eq!(given_up.left[0].id_ends, "NEW1");
        desk.rotations().put(&begun).unwrap();
        desk.aws.allow_all();
    }
    assert_eq!(desk.credentials(), CREDENTIALS);
}

#[tokio::test]
async fn an_old_key_that_can_never_be_retired_is_left_and_the_new_one_stays_in_use() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    desk.aws.refuse("UpdateAccessKey", "AccessDenied");
    desk.rotate(&keys).await.unwrap_err();
    let failed = keys.forget("troy").await.unwrap_err();
    assert!(failed.to_string().contains("--give-up"), "{failed}");
    let given_up = give_up(&desk, &keys).await.unwrap();
    assert_eq!(given_up.in_use_ends, "NEW1");
    assert_eq!(given_up.left[0].id_ends, "AOLD");
    assert!(given_up.left[0].profiles.is_empty());
    keys.restore("troy", &desk.caller()).await.unwrap();
    assert!(desk.credentials().contains("AKIANEW1"));
}

#[tokio::test]
async fn a_key_that_turned_up_and_is_somebodys_is_left_alone() {
    let desk = Desk::with(CREDENTIALS, false);
    let keys = desk.keys().await;
    let rotation = hatrack_core::access_key::Rotation {
        profile: "troy".to_owned(),
        old_id: "AKIAOLD".to_owned(),
        new_id: None,
        before: Some(vec!["AKIAOLD".to_owned()]),
        started_at: jiff::Timestamp::now(),
        keep_old: false,
    };
    desk.rotations().put(&rotation).unwrap();
    desk.aws.add("AKIATHEIRS", "theirs", jiff::Timestamp::now());
    desk.aws
        .state
        .lock()
        .unwrap()
        .keys
        .get_mut("AKIATHEIRS")
        .unwrap()
        .used = true;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Strange { .. }), "{failed}");
    let given_up = give_up(&desk, &keys).await.unwrap();
    assert_eq!(given_up.left[0].id_ends, "EIRS");
    assert!(desk.aws.takes("AKIATHEIRS", "theirs"));
    assert!(!keys.is_unfinished("troy"));
}

#[tokio::test]
async fn the_only_key_that_works_is_not_given_up() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    desk.rotate(&keys).await.unwrap_err();
    {
        let mut state = desk.aws.state.lock().unwrap();
        state.keys.get_mut("AKIANEW1").unwrap().unknown_for = 0;
        state.keys.remove("AKIAOLD");
    }
    let before = desk.credentials();
    let failed = give_up(&desk, &keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::FinishInstead(_)), "{failed}");
    assert_eq!(desk.credentials(), before);
    desk.rotate(&keys).await.unwrap();
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
}

#[tokio::test]
async fn where_nothing_was_begun_nothing_is_given_up() {
    let desk = Desk::new();
    let failed = give_up(&desk, &desk.keys().await).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NothingBegun(_)), "{failed}");
    assert_eq!(desk.credentials(), CREDENTIALS);
}

#[tokio::test]
async fn a_file_that_has_got_another_key_than_the_vault_does_not_stand_in_the_way() {
    let desk = Desk::new();
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1000;
    desk.rotate(&keys).await.unwrap_err();
    let theirs = CREDENTIALS.replace("AKIAOLD", "AKIATHEIRS");
    std::fs::write(desk.folder.path().join("credentials"), &theirs).unwrap();
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Differ(_)), "{failed}");
    assert_eq!(give_up(&desk, &keys).await.unwrap().in_use_ends, "AOLD");
    keys.forget("troy").await.unwrap();
    assert_eq!(desk.credentials(), theirs);
}
