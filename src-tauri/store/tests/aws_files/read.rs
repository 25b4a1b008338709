//! Reading the files; the numbers are the rows of section A of the list of bad inputs.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use hatrack_core::catalog::{AccountSettings, Accounts, Besides, Severity};
use hatrack_core::shared_config::ConfigErrorKind;
use hatrack_store::aws_files::{AwsFiles, LARGEST_FILE, Loaded, Locations, read};
use jiff::Timestamp;

use crate::{Place, set_mode};

const KEYS: &str = "aws_access_key_id = AKIA1\naws_secret_access_key = CANARY\n";
/// Long after every file of a test was written.
const LATER: Timestamp = Timestamp::MAX;

fn load(place: &Place) -> Arc<Loaded> {
    AwsFiles::default().current(&place.locations(), LATER)
}

#[test]
fn a1_without_files_there_is_an_empty_catalog() {
    let place = Place::new();
    let loaded = load(&place);
    assert!(loaded.broken.is_none() && loaded.catalog.roles.is_empty() && loaded.catalog.problems.is_empty());
    assert!(loaded.files.iter().all(|file| !file.exists));
    place.write(".aws/config", "");
    assert_eq!(
        load(&place).files.iter().map(|f| f.exists).collect::<Vec<_>>(),
        [true, false]
    );
}

#[test]
fn a2_bytes_that_are_not_utf8_name_the_file_and_leave_it() {
    let place = Place::new();
    let bytes = b"[default]\nregion = us-west-2\n\xff\xfe\n";
    let path = place.write(".aws/config", bytes);
    let broken = read(&place.locations()).unwrap_err();
    assert_eq!(
        (broken.kind.clone(), broken.line, &*broken.file),
        (ConfigErrorKind::NotUtf8, Some(3), "~/.aws/config")
    );
    assert_eq!(fs::read(path).unwrap(), bytes);
}

#[test]
fn a8_a_file_of_50_mb_is_refused() {
    let place = Place::new();
    place.write(
        ".aws/config",
        "[default]\nregion = ".to_owned() + &"x".repeat(50_000_000),
    );
    let broken = read(&place.locations()).unwrap_err();
    assert_eq!(broken.kind, ConfigErrorKind::FileTooLarge { limit: LARGEST_FILE });
}

#[test]
fn a14_a_command_in_a_file_is_listed_and_not_executed() {
    let place = Place::new();
    let marker = place.path("marker");
    let command = format!("/usr/bin/touch {}", marker.display());
    place.write(
        ".aws/config",
        format!("[profile p]\ncredential_process = {command}\n[default]\nregion = $({command})\n"),
    );
    let loaded = load(&place);
    assert_eq!(loaded.catalog.identities.len(), 1);
    assert!(!marker.exists());
}

#[test]
fn a15_credentials_open_to_others_are_said_and_left_so() {
    let place = Place::new();
    let path = place.write(".aws/credentials", format!("[default]\n{KEYS}"));
    assert!(load(&place).catalog.problems.is_empty());
    set_mode(&path, 0o644);
    let loaded = load(&place);
    let [problem] = &loaded.catalog.problems[..] else {
        panic!("{:?}", loaded.catalog.problems)
    };
    assert_eq!(
        (problem.severity, &*problem.file),
        (Severity::Warning, "~/.aws/credentials")
    );
    assert_eq!(loaded.catalog.identities.len(), 1);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o644);
}

#[test]
fn a_folder_a_pipe_and_the_null_device_never_hold_the_reader() {
    let place = Place::new();
    fs::create_dir_all(place.path("folder")).unwrap();
    let pipe = place.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let at = |path: &str| place.locations().with_files(Some(&place.path(path)), None);
    assert!(matches!(
        read(&at("folder")).unwrap_err().kind,
        ConfigErrorKind::Unreadable { .. }
    ));
    assert!(read(&at("pipe")).unwrap().profiles().is_empty());
    let null = place.locations().with_files(Some("/dev/null".as_ref()), None);
    assert!(read(&null).unwrap().profiles().is_empty());
    let endless = place.locations().with_files(Some("/dev/zero".as_ref()), None);
    assert!(matches!(
        read(&endless).unwrap_err().kind,
        ConfigErrorKind::FileTooLarge { .. }
    ));
}

#[test]
fn a_file_that_the_environment_names_and_is_not_there_is_noted() {
    let var = |name: &str| (name == "AWS_CONFIG_FILE").then(|| "/nowhere/config".to_owned());
    let locations = Locations::resolve(&var, hatrack_store::aws_files::Os::Unix);
    let loaded = AwsFiles::default().current(&locations, LATER);
    let [note] = &loaded.catalog.problems[..] else {
        panic!("{:?}", loaded.catalog.problems)
    };
    assert_eq!((note.severity, &*note.file), (Severity::Note, "/nowhere/config"));
}

#[test]
fn a_file_that_an_option_names_has_to_be_there() {
    let place = Place::new();
    let named = place.locations().with_files(None, Some(&place.path("gone")));
    assert!(matches!(
        read(&named).unwrap_err().kind,
        ConfigErrorKind::Unreadable { .. }
    ));
}

