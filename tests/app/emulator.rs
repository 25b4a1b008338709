//! The person's terminal, as far as opening one needs it: a program that notes its words and its environment and runs
//! what it is told, and a shell that asks for the session's credentials.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::app::Variables;
use crate::patience::eventually;

/// A terminal, and the shell that runs in it.
pub struct Emulator {
    folder: tempfile::TempDir,
}

impl Emulator {
    /// A program called `name`, which is told what to run after `before` words.
    pub fn new(name: &str, before: usize) -> Self {
        let emulator = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let here = emulator.folder.path().display().to_string();
        emulator.program(
            name,
            &format!(
                "printf '%s\\n' \"$@\" > '{here}/words.new'; env -0 > '{here}/variables'\n\
                 mv '{here}/words.new' '{here}/words'\nshift {before}\nexec \"$@\"\n"
            ),
        );
        // The private config's one command, as an SDK runs it.
        emulator.program(
            "shell",
            &format!(
                "line=$(sed -n 's/^credential_process = //p' \"$AWS_CONFIG_FILE\")\n\
                 eval \"$line\" > '{here}/credentials.new' && mv '{here}/credentials.new' '{here}/credentials'\n\
                 printf '%s' \"$HATRACK_ROLE\" > '{here}/role'\nread end < '{here}/end'\n"
            ),
        );
        let made = std::process::Command::new("mkfifo")
            .arg(emulator.path("end"))
            .status();
        assert!(made.unwrap().success());
        emulator
    }

    /// One that opens nothing and says why.
    pub fn broken(name: &str) -> Self {
        let emulator = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        emulator.program(name, "echo 'cannot open display: :7' >&2\nexit 3\n");
        emulator
    }

    fn program(&self, name: &str, script: &str) {
        let file = self.path(name);
        fs::write(&file, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `variables`, and those that make this the person's terminal and shell.
    pub fn among(&self, mut variables: Variables, name: &str) -> Variables {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        variables.push(("TERMINAL".into(), text(&self.path(name))));
        variables.push(("SHELL".into(), text(&self.path("shell"))));
        variables
    }

    /// Waits until it was told what to run.
    pub fn words(&self) -> Vec<String> {
        let noted = || fs::read_to_string(self.path("words")).ok();
        eventually("the terminal is told what to run", noted)
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Its environment, once it was told what to run.
    pub fn variables(&self) -> String {
        self.words();
        let bytes = fs::read(self.path("variables")).unwrap();
        String::from_utf8_lossy(&bytes).replace('\0', "\n")
    }

    /// Waits for the credentials that its shell was given.
    pub fn credentials(&self) -> Value {
        let given = || fs::read(self.path("credentials")).ok();
        serde_json::from_slice(&eventually("the shell has credentials", given)).unwrap()
    }

    /// What its shell's prompt can show.
    pub fn role(&self) -> String {
        eventually("the shell knows its role", || {
            fs::read_to_string(self.path("role"))
                .ok()
                .filter(|role| !role.is_empty())
        })
    }

    /// Ends the shell.
    pub fn exit(&self) {
        fs::write(self.path("end"), "\n").unwrap();
    }
}
