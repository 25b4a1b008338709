//! Profiles with a `credential_process`: the person allows the command once.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::stage::{Ran, Stage};
use crate::terminal::{at_terminal, shows, types};

/// A command that leaves a mark each time it runs, and prints the keys of a user of the sandbox.
struct Vending {
    stage: Stage,
    line: String,
}

impl Vending {
    fn set() -> Self {
        let stage = Stage::set();
        let story = stage.story("S1");
        let keys = serde_json::json!({
            "Version": 1, "AccessKeyId": story.access_key_id, "SecretAccessKey": story.secret_access_key
        });
        let role = story.role_arn.clone();
        let script = stage.folder().join("vend");
        let marker = stage.folder().join("marker");
        let text = format!(
            "#!/bin/sh\necho ran >> '{}'\ncat <<'END'\n{keys}\nEND\n",
            marker.display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        let line = format!("{} --for 'the test'", script.display());
        let mut config = fs::read_to_string(stage.config_file()).unwrap();
        let aws = config
            .lines()
            .find(|line| line.starts_with("endpoint_url"))
            .unwrap()
            .to_owned();
        config += &format!("\n[profile vended]\ncredential_process = {line}\n{aws}\n");
        config += &format!("\n[profile from-vended]\nrole_arn = {role}\nsource_profile = vended\n{aws}\n");
        fs::write(stage.config_file(), config).unwrap();
        Self { stage, line }
    }

    fn marker(&self) -> PathBuf {
        self.stage.folder().join("marker")
    }
}

#[test]
fn a14_listing_and_scripts_run_no_command_that_nobody_has_allowed() {
    let vending = Vending::set();
    let stage = &vending.stage;
    stage.run(["roles"]).succeeded();
    stage.run(["config"]).succeeded();
    for command in ["switch", "env", "credential-process"] {
        let ran = stage.run([command, "from-vended"]);
        let message = ran.failed(3);
        assert!(
            message.contains("\"vended\"") && !message.contains("the test"),
            "{message}"
        );
    }
    assert!(!vending.marker().exists());
}

#[test]
fn a_command_is_shown_in_full_and_runs_after_a_yes() {
    let vending = Vending::set();
    let stage = &vending.stage;
    let hat = env!("CARGO_BIN_EXE_hat");
    let mut refused = at_terminal(stage, &format!("'{hat}' switch from-vended"));
    shows(&mut refused, &vending.line);
    shows(&mut refused, "[y/N] ");
    types(&mut refused, "n\n");
    assert_eq!(refused.wait().unwrap().code(), Some(3));
    assert!(!vending.marker().exists());

    let mut allowed = at_terminal(stage, &format!("'{hat}' switch from-vended"));
    shows(&mut allowed, "[y/N] ");
    types(&mut allowed, "y\n");
    let ran = Ran::of(allowed.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(fs::read_to_string(vending.marker()).unwrap(), "ran\n");

    // Allowed once, it is not asked about again.
    let session = stage.json(["switch", "vended", "--json"]);
    assert_eq!(
        session["account_id"],
        stage.json(["switch", &stage.story("S1").identity, "--json"])["account_id"]
    );
    let files = stage.files_of_home();
    let settings = files.iter().find(|file| file.ends_with("settings.json")).unwrap();
    let settings = fs::read_to_string(settings).unwrap();
    assert!(settings.contains("consented_commands") && !settings.contains("the test"));
}
