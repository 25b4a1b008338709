use super::*;
use hatrack_core::account::HatColour;

fn file() -> (tempfile::TempDir, SettingsFile) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    (folder, SettingsFile::of(&home))
}

#[test]
fn nothing_there_means_the_defaults() {
    let (_folder, file) = file();
    assert_eq!(file.load(Timestamp::UNIX_EPOCH).unwrap(), Loaded::default());
    assert!(!file.path().exists());
}

#[test]
fn what_was_chosen_is_read_again() {
    let (_folder, file) = file();
    let account: AccountId = "081278057606".parse().unwrap();
    let role: RoleArn = "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole"
        .parse()
        .unwrap();
    let written = file
        .update(Timestamp::UNIX_EPOCH, |s| {
            s.accounts.insert(
                account,
                AccountSettings {
                    name: Some("Stuzio".into()),
                    colour: Some(HatColour::Teal),
                    production: true,
                    ..AccountSettings::default()
                },
            );
            s.favourites.insert("stuzio".into());
            s.role_maximums.insert(role.clone(), SessionDuration::LONGEST);
            s.quit = QuitChoice::Keep;
            s.added_roles.push(AddedRole {
                role,
                display_name: None,
                source_profile: "troy".into(),
                external_id: Some("stuzio-acme".parse().unwrap()),
                mfa_serial: None,
                duration: None,
                region: Some("eu-west-1".into()),
            });
        })
        .unwrap();
    let read = file.load(Timestamp::UNIX_EPOCH).unwrap().settings;
    assert_eq!(read, written);
    assert_eq!(read.accounts()[&account].name.as_deref(), Some("Stuzio"));
}

#[test]
fn what_another_version_wrote_stays() {
    let (_folder, file) = file();
    fs::write(
        file.path(),
        r#"{"theme": "dark", "from_the_future": {"a": [1, 2]}}"#,
    )
    .unwrap();
    file.update(Timestamp::UNIX_EPOCH, |s| {
        s.favourites.insert("x".into());
    })
    .unwrap();
    let text = fs::read_to_string(file.path()).unwrap();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["from_the_future"]["a"][1], 2);
    assert_eq!(value["theme"], "dark");
}

#[test]
fn a_broken_file_is_set_aside_and_nothing_is_lost() {
    let (_folder, file) = file();
    for broken in ["{\"theme\": \"da", "[]", "{\"theme\": 7}", "\u{0}"] {
        fs::write(file.path(), broken).unwrap();
        let loaded = file.load(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(loaded.settings, Settings::default());
        assert_eq!(fs::read_to_string(loaded.set_aside.unwrap()).unwrap(), broken);
    }
}

#[test]
fn writers_at_once_lose_no_change() {
    let (_folder, file) = file();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let file = &file;
            scope.spawn(move || {
                for n in 0..10 {
                    file.update(Timestamp::UNIX_EPOCH, |s| {
                        s.favourites.insert(format!("{writer}-{n}"));
                    })
                    .unwrap();
                }
            });
        }
    });
    assert_eq!(
        file.load(Timestamp::UNIX_EPOCH)
            .unwrap()
            .settings
            .favourites
            .len(),
        80
    );
}

#[cfg(unix)]
#[test]
fn f63_a_failed_write_leaves_the_old_file() {
    let (folder, file) = file();
    file.update(Timestamp::UNIX_EPOCH, |s| s.theme = Theme::Dark)
        .unwrap();
    // A folder in the lock's place fails for every user, root included, where a mode would not.
    fs::remove_file(file.path().with_extension("lock")).unwrap();
    fs::create_dir(file.path().with_extension("lock")).unwrap();
    assert!(
        file.update(Timestamp::UNIX_EPOCH, |s| s.theme = Theme::Light)
            .is_err()
    );
    assert_eq!(
        file.load(Timestamp::UNIX_EPOCH).unwrap().settings.theme,
        Theme::Dark
    );
    drop(folder);
}
