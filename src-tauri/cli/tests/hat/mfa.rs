//! `hat mfa`, and one code for several roles.

use std::io::Write;
use std::process::Stdio;

use crate::stage::{HAT, Ran, Stage};
use crate::terminal::{at_terminal, shows, types};

#[test]
fn one_code_serves_both_roles_until_it_is_forgotten() {
    let stage = Stage::set();
    let story = stage.story("X2");
    let code = stage.mfa_code(story);
    let ran = stage.run(["switch", &story.profile, "--mfa-code", &code]);
    ran.succeeded();
    assert!(ran.err.contains("every role of"), "{ran:?}");
    stage.run(["switch", &story.also[0]]).succeeded();
    let sessions = stage.json(["sessions", "--json"]);
    assert_eq!(
        sessions.as_array().unwrap().len(),
        2,
        "the shared one is not listed"
    );
    stage.run(["end", "--all"]).succeeded();
    stage.run(["switch", &story.also[0]]).failed(3);
}

#[test]
fn forgetting_the_shared_session_keeps_the_roles_own() {
    let stage = Stage::set();
    let story = stage.story("X2");
    let code = stage.mfa_code(story);
    stage
        .run(["switch", &story.profile, "--mfa-code", &code])
        .succeeded();
    stage.run(["mfa", "forget"]).succeeded();
    stage.run(["switch", &story.profile]).succeeded();
    stage.run(["switch", &story.also[0]]).failed(3);
}

#[test]
fn a_longer_session_takes_a_code_of_its_own() {
    let stage = Stage::set();
    let story = stage.story("X2");
    let code = stage.mfa_code(story);
    stage
        .run(["switch", &story.profile, "--duration", "8h", "--mfa-code", &code])
        .succeeded();
    assert_eq!(stage.admin().calls("GetSessionToken"), 0);
    let other = story.also[0].as_str();
    let spent = stage.run(["switch", other, "--mfa-code", &code]);
    assert!(spent.failed(1).contains("used already"), "{spent:?}");
}

#[test]
fn without_a_keyring_a_devices_secret_is_refused() {
    let stage = Stage::set();
    let serial = stage.story("X2").mfa_serial.clone().unwrap();
    let seed = stage.story("X2").mfa_seed.clone().unwrap();
    let mut hat = stage.hat(["mfa", "add", &serial]);
    let mut child = hat.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(seed.as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    let message = ran.failed(1);
    assert!(
        message.contains("keyring") && !message.contains(&seed),
        "{message}"
    );
    assert_eq!(stage.json(["mfa", "list", "--json"]), serde_json::json!([]));
    stage.run(["mfa", "code", &serial]).failed(2);
    stage.run(["mfa", "remove", &serial]).failed(2);
}

#[test]
fn a_secret_is_not_shown_while_it_is_typed_nor_taken_from_the_command_line() {
    let stage = Stage::set();
    let mut hat = at_terminal(&stage, &format!("'{HAT}' mfa add GAHT12345678"));
    shows(&mut hat, "(it is not shown): ");
    types(&mut hat, "canary0189\n");
    let mut rest = String::new();
    std::io::Read::read_to_string(hat.stdout.as_mut().unwrap(), &mut rest).unwrap();
    assert!(!rest.contains("canary") && rest.contains("base32"), "{rest}");
    hat.wait().unwrap();
    stage.run(["mfa", "add", "GAHT12345678", "MFRGG"]).failed(2);
    stage.run(["mfa", "add", "GAHT12345678"]).failed(3);
}

/// A `ykman` that prints `code` where it is asked for `Acme:troy`, and nothing else.
fn ykman(stage: &Stage, says: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = stage.folder().join("bin");
    std::fs::create_dir_all(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\necho \"$*\" >> '{0}/asked'\n[ \"$*\" = 'oath accounts code --single Acme:troy' ] || exit 2\n{says}\n",
        folder.display()
    );
    let path = folder.join("ykman");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

fn with_path(stage: &Stage, folder: &std::path::Path, arguments: &[&str]) -> Ran {
    let path = std::env::var("PATH").unwrap();
    let mut hat = stage.hat(arguments);
    hat.env("PATH", format!("{}:{path}", folder.display()));
    Ran::of(hat.output().unwrap())
}

#[test]
fn a_yubikey_gives_the_code() {
    let stage = Stage::set();
    let story = stage.story("X2").clone();
    let serial = story.mfa_serial.clone().unwrap();
    let folder = ykman(&stage, &format!("echo {}", stage.mfa_code(&story)));
    stage.run(["mfa", "yubikey", &serial, "Acme:troy"]).succeeded();
    let listed = stage.json(["mfa", "list", "--json"]);
    assert_eq!(listed[0]["account"], "Acme:troy");
    with_path(&stage, &folder, &["switch", &story.profile]).succeeded();
    with_path(&stage, &folder, &["switch", &story.also[0]]).succeeded();
    let asked = std::fs::read_to_string(folder.join("asked")).unwrap();
    assert_eq!(
        asked, "oath accounts code --single Acme:troy\n",
        "once, and by these arguments"
    );
    stage.run(["mfa", "yubikey", &serial, "--forget"]).succeeded();
    assert_eq!(stage.json(["mfa", "list", "--json"]), serde_json::json!([]));
}

#[test]
fn where_the_key_gives_no_code_that_is_said_and_none_is_sent() {
    let stage = Stage::set();
    let story = stage.story("X2").clone();
    let serial = story.mfa_serial.clone().unwrap();
    stage.run(["mfa", "yubikey", &serial, "Acme:troy"]).succeeded();
    for (says, message) in [
        ("exit 1", "ykman gave no code"),
        ("echo hello", "no code of six digits"),
    ] {
        let folder = ykman(&stage, says);
        let ran = with_path(&stage, &folder, &["switch", &story.profile]);
        assert_eq!((ran.code, ran.out.as_str()), (Some(3), ""), "{ran:?}");
        assert!(ran.err.contains(message), "{ran:?}");
    }
    assert_eq!(stage.admin().calls("GetSessionToken"), 0);
    // Nor is a program started by itself that only hands out.
    let folder = ykman(&stage, "echo 000000");
    let _ = std::fs::remove_file(folder.join("asked"));
    with_path(&stage, &folder, &["credential-process", &story.profile]).failed(3);
    assert!(!folder.join("asked").exists());
    stage.run(["mfa", "yubikey", &serial, "--all"]).failed(2);
}
