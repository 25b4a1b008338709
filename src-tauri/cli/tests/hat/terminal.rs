//! `hat` at a terminal. `script` (of util-linux) makes one.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};

use crate::stage::{HAT, Stage};

/// Runs a command line at a terminal of its own.
pub fn at_terminal(stage: &Stage, command: &str) -> Child {
    let mut script = Command::new("script");
    stage.dress(&mut script);
    script.args([
        "--quiet",
        "--return",
        "--flush",
        "--command",
        command,
        "/dev/null",
    ]);
    script
        .stdin(Stdio::piped())
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .spawn()
        .unwrap()
}

/// Reads what the terminal shows until it holds `text`.
pub fn shows(child: &mut Child, text: &str) -> String {
    let (mut seen, mut byte) = (Vec::new(), [0]);
    let out = child.stdout.as_mut().unwrap();
    while out.read(&mut byte).unwrap() == 1 {
        seen.push(byte[0]);
        if seen.ends_with(text.as_bytes()) {
            return String::from_utf8(seen).unwrap();
        }
    }
    panic!("{text} was not shown: {}", String::from_utf8_lossy(&seen));
}

pub fn types(child: &mut Child, text: &str) {
    child.stdin.as_mut().unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_code_is_asked_for_until_it_is_right() {
    let stage = Stage::set();
    let story = stage.story("X2");
    // Standard output is read by a program, as in eval "$(hat env …)": the question goes to the terminal.
    let mut hat = at_terminal(
        &stage,
        &format!("'{HAT}' env {} --shell json | wc -l", story.profile),
    );
    shows(
        &mut hat,
        &format!("MFA code for {}: ", story.mfa_serial.as_deref().unwrap()),
    );
    types(&mut hat, "12345\n");
    shows(&mut hat, "digits");
    shows(&mut hat, ": ");
    types(&mut hat, &format!("{}\n", stage.mfa_code(story)));
    shows(&mut hat, "8\r\n");
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    assert_eq!(stage.admin().calls("AssumeRole"), 1);
}

#[test]
fn entering_nothing_is_exit_3() {
    let stage = Stage::set();
    let mut hat = at_terminal(&stage, &format!("'{HAT}' switch {}", stage.story("X2").profile));
    shows(&mut hat, ": ");
    types(&mut hat, "\n");
    assert_eq!(hat.wait().unwrap().code(), Some(3));
}

#[test]
fn credential_process_leaves_the_terminal_alone() {
    let stage = Stage::set();
    let mut hat = at_terminal(
        &stage,
        &format!("'{HAT}' credential-process {}", stage.story("X2").profile),
    );
    assert_eq!(hat.wait().unwrap().code(), Some(3));
}

#[test]
fn ctrl_c_reaches_the_command_of_exec_once() {
    let stage = Stage::set();
    let script = stage.folder().join("count.sh");
    let lines = "n=0; trap 'n=$((n+1))' INT; echo ready; \
                 while [ $n -eq 0 ]; do sleep 0.02; done; sleep 0.3; exit $((10+n))";
    std::fs::write(&script, lines).unwrap();
    let mut hat = at_terminal(
        &stage,
        &format!("exec '{HAT}' exec stuzio -- bash '{}'", script.display()),
    );
    shows(&mut hat, "ready\r\n");
    types(&mut hat, "\u{3}");
    assert_eq!(hat.wait().unwrap().code(), Some(11));
}

#[test]
fn tables_have_colours_unless_refused() {
    let stage = Stage::set();
    let mut hat = at_terminal(&stage, &format!("'{HAT}' sessions"));
    shows(&mut hat, "\u{1b}[1mSESSION");
    hat.wait().unwrap();
    let mut plain = at_terminal(&stage, &format!("NO_COLOR=1 '{HAT}' sessions"));
    let shown = shows(&mut plain, "SESSION");
    assert!(!shown.contains('\u{1b}'));
    plain.wait().unwrap();
}
