//! Wrong usage, help, and readers that go away.

use std::process::{Command, Stdio};

use crate::stage::{HAT, Ran, Stage};

#[test]
fn wrong_usage_is_one_sentence_and_exit_2() {
    let stage = Stage::set();
    let code = "12345";
    for arguments in [
        &["switch", "stuzio", "--duration", "1x"][..],
        &["switch", "stuzio", "--duration", "60"],
        &["switch", "stuzio", "--session-name", "a b"],
        &["switch", "stuzio", "--mfa-code", code],
        &["switch", "stuzio", "--transitive", "team"],
        &["switch", "stuzio", "--policy", "/nonexistent"],
        &["switch"],
        &["roles", "--no-such-option"],
        &["no-such-command"],
        &["end"],
        &["end", "x", "--all"],
        &["exec", "stuzio"],
        &["env", "stuzio", "--shell", "tcsh"],
        &["env", "--unset", "--shell", "dotenv"],
        &["history", "--since", "yesterday"],
        &["history", "--outcome", "fine"],
        &["completions", "tcsh"],
    ] {
        let ran = stage.run(arguments);
        let message = ran.failed(2);
        assert!(
            !message.is_empty() && !message.contains('\n') && !message.contains(code),
            "{arguments:?}: {message}"
        );
    }
}

#[test]
fn help_is_no_error() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["switch", "--help"],
        &["s3", "cp", "--help"],
    ] {
        let ran = Ran::of(Command::new(HAT).args(arguments).output().unwrap());
        assert!(ran.succeeded().len() > 5 && ran.err.is_empty(), "{ran:?}");
    }
    let bare = Ran::of(Command::new(HAT).output().unwrap());
    assert_eq!((bare.code, bare.out.as_str()), (Some(2), ""));
    assert!(bare.err.contains("switch"));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let stage = Stage::set();
    let mut shell = Command::new("bash");
    stage.dress(&mut shell);
    let script =
        format!("set -o pipefail; '{HAT}' completions bash | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}");
    let ran = Ran::of(shell.args(["-c", &script]).output().unwrap());
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("0\n", ""));
}

#[test]
fn a_closed_standard_error_does_not_change_the_exit_code() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = Command::new(HAT)
        .args(["completions", "tcsh"])
        .stdout(Stdio::null())
        .stderr(writer)
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(2));
}
