use super::*;

fn settings() -> Settings {
    let mut settings = Settings::default();
    let about = AccountSettings {
        name: Some("Stuzio".into()),
        colour: Some(HatColour::Teal),
        production: true,
        notes: Some("ask first\nthen act".into()),
        defaults: Defaults {
            duration: Some(1800.try_into().unwrap()),
            region: Some("eu-west-1".parse().unwrap()),
            session_name: Some("{user}@{role}".parse().unwrap()),
        },
    };
    settings.accounts.insert("081278057606".parse().unwrap(), about);
    let role = RoleSettings {
        name: Some("Reads".into()),
        ..RoleSettings::default()
    };
    settings.roles.insert("stuzio".into(), role);
    settings.favourites.insert("stuzio".into());
    settings.added_roles.push(AddedRole {
        role: "arn:aws:iam::081278057606:role/Reader".parse().unwrap(),
        display_name: None,
        source_profile: "troy".into(),
        external_id: Some("stuzio-acme".parse().unwrap()),
        mfa_serial: None,
        duration: None,
        region: Some("eu-west-1".into()),
    });
    settings.auto_renew.insert("stuzio".into());
    settings
        .consented_endpoints
        .insert("https://minio.example".into());
    settings.consented_commands.insert("fingerprint".into());
    settings
}

fn told(changes: &[Change]) -> Vec<[Option<&str>; 4]> {
    changes
        .iter()
        .map(|change| {
            [
                Some(&*change.of),
                Some(&*change.what),
                change.was.as_deref(),
                Some(&*change.becomes),
            ]
        })
        .collect()
}

#[test]
fn everything_said_arrives_and_a_second_time_changes_nothing() {
    let text = Exchange::of(&settings()).text().unwrap();
    let file = Exchange::read(&text).unwrap();
    let mut other = Settings::default();
    assert_eq!(file.merge_into(&mut other).len(), 10);
    let own = settings();
    assert_eq!(other.accounts, own.accounts);
    assert_eq!((&other.roles, &other.favourites), (&own.roles, &own.favourites));
    assert_eq!(other.added_roles, own.added_roles);
    assert_eq!(file.merge_into(&mut other), []);
}

#[test]
fn no_leave_is_taken_along_or_given() {
    let text = Exchange::of(&settings()).text().unwrap();
    for word in ["minio", "fingerprint", "consent", "auto_renew", "download"] {
        assert!(!text.contains(word), "{word}");
    }
    for word in ["consented_endpoints", "consented_commands", "auto_renew", "quit"] {
        let text = format!(r#"{{"hatrack_settings": 1, "{word}": []}}"#);
        let why = Exchange::read(&text).unwrap_err();
        assert!(
            matches!(&why, NotAnExchange::Form(why) if why.contains(word)),
            "{why}"
        );
    }
}

#[test]
fn what_was_said_stays_where_the_file_says_nothing() {
    let text =
        r#"{"hatrack_settings": 1, "accounts": {"081278057606": {"name": "Other", "production": false}}}"#;
    let mut own = settings();
    let changes = Exchange::read(text).unwrap().merge_into(&mut own);
    assert_eq!(
        told(&changes),
        [["account 081278057606", "name", "Stuzio", "Other"].map(Some)]
    );
    let about = own.accounts.values().next().unwrap();
    assert!(about.production && about.notes.is_some() && about.colour == Some(HatColour::Teal));
    assert_eq!((own.favourites.len(), own.added_roles.len()), (1, 1));
}

#[test]
fn what_is_no_such_file_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        "{\"hatrack_settings\": \"1\"}",
        "{\"hatrack_settings\": 1",
        "\u{0}",
    ] {
        assert!(
            matches!(Exchange::read(text), Err(NotAnExchange::Form(_))),
            "{text}"
        );
    }
    assert_eq!(
        Exchange::read("{\"hatrack_settings\": 2}"),
        Err(NotAnExchange::Newer(2))
    );
}

#[test]
fn a9_a_hostile_file_is_refused_and_told_as_inert_text() {
    let added = |more: &str| {
        format!(
            r#""added_roles": [{{"role": "arn:aws:iam::081278057606:role/R", "source_profile": "troy", {more}}}]"#
        )
    };
    for part in [
        r#""accounts": {"081278057606": {"name": "\u202eevil"}}"#.to_owned(),
        r#""accounts": {"081278057606": {"notes": "\u001b[2J"}}"#.to_owned(),
        r#""accounts": {"081278057606": {"defaults": {"region": "evil.example/"}}}"#.to_owned(),
        r#""accounts": {"081278057606": {"defaults": {"session_name": "{x}\n"}}}"#.to_owned(),
        r#""accounts": {"081278057606": {"defaults": {"duration": 60}}}"#.to_owned(),
        r#""roles": {"a\nb": {}}"#.to_owned(),
        r#""roles": {"a": {"name": "a\rb"}}"#.to_owned(),
        added(r#""region": "evil.example/""#),
        added(r#""display_name": "\u202e""#),
    ] {
        let why = Exchange::read(&format!("{{\"hatrack_settings\": 1, {part}}}"))
            .unwrap_err()
            .to_string();
        assert!(
            !why.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{why:?}"
        );
    }
}

#[test]
fn what_is_chosen_for_one_computer_is_not_carried_to_another() {
    let mut chosen = settings();
    chosen.no_keys_in_profiles = true;
    chosen.console.browser = Some("firefox".into());
    let text = Exchange::of(&chosen).text().unwrap();
    assert!(
        !text.contains("keys_in_profiles") && !text.contains("firefox"),
        "{text}"
    );
    // A file that says it all the same is no file of ours.
    let said = text.replacen('{', "{\"no_keys_in_profiles\": false,", 1);
    assert!(matches!(Exchange::read(&said), Err(NotAnExchange::Form(_))));
}
