//! `hat terminal`: terminals are programs of the test, found as a person's are.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::stage::{HAT, Ran, Stage, eventually};

/// Notes its words, and then does `then` with them.
fn program(stage: &Stage, name: &str, then: &str) -> PathBuf {
    let file = stage.folder().join(name);
    let noted = stage.folder().join("words");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > '{}'\n{then}\n",
        noted.display()
    );
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// A shell that asks for the credentials as an SDK does, and ends.
fn shell(stage: &Stage) -> PathBuf {
    let given = stage.folder().join("given");
    let script = format!(
        "#!/bin/sh\nline=$(sed -n 's/^credential_process = //p' \"$AWS_CONFIG_FILE\")\n\
         eval \"$line\" > '{0}.new' && mv '{0}.new' '{0}'\n",
        given.display()
    );
    let file = stage.folder().join("shell");
    fs::write(&file, script).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file
}

fn terminal(stage: &Stage, terminal: &PathBuf) -> Command {
    let mut hat = stage.hat(["terminal", "stuzio"]);
    hat.env("TERMINAL", terminal).env("SHELL", shell(stage));
    hat
}

fn ran(mut command: Command) -> Ran {
    Ran::of(command.output().unwrap())
}

fn words(stage: &Stage) -> Vec<String> {
    let noted = fs::read_to_string(stage.folder().join("words")).unwrap();
    noted.lines().map(str::to_owned).collect()
}

fn given(stage: &Stage) -> Value {
    let file = stage.folder().join("given");
    serde_json::from_slice(&eventually("the shell's credentials", || fs::read(&file).ok())).unwrap()
}

#[test]
fn a_terminal_runs_the_shell_with_the_session_and_is_told_no_secret() {
    let stage = Stage::set();
    let konsole = program(&stage, "konsole", "shift; exec \"$@\"");
    let mut hat = terminal(&stage, &konsole);
    hat.env("AWS_SECRET_ACCESS_KEY", "canary-of-the-person");
    assert_eq!(ran(hat).succeeded(), "");
    let given = given(&stage);
    let words = words(&stage);
    assert_eq!(words[..2], ["-e", HAT], "{words:?}");
    for secret in ["SecretAccessKey", "SessionToken"] {
        let secret = given[secret].as_str().unwrap();
        assert!(words.iter().all(|word| !word.contains(secret)));
    }
    let rows = stage.json(["history", "--json"]);
    assert!(rows.to_string().contains("Opened a terminal"), "{rows}");
}

#[test]
fn no_credentials_of_the_environment_reach_a_terminal() {
    let stage = Stage::set();
    let variables = stage.folder().join("variables");
    let then = format!("env > '{}'; shift; exec \"$@\"", variables.display());
    let xterm = program(&stage, "xterm", &then);
    let mut hat = terminal(&stage, &xterm);
    hat.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "canary-of-the-person")
        .env("LC_PAPER", "stays");
    ran(hat).succeeded();
    let seen = fs::read_to_string(variables).unwrap();
    assert!(
        !seen.contains("canary") && !seen.contains("AKIAIOSFODNN7EXAMPLE"),
        "{seen}"
    );
    assert!(seen.contains("LC_PAPER=stays"), "{seen}");
}

#[test]
fn a_terminal_that_hands_over_to_a_running_one_is_waited_for() {
    let stage = Stage::set();
    let kitty = program(&stage, "kitty", "shift; \"$@\" &\nexit 0");
    ran(terminal(&stage, &kitty)).succeeded();
    given(&stage);
}

#[test]
fn a_terminal_that_ends_at_once_is_told_with_its_words() {
    let stage = Stage::set();
    let foot = program(
        &stage,
        "foot",
        "echo 'failed to connect to wayland' >&2; exit 230",
    );
    let ran = ran(terminal(&stage, &foot));
    let message = ran.failed(1);
    assert!(
        message.contains("foot") && message.contains("failed to connect to wayland"),
        "{message}"
    );
}

#[test]
fn a_shell_that_is_not_there_is_told_by_hat_itself() {
    let stage = Stage::set();
    let alacritty = program(&stage, "alacritty", "shift; exec \"$@\"");
    let mut hat = terminal(&stage, &alacritty);
    hat.env("SHELL", "/no/such/shell");
    let ran = ran(hat);
    let message = ran.failed(1);
    assert!(message.contains("/no/such/shell was not found"), "{message}");
}

#[test]
fn the_settings_decide_before_the_environment() {
    let stage = Stage::set();
    let other = program(&stage, "other", "exit 9");
    let mine = program(&stage, "my own", "shift; shift; eval \"exec ${1#--run=}\"");
    let line = format!("'{}' --title 'AWS session' --run={{command}}", mine.display());
    stage
        .run(["settings", "terminal", "--command", &line])
        .succeeded();
    ran(terminal(&stage, &other)).succeeded();
    given(&stage);
    let told = words(&stage);
    assert_eq!(told[..2], ["--title", "AWS session"], "{told:?}");
    assert!(told[2].starts_with(&format!("--run={HAT} ")), "{told:?}");

    stage.run(["settings", "terminal", "ghostty"]).succeeded();
    let mut hat = terminal(&stage, &other);
    // None is here, whatever is installed.
    hat.env("PATH", stage.home());
    let missing = ran(hat);
    assert!(
        missing.failed(1).contains("\"ghostty\" was not found"),
        "{missing:?}"
    );
    stage.run(["settings", "terminal", "default"]).succeeded();
    assert!(
        ran(terminal(&stage, &other))
            .failed(1)
            .contains("other opened no terminal")
    );
}

#[test]
fn a_line_that_runs_nothing_is_refused() {
    let stage = Stage::set();
    for line in ["kitty", "'kitty {command}", "{command}", ""] {
        let ran = stage.run(["settings", "terminal", "--command", line]);
        assert_eq!(ran.code, Some(2), "{line}: {ran:?}");
    }
    let ran = stage.run(["settings", "terminal", "no-such-terminal"]);
    assert!(ran.failed(2).contains("no terminal that Hatrack knows"));
}

#[test]
fn exec_by_a_sessions_id_is_that_session_and_no_other() {
    let stage = Stage::set();
    let session = stage.json(["switch", "stuzio", "--session-name", "of-its-own", "--json"]);
    let id = format!("--session={}", session["id"].as_str().unwrap());
    let script = r#"sh -c "$(sed -n 's/^credential_process = //p' "$AWS_CONFIG_FILE")""#;
    let ran = stage.run(["exec", &id, "--", "sh", "-c", script]);
    assert_eq!(ran.json()["AccessKeyId"], session["access_key_id"]);
    let gone = stage.run(["exec", "--session=0000000000000000", "--", "true"]);
    gone.failed(1);
}
