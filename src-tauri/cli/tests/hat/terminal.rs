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

/// Everything that a command shows at a terminal of so many columns, line ends as in files.
fn shown_at(stage: &Stage, columns: u32, command: &str) -> String {
    let hat = at_terminal(stage, &format!("stty cols {columns}; {command}"));
    let output = hat.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const GREEN: &str = "\u{1b}[32m";
const PLAIN: &str = "\u{1b}[0m";

#[test]
fn tables_have_colours_where_the_terminal_takes_them() {
    let stage = Stage::set();
    let sessions = format!("'{HAT}' sessions");
    assert!(shown_at(&stage, 200, &sessions).starts_with("\u{1b}[1mSESSION\u{1b}[0m"));
    for refused in ["NO_COLOR=1", "TERM=dumb", "CLICOLOR=0"] {
        let shown = shown_at(&stage, 200, &format!("{refused} {sessions}"));
        assert!(
            shown.starts_with("SESSION ") && !shown.contains('\u{1b}'),
            "{refused}: {shown:?}"
        );
    }
    // What a program reads is plain, unless it asks for colours.
    assert!(shown_at(&stage, 200, &format!("{sessions} | cat")).starts_with("SESSION "));
    let forced = format!("CLICOLOR_FORCE=1 {sessions} | cat");
    assert!(shown_at(&stage, 200, &forced).starts_with("\u{1b}[1mSESSION"));
}

#[test]
fn what_is_left_of_a_session_has_the_colours_of_the_window() {
    for (duration, colour) in [("20m", GREEN), ("15m", YELLOW)] {
        let stage = Stage::set();
        stage
            .run(["switch", "stuzio", "--duration", duration])
            .succeeded();
        let shown = shown_at(&stage, 200, &format!("'{HAT}' sessions"));
        let left = shown.split(colour).nth(1).unwrap_or_else(|| panic!("{shown:?}"));
        assert!(left.split(PLAIN).next().unwrap().ends_with(" min"), "{shown:?}");
    }
    let stage = Stage::set();
    stage.run(["switch", "asi-production-misspelled"]).failed(1);
    let history = shown_at(&stage, 200, &format!("'{HAT}' history"));
    assert!(history.contains(&format!("{RED}denied{PLAIN}")), "{history:?}");
}

#[test]
fn no_line_is_wider_than_the_terminal_and_a_pipe_gets_whole_lines() {
    let stage = Stage::set();
    stage.run(["switch", "asi-production-misspelled"]).failed(1);
    let piped = stage.run(["history"]).succeeded().to_owned();
    let detail = piped.lines().nth(1).unwrap();
    assert!(detail.len() > 150 && piped.lines().count() == 2, "{piped}");
    let shown = shown_at(&stage, 90, &format!("NO_COLOR=1 '{HAT}' history"));
    assert!(
        shown.lines().count() > 2 && shown.lines().all(|line| line.chars().count() <= 90),
        "{shown}"
    );
    let words = |text: &str| text.split_whitespace().map(str::len).sum::<usize>();
    assert_eq!(words(&shown), words(&piped));
}

#[test]
fn letters_of_east_asia_take_two_columns() {
    let stage = Stage::set();
    let account = "081278057606";
    stage
        .run(["settings", "account", account, "--name", "監査東京"])
        .succeeded();
    stage.run(["switch", "stuzio"]).succeeded();
    stage.run(["switch", "asi-production"]).succeeded();
    let shown = shown_at(&stage, 200, &format!("NO_COLOR=1 '{HAT}' sessions"));
    let lines: Vec<&str> = shown.lines().collect();
    let column = lines[0].find("ROLE").unwrap();
    let wide = lines.iter().find(|line| line.contains("監査東京")).unwrap();
    // Four letters of two columns each: where the role begins, four letters fewer have gone before.
    let before = |line: &str, word: &str| line[..line.find(word).unwrap()].chars().count();
    assert_eq!(before(wide, "StuzioAcmeConsultantRole"), column - 4, "{shown}");
}
