//! Bad inputs of section A that touch the parser. The numbers are the rows of the list of bad inputs.

use hatrack_core::shared_config::{
    ConfigErrorKind, FileKind, IgnoredWhat, SharedConfig, SourceFile, listing,
};

use crate::parse;

#[test]
fn a1_empty_files_are_no_error() {
    assert!(parse("", "").unwrap().profiles().is_empty());
    assert!(SharedConfig::parse(&[]).unwrap().profiles().is_empty());
}

#[test]
fn a2_bytes_that_are_not_utf8_name_the_file_and_line() {
    let bytes = b"[default]\nregion = us-east-1\n\xe2\x28\xa1 = x\n".to_vec();
    let error = SourceFile::from_bytes(FileKind::Config, "/home/troy/.aws/config", bytes).unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.line),
        (ConfigErrorKind::NotUtf8, Some(3))
    );
    assert!(error.to_string().contains("/home/troy/.aws/config"));
}

#[test]
fn a3_byte_order_mark_crlf_and_tabs_are_read() {
    let config = parse(
        "\u{feff}[profile\ta]\r\nregion\t=\teu-west-1\t\r\n",
        "\u{feff}[a]\r\nx = y\r\n",
    )
    .unwrap();
    let profile = config.profile("a").unwrap();
    assert_eq!(
        (profile.get("region"), profile.get("x")),
        (Some("eu-west-1"), Some("y"))
    );
}

#[test]
fn a4_a_key_before_the_first_section_names_its_line() {
    let error = parse("# comment\n\nregion = x\n[default]\n", "").unwrap_err();
    assert_eq!(
        (error.kind, error.line),
        (ConfigErrorKind::BeforeFirstSection, Some(3))
    );
}

#[test]
fn a5_duplicate_profiles_merge_and_the_last_key_wins() {
    let config = parse(
        "[profile a]\nx = 1\ny = 1\n[profile b]\n[profile a]\nx = 2\n",
        "[a]\nz = 3\ny = 9\n",
    )
    .unwrap();
    let a = config.profile("a").unwrap();
    assert_eq!(
        (a.get("x"), a.get("y"), a.get("z")),
        (Some("2"), Some("9"), Some("3"))
    );
    assert_eq!((a.at.line, a.place_of("x").line), (1, 6));
    assert_eq!(&*a.place_of("y").file, "~/.aws/credentials");
}

#[test]
fn a8_a_line_of_50_mb_is_refused_with_its_number() {
    let text = format!("[default]\nregion = {}\n", "x".repeat(50_000_000));
    let error = parse(&text, "").unwrap_err();
    assert_eq!(
        (error.kind.clone(), error.line),
        (ConfigErrorKind::LineTooLong { bytes: 50_000_009 }, Some(2))
    );
    assert!(error.to_string().len() < 300);
}

#[test]
fn a9_hostile_profile_names_are_passed_over_or_inert() {
    let text = "[profile <img onerror=x>]\nx = 1\n[profile a\u{202e}b]\nx = 1\n[profile $(id)]\nx = 1\n[profile ok]\n";
    let config = parse(text, "").unwrap();
    assert_eq!(
        config
            .profiles()
            .iter()
            .map(|p| p.name.as_str())
            .collect::<Vec<_>>(),
        ["ok"]
    );
    let lines: Vec<u32> = config.ignored().iter().map(|i| i.at.line).collect();
    assert_eq!(lines, [1, 3, 5]);
    assert!(
        config
            .ignored()
            .iter()
            .all(|i| matches!(i.what, IgnoredWhat::BadName(_)))
    );
}

#[test]
fn an_error_never_repeats_the_line() {
    let canary = "CANARYSECRET";
    for text in [
        format!("aws_secret_access_key = {canary}"),
        format!("[default]\n{canary}\n"),
        format!("[default]\n= {canary}\n"),
        format!("[{canary}\n"),
        format!("[default]\ns3 =\n {canary}\n"),
    ] {
        let error = parse(&text, "").unwrap_err();
        assert!(!format!("{error} {error:?}").contains(canary), "{error}");
    }
}

#[test]
fn secrets_are_masked_unless_asked_for() {
    let text = "[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = CANARY1\n\
                aws_session_token = CANARY2\nweb_identity_token_file = /token\nclient_secret = CANARY3\n\
                aws_secret_acess_key = CANARY5\nsecret_key_id = CANARY6\n\
                tool =\n  api_token = CANARY4\n  region = eu-west-1\n";
    let config = parse("", text).unwrap();
    let masked = listing(&config, false);
    let default = &masked["profiles"]["default"];
    assert!(!masked.to_string().contains("CANARY"), "{masked}");
    assert_eq!(default["aws_secret_access_key"], "***");
    assert_eq!(default["aws_access_key_id"], "AKIAEXAMPLE");
    assert_eq!(default["web_identity_token_file"], "/token");
    assert_eq!(default["tool"], "\napi_token = ***\nregion = eu-west-1");
    assert_eq!(
        listing(&config, true)["profiles"]["default"]["aws_session_token"],
        "CANARY2"
    );
    assert!(!format!("{config:?}").contains("CANARY"));
}
