//! `hat profile`: written, listed, used and removed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::stage::{Ran, Stage};
use crate::terminal::{at_terminal, shows, types};

fn texts(stage: &Stage) -> (String, String) {
    let read = |path| fs::read_to_string(path).unwrap();
    (read(stage.config_file()), read(stage.credentials_file()))
}

/// What a profile's line says, run as an SDK runs it: in an environment that knows neither home nor files.
fn of_line(stage: &Stage, profile: &str) -> Value {
    let (config, _) = texts(stage);
    let section = config.split(&format!("[profile {profile}]\n")).nth(1).unwrap();
    let line = section
        .lines()
        .find_map(|line| line.strip_prefix("credential_process = "))
        .unwrap();
    let mut shell = std::process::Command::new("sh");
    stage.dress(&mut shell);
    shell
        .env_remove("HATRACK_HOME")
        .env_remove("AWS_CONFIG_FILE")
        .env_remove("AWS_SHARED_CREDENTIALS_FILE")
        .args(["-c", line]);
    Ran::of(shell.output().unwrap()).json()
}

#[test]
fn a_written_line_gives_the_role_whatever_the_environment_of_who_runs_it() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    let before = texts(&stage);
    let ran = stage.run(["profile", "write", &story.profile, "--yes"]);
    let name = ran.succeeded().trim_end().to_owned();
    assert!(name.starts_with("hatrack-"), "{name}");
    assert!(ran.err.contains("is kept in"), "{}", ran.err);
    let (config, credentials) = texts(&stage);
    assert!(config.starts_with(&before.0) && credentials == before.1);
    assert!(!config.contains("aws_secret_access_key = ***"));

    let given = of_line(&stage, &name);
    let own = stage.json(["credential-process", &story.profile]);
    assert_eq!(given["AccessKeyId"], own["AccessKeyId"]);
    // Another name of the role, and no identity of its own.
    let alias = stage.json(["credential-process", &name]);
    assert_eq!(alias["AccessKeyId"], own["AccessKeyId"]);

    let listed = stage.json(["profile", "list", "--json"]);
    assert_eq!(
        (&listed[0]["name"], &listed[0]["form"]),
        (&Value::from(name.as_str()), &Value::from("process"))
    );
    let table = stage.run(["profile", "list"]);
    assert!(table.succeeded().contains("a line that asks hat"));
    stage.run(["profile", "remove", &name]).succeeded();
    assert_eq!(texts(&stage), before);
    assert!(
        stage
            .run(["profile", "remove", &name])
            .failed(2)
            .contains("no profile")
    );
}

#[test]
fn what_changes_is_shown_and_asked_for_first() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    let before = texts(&stage);
    // Nobody to ask.
    stage.run(["profile", "write", &story.profile]).failed(3);
    let command = format!(
        "'{}' profile write {} --as mine",
        crate::stage::HAT,
        story.profile
    );
    let mut hat = at_terminal(&stage, &command);
    let seen = shows(&mut hat, "[y/N] ");
    assert!(
        seen.contains("[profile mine]") && seen.contains("credential_process = "),
        "{seen}"
    );
    types(&mut hat, "n\n");
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    assert_eq!(texts(&stage), before);

    let mut hat = at_terminal(&stage, &command);
    shows(&mut hat, "[y/N] ");
    types(&mut hat, "y\n");
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    assert!(texts(&stage).0.contains("[profile mine]"));
    // Ours is written anew without asking.
    stage
        .run([
            "profile",
            "write",
            &story.profile,
            "--as",
            "mine",
            "--region",
            "eu-north-1",
        ])
        .succeeded();
    assert!(texts(&stage).0.contains("[profile mine]\nregion = eu-north-1\n"));
    stage.run(["profile", "remove", "mine"]).succeeded();
    assert_eq!(texts(&stage), before);
}

#[test]
fn keys_are_written_when_asked_for_and_go_with_the_switch_back() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    let private = fs::Permissions::from_mode(0o600);
    fs::set_permissions(stage.credentials_file(), private).unwrap();
    let before = texts(&stage);
    let written = stage.json([
        "profile",
        "write",
        &story.profile,
        "--name",
        "plain",
        "--keys",
        "--yes",
        "--json",
    ]);
    assert_eq!(written["form"], "keys");
    let (config, credentials) = texts(&stage);
    assert_eq!(config, before.0);
    let session = &stage.json(["sessions", "--json"])[0];
    let section = credentials.split("[plain]\n").nth(1).unwrap();
    assert!(section.contains(session["access_key_id"].as_str().unwrap()));
    let roles = stage.run(["roles", "--json"]);
    assert!(!roles.succeeded().contains("plain"));
    stage.run(["end", &story.profile]).succeeded();
    assert_eq!(texts(&stage), before);
}

#[test]
fn the_default_is_set_and_restored() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    let path = stage.config_file().to_owned();
    stage
        .run(["profile", "write", &story.profile, "--default", "--yes"])
        .failed(2);
    // No role starts from it any more.
    let text = texts(&stage)
        .0
        .replace("source_profile = default", "source_profile = troy");
    fs::write(&path, text.replace("[default]\n", "[default]\noutput = text\n")).unwrap();
    let before = texts(&stage);
    stage
        .run(["profile", "write", &story.profile, "--default", "--yes"])
        .succeeded();
    let session = stage.json(["switch", "default", "--json"]);
    assert_eq!(session["role_name"], story.role_arn.rsplit('/').next().unwrap());
    stage.run(["profile", "restore-default"]).succeeded();
    assert_eq!(texts(&stage), before);
    stage.run(["profile", "restore-default"]).failed(2);
}

#[test]
fn parts_of_a_name_and_profiles_that_start_somewhere_are_refused() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    let before = texts(&stage);
    let part = &story.profile[..story.profile.len() - 1];
    stage.run(["profile", "write", part, "--yes"]).failed(2);
    for name in ["troy", &story.profile, "default", "a b"] {
        stage
            .run(["profile", "write", &story.profile, "--as", name, "--yes"])
            .failed(2);
    }
    assert_eq!(texts(&stage), before);
}

#[test]
fn keys_in_profiles_can_be_switched_off_which_no_file_of_settings_changes() {
    let stage = Stage::set();
    let story = stage.story("S13").clone();
    fs::set_permissions(stage.credentials_file(), fs::Permissions::from_mode(0o600)).unwrap();
    let before = texts(&stage);
    let write = |name: &str| {
        let arguments = [
            "profile",
            "write",
            &story.profile,
            "--as",
            name,
            "--keys",
            "--yes",
        ];
        stage.run(arguments)
    };
    write("plain").succeeded();
    stage.run(["settings", "keys-in-profiles", "no"]).succeeded();
    assert_eq!(texts(&stage), before, "those that were written go");
    assert!(write("plain").failed(2).contains("switched off"));

    // It is this computer's: it is not carried along, and nothing that is taken over switches it on again.
    let file = stage.folder().join("settings.json");
    let name = file.to_str().unwrap();
    stage.run(["settings", "export", name]).succeeded();
    assert!(!fs::read_to_string(&file).unwrap().contains("keys_in_profiles"));
    stage.run(["settings", "import", name]).succeeded();
    write("plain").failed(2);
    stage.run(["settings", "keys-in-profiles", "yes"]).succeeded();
    write("plain").succeeded();
}