#[test]
fn a_broken_file_keeps_the_last_good_catalog_and_names_the_line() {
    let place = Place::new();
    let mut files = AwsFiles::default();
    place.write(".aws/config", format!("[profile a]\n{KEYS}"));
    assert!(files.current(&place.locations(), LATER).broken.is_none());

    place.write(".aws/config", format!("[profile a]\n{KEYS}[profile b\n"));
    let loaded = files.current(&place.locations(), LATER);
    let broken = loaded.broken.as_ref().unwrap();
    assert_eq!(
        (broken.kind.clone(), broken.line),
        (ConfigErrorKind::UnclosedSection, Some(4))
    );
    assert_eq!(loaded.catalog.identities.len(), 1);
    assert_eq!(loaded.catalog.problems[0].line, Some(4));
    assert!(loaded.shared.profile("a").is_some());

    place.write(".aws/config", format!("[profile a]\n{KEYS}[profile b]\n{KEYS}"));
    let loaded = files.current(&place.locations(), LATER);
    assert!(loaded.broken.is_none() && loaded.catalog.problems.is_empty());
    assert_eq!(loaded.catalog.identities.len(), 2);
}

#[test]
fn a_file_that_was_never_good_says_so_alone() {
    let place = Place::new();
    place.write(".aws/config", "[profile a\n");
    let loaded = load(&place);
    assert!(loaded.broken.is_some() && loaded.catalog.roles.is_empty());
    assert_eq!(loaded.catalog.problems.len(), 1);
}

#[test]
fn unchanged_files_are_not_read_again_and_changed_settings_show() {
    let place = Place::new();
    place.write(
        ".aws/config",
        format!("[profile k]\n{KEYS}[profile r]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = k\n"),
    );
    let mut files = AwsFiles::default();
    let first = files.current(&place.locations(), LATER);
    assert!(Arc::ptr_eq(&first, &files.current(&place.locations(), LATER)));

    let named = AccountSettings {
        name: Some("Acme".into()),
        ..AccountSettings::default()
    };
    files.set_besides(Besides {
        accounts: Accounts::from([("123456789012".parse().unwrap(), named)]),
        ..Besides::default()
    });
    assert_eq!(
        files.current(&place.locations(), LATER).catalog.roles[0].account_name,
        "Acme"
    );
}

#[test]
fn a_file_just_written_is_read_again() {
    let place = Place::new();
    let path = place.write(".aws/config", format!("[profile a]\n{KEYS}"));
    let mut files = AwsFiles::default();
    // By the clock of the moment of writing, a second write could bear the same times.
    let written = Timestamp::try_from(fs::metadata(path).unwrap().modified().unwrap()).unwrap();
    let first = files.current(&place.locations(), written);
    assert!(!Arc::ptr_eq(&first, &files.current(&place.locations(), written)));
}

#[test]
fn a_file_dated_far_ahead_is_not_read_at_each_call() {
    let place = Place::new();
    place.write(".aws/config", format!("[profile a]\n{KEYS}"));
    let mut files = AwsFiles::default();
    let first = files.current(&place.locations(), Timestamp::UNIX_EPOCH);
    assert!(Arc::ptr_eq(
        &first,
        &files.current(&place.locations(), Timestamp::UNIX_EPOCH)
    ));
}

#[test]
fn callers_that_select_other_profiles_share_what_was_read() {
    let place = Place::new();
    place.write(".aws/config", format!("[profile a]\n{KEYS}[profile b]\n{KEYS}"));
    let mut files = AwsFiles::default();
    let select = |profile: &str| Locations {
        profile: profile.to_owned(),
        ..place.locations()
    };
    let first = files.current(&select("a"), LATER);
    assert!(Arc::ptr_eq(&first, &files.current(&select("b"), LATER)));
}

#[test]
fn both_files_are_listed_where_one_cannot_be_read() {
    let place = Place::new();
    fs::create_dir_all(place.path(".aws/config")).unwrap();
    place.write(".aws/credentials", format!("[a]\n{KEYS}"));
    let loaded = load(&place);
    assert!(loaded.broken.is_some());
    let listed: Vec<_> = loaded.files.iter().map(|f| (&*f.name, f.exists)).collect();
    assert_eq!(listed, [("~/.aws/config", true), ("~/.aws/credentials", true)]);
}

#[test]
fn many_callers_each_have_their_own_files() {
    let mut files = AwsFiles::default();
    let places: Vec<Place> = (0..20).map(|_| Place::new()).collect();
    for (i, place) in places.iter().enumerate() {
        place.write(".aws/config", format!("[profile p{i}]\n{KEYS}"));
    }
    for round in 0..2 {
        for (i, place) in places.iter().enumerate() {
            let loaded = files.current(&place.locations(), LATER);
            assert_eq!(
                loaded.catalog.identities[0].profile,
                format!("p{i}"),
                "round {round}"
            );
        }
    }
}

#[test]
fn nothing_loaded_prints_a_secret() {
    let place = Place::new();
    place.write(
        ".aws/credentials",
        format!("[default]\n{KEYS}aws_session_token = CANARY2\n"),
    );
    assert!(!format!("{:?}", load(&place)).contains("CANARY"));
}
