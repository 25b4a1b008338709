//! Into the vault, out of the file, and back.

use hatrack_agent::keys::KeyFailure;
use hatrack_core::secret::Secret;
use hatrack_store::vault::keys::LongTerm;

use crate::desk::{CREDENTIALS, Desk};

#[tokio::test]
async fn a_key_goes_into_the_vault_and_its_line_takes_its_place() {
    let desk = Desk::new();
    let (keys, caller) = (desk.keys().await, desk.caller());
    keys.import("troy", None, &caller).await.unwrap();
    assert_eq!(desk.credentials(), CREDENTIALS, "importing leaves the file");
    let changes = keys.removal("troy", &caller).await.unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].removed.len(), 2);
    assert!(changes[0].removed.iter().all(|line| line.text.ends_with("***")));
    let backups = keys.take_out("troy", &caller).await.unwrap();
    assert_eq!(std::fs::read_to_string(&backups[0]).unwrap(), CREDENTIALS);
    let line = &changes[0].added[0].text;
    assert!(line.ends_with("credential-process --raw troy"), "{line}");
    let expected = CREDENTIALS
        .replace("aws_access_key_id = AKIAOLD\n", "")
        .replace("aws_secret_access_key = canary-old # x", line);
    assert_eq!(desk.credentials(), expected);

    // A new agent finds it again, and the secret is nowhere but in the backup.
    let again = desk.keys().await;
    assert_eq!(again.credentials("troy").await.unwrap().access_key_id, "AKIAOLD");
    let backup = backups[0].file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(desk.files_with("canary-old"), [backup]);

    again.restore("troy", &caller).await.unwrap();
    assert_eq!(
        desk.credentials(),
        CREDENTIALS.replace(" # x", ""),
        "all but the comment beside the secret"
    );
    assert!(matches!(
        again.credentials("troy").await,
        Err(KeyFailure::NotInVault(_))
    ));
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_told_why() {
    let desk = Desk::with(
        "[temporary]\naws_access_key_id = ASIA\naws_secret_access_key = x\naws_session_token = t\n\
         [role]\naws_access_key_id = AKIA\naws_secret_access_key = x\nrole_arn = arn:aws:iam::183438944504:role/r\nsource_profile = role\n\
         [command]\naws_access_key_id = AKIA\naws_secret_access_key = x\ncredential_process = /bin/true\n\
         [nothing]\nregion = x\n",
        true,
    );
    let (keys, caller) = (desk.keys().await, desk.caller());
    for (profile, word) in [
        ("temporary", "temporary"),
        ("role", "role_arn"),
        ("command", "another way"),
        ("nothing", "aws_access_key_id"),
        ("nowhere", "no such profile"),
    ] {
        let failed = keys.import(profile, None, &caller).await.unwrap_err();
        assert!(failed.to_string().contains(word), "{failed}");
    }
}

#[tokio::test]
async fn without_a_keyring_nothing_is_taken_in() {
    let desk = Desk::with(CREDENTIALS, false);
    let (keys, caller) = (desk.keys().await, desk.caller());
    let failed = keys.import("troy", None, &caller).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NoVault), "{failed}");
    assert!(matches!(
        keys.take_out("troy", &caller).await,
        Err(KeyFailure::NotInVault(_))
    ));
    assert_eq!(desk.credentials(), CREDENTIALS);
}

#[tokio::test]
async fn a_typed_key_is_a_source_that_no_file_names() {
    let desk = Desk::new();
    desk.config(
        "[profile stuzio]\nrole_arn = arn:aws:iam::081278057606:role/Reader\nsource_profile = typed\n",
    );
    let (keys, caller) = (desk.keys().await, desk.caller());
    let key = || LongTerm {
        id: "AKIATYPED".to_owned(),
        secret: Secret::new("canary-typed"),
    };
    keys.add("typed", key(), None, &caller).await.unwrap();
    assert_eq!(desk.files_with("canary-typed"), Vec::<String>::new());
    assert!(keys.known()["typed"].key.access_key_id == "AKIATYPED");
    // A name that has credentials in a file is not taken over.
    let taken = keys.add("troy", key(), None, &caller).await.unwrap_err();
    assert!(matches!(taken, KeyFailure::HasCredentials(_)));
    let bad = keys.add("a b", key(), None, &caller).await.unwrap_err();
    assert!(matches!(bad, KeyFailure::BadName(_)));
    keys.forget("typed").await.unwrap();
    assert!(desk.keys().await.known().is_empty());
}

#[tokio::test]
async fn a_file_with_another_key_than_the_vaults_is_left_alone() {
    let desk = Desk::new();
    let (keys, caller) = (desk.keys().await, desk.caller());
    keys.import("troy", None, &caller).await.unwrap();
    let theirs = CREDENTIALS.replace("AKIAOLD", "AKIATHEIRS");
    std::fs::write(desk.folder.path().join("credentials"), &theirs).unwrap();
    for failed in [
        keys.take_out("troy", &caller).await.map(drop).unwrap_err(),
        keys.restore("troy", &caller).await.map(drop).unwrap_err(),
        desk.rotate(&keys).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(failed, KeyFailure::Differ(_)), "{failed}");
    }
    assert_eq!(desk.credentials(), theirs);
}

#[tokio::test]
async fn a_line_that_the_person_has_changed_is_not_overwritten() {
    let desk = Desk::new();
    let (keys, caller) = (desk.keys().await, desk.caller());
    keys.import("troy", None, &caller).await.unwrap();
    keys.take_out("troy", &caller).await.unwrap();
    let theirs = "[troy]\ncredential_process = /opt/theirs\n";
    std::fs::write(desk.folder.path().join("credentials"), theirs).unwrap();
    let failed = keys.restore("troy", &caller).await.unwrap_err();
    assert!(matches!(failed, KeyFailure::NotOurs(_)), "{failed}");
    assert_eq!(desk.credentials(), theirs);
    assert!(keys.credentials("troy").await.is_ok());
}

#[tokio::test]
async fn a_key_that_another_file_hides_is_not_removed_with_the_one_that_was_taken_in() {
    let desk = Desk::new();
    let config = "[profile troy]\naws_access_key_id = AKIAHIDDEN\naws_secret_access_key = canary-hidden\n";
    desk.config(config);
    let (keys, caller) = (desk.keys().await, desk.caller());
    keys.import("troy", None, &caller).await.unwrap();
    for failed in [
        keys.removal("troy", &caller).await.map(drop).unwrap_err(),
        keys.take_out("troy", &caller).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(failed, KeyFailure::Differ(_)), "{failed}");
    }
    assert_eq!(desk.credentials(), CREDENTIALS);
    let path = desk.folder.path().join("config");
    assert_eq!(std::fs::read_to_string(path).unwrap(), config);
}
