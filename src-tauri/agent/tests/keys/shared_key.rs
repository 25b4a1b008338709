//! One key under several names, and one whose halves stand apart.

use hatrack_agent::keys::KeyFailure;
use hatrack_core::secret::Secret;
use hatrack_store::vault::keys::LongTerm;

use crate::desk::{CREDENTIALS, Desk};

const SECOND: &str = "\n[second]\naws_access_key_id=AKIAOLD\naws_secret_access_key=canary-old\n";

#[tokio::test]
async fn every_profile_that_has_the_key_gets_the_new_one() {
    let desk = Desk::with(&format!("{CREDENTIALS}{SECOND}"), true);
    desk.config("[default]\naws_access_key_id = AKIAOLD\naws_secret_access_key = canary-old\nregion = x\n");
    let keys = desk.keys().await;
    let typed = LongTerm {
        id: "AKIAOLD".to_owned(),
        secret: Secret::new("canary-old"),
    };
    keys.add("typed", typed, None, &desk.caller()).await.unwrap();
    let rotated = desk.rotate(&keys).await.unwrap();
    for profile in ["troy", "second", "default"] {
        let key = keys.in_files(profile, &desk.caller()).unwrap().key;
        assert!(desk.aws.takes(&key.id, key.secret.expose()), "{profile}");
    }
    let typed = keys.credentials("typed").await.unwrap();
    assert!(
        desk.aws
            .takes(&typed.access_key_id, typed.secret_access_key.expose())
    );
    assert_eq!(desk.aws.active(), ["AKIANEW1"]);
    assert_eq!(rotated.also, ["default", "second", "typed"]);
    assert_eq!(desk.files_with("canary-old"), Vec::<String>::new());
}

#[tokio::test]
async fn a_key_of_the_vault_is_set_in_the_file_where_another_profile_has_it() {
    let desk = Desk::with(&format!("{CREDENTIALS}{SECOND}"), true);
    let keys = desk.keys().await;
    keys.import("troy", None, &desk.caller()).await.unwrap();
    keys.take_out("troy", &desk.caller()).await.unwrap();
    desk.rotate(&keys).await.unwrap();
    let second = keys.in_files("second", &desk.caller()).unwrap().key;
    assert!(desk.aws.takes(&second.id, second.secret.expose()));
}

#[tokio::test]
async fn a_key_whose_halves_stand_in_two_files_is_not_rotated() {
    for config in [
        "[profile troy]\naws_access_key_id = AKIAOLD\n",
        "[profile troy]\naws_access_key_id = AKIAOLD\n[profile other]\naws_secret_access_key = x\n",
    ] {
        let desk = Desk::with("[troy]\naws_secret_access_key = canary-old\n", false);
        desk.config(config);
        let failed = desk.rotate(&desk.keys().await).await.unwrap_err();
        assert!(matches!(failed, KeyFailure::Apart(_)), "{failed}");
        assert!(!desk.aws.calls().contains(&"CreateAccessKey"));
        assert!(desk.aws.takes("AKIAOLD", "canary-old"));
        assert_eq!(desk.rotations().get("troy").unwrap(), None);
    }
}

#[tokio::test]
async fn the_secret_that_wins_in_the_other_file_counts_as_standing_apart() {
    let desk = Desk::with("[troy]\naws_secret_access_key = canary-old\n", false);
    desk.config("[profile troy]\naws_access_key_id = AKIAOLD\naws_secret_access_key = canary-old\n");
    let failed = desk.rotate(&desk.keys().await).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Apart(_)), "{failed}");
    assert!(desk.aws.takes("AKIAOLD", "canary-old"));
}

#[tokio::test]
async fn a_section_that_was_split_while_the_new_key_was_waited_for_stops_the_rotation() {
    let desk = Desk::with(CREDENTIALS, false);
    desk.aws.state.lock().unwrap().new_keys_unknown_for = 1;
    let path = desk.folder.path().join("credentials");
    let config = desk.folder.path().join("config");
    let keys = desk
        .keys_that_pause(move || {
            let text = std::fs::read_to_string(&path).unwrap();
            let secret = "aws_secret_access_key = canary-old # x\n";
            std::fs::write(&path, text.replace(secret, "")).unwrap();
            std::fs::write(&config, format!("[profile troy]\n{secret}")).unwrap();
        })
        .await;
    let failed = desk.rotate(&keys).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::Apart(_)), "{failed}");
    assert!(desk.aws.takes("AKIAOLD", "canary-old"));
    assert!(desk.credentials().contains("[hatrack-rotation-troy]"));
}
