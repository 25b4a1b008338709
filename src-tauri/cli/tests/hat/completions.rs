//! `hat completions`.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::stage::{HAT, Ran};

#[test]
fn every_shell_gets_a_script_that_knows_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish", "nu"] {
        let ran = Ran::of(Command::new(HAT).args(["completions", shell]).output().unwrap());
        assert!(ran.succeeded().contains("credential-process"), "{shell}");
    }
}

#[test]
fn the_shells_at_hand_read_their_scripts() {
    for (shell, check) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let script = Command::new(HAT)
            .args(["completions", shell])
            .output()
            .unwrap()
            .stdout;
        let mut reader = Command::new(shell)
            .arg(check)
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        reader.stdin.take().unwrap().write_all(&script).unwrap();
        let read = reader.wait_with_output().unwrap();
        assert!(
            read.status.success() && read.stderr.is_empty(),
            "{shell}: {}",
            String::from_utf8_lossy(&read.stderr)
        );
    }
}
