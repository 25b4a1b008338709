//! `hat config`.

use std::fs;

use crate::stage::Stage;

#[test]
fn secrets_are_masked_unless_asked_for() {
    let stage = Stage::set();
    let story = stage.story("S13");
    let config = stage.json(["config"]);
    assert_eq!(
        config["profiles"]["troy"]["aws_access_key_id"],
        story.access_key_id.as_str()
    );
    assert_eq!(config["profiles"]["troy"]["aws_secret_access_key"], "***");
    let shown = stage.json(["config", "--json", "--show-secrets"]);
    assert_eq!(
        shown["profiles"]["troy"]["aws_secret_access_key"],
        story.secret_access_key.as_str()
    );
}

#[test]
fn nested_values_have_the_form_of_awss_suite() {
    let stage = Stage::set();
    let (config, credentials) = (stage.folder().join("c"), stage.folder().join("k"));
    fs::write(
        &config,
        "[profile a]\ns3 =\n  addressing_style = path\n[sso-session s]\nsso_region = eu-west-1\n",
    )
    .unwrap();
    fs::write(&credentials, "").unwrap();
    let read = stage.json([
        "config".as_ref(),
        "--file".as_ref(),
        config.as_os_str(),
        "--credentials".as_ref(),
        credentials.as_os_str(),
    ]);
    assert_eq!(read["profiles"]["a"]["s3"], "\naddressing_style = path");
    assert_eq!(read["sso_sessions"]["s"]["sso_region"], "eu-west-1");
}

#[test]
fn a_broken_file_is_named_with_its_line_and_starts_no_agent() {
    let stage = Stage::set();
    let config = stage.folder().join("broken");
    fs::write(&config, "region = eu-west-1\n").unwrap();
    let ran = stage.run(["config".as_ref(), "--file".as_ref(), config.as_os_str()]);
    let message = ran.failed(1);
    assert!(
        message.contains("broken") && message.contains("line 1"),
        "{message}"
    );
    stage.run(["agent", "--status"]).failed(1);
}
