//! `hat` where somebody comes in by SSH: no display, no bus, no keyring, no runtime folder, and an environment that is
//! empty but for HOME and PATH.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::stage::{HAT, Ran, Stage, eventually};

/// A home folder on a server, with the sandbox's shared files in their usual place. What runs in it ends with it.
struct Server {
    stage: Stage,
    home: PathBuf,
}

impl Server {
    fn set() -> Self {
        let stage = Stage::set();
        let home = stage.folder().join("home");
        fs::create_dir_all(home.join(".aws")).unwrap();
        fs::copy(stage.config_file(), home.join(".aws/config")).unwrap();
        fs::copy(stage.credentials_file(), home.join(".aws/credentials")).unwrap();
        // The sandbox's endpoint needs no consent in a sandbox's home.
        let data = home.join(".local/share/hatrack");
        fs::create_dir_all(&data).unwrap();
        fs::File::create(data.join("sandbox-home")).unwrap();
        Self { stage, home }
    }

    fn hat(&self, arguments: &[&str]) -> Command {
        let mut hat = Command::new(HAT);
        hat.args(arguments)
            .env_clear()
            .env("HOME", &self.home)
            .env("PATH", std::env::var_os("PATH").unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        // A person's own bus answers at this place without any variable: the test must not use that keyring.
        let own_bus = format!("/run/user/{}/bus", rustix::process::getuid().as_raw());
        if fs::exists(own_bus).unwrap() {
            hat.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        }
        hat
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.hat(arguments).output().unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.hat(&["agent", "--stop"]).output();
    }
}

#[test]
fn everything_works_and_what_is_lost_is_said_once() {
    let server = Server::set();
    server.run(&["agent"]).succeeded();
    eventually("the agent knows that there is no keyring", || {
        let status = server.run(&["agent", "--status", "--json"]).json();
        (status["keyring"] == "memory_only").then_some(())
    });
    let first = server.run(&["switch", "stuzio"]);
    first.succeeded();
    assert!(
        first.err.contains("memory only") && first.err.lines().count() == 1,
        "{first:?}"
    );
    let second = server.run(&["switch", "asi-production"]);
    second.succeeded();
    assert_eq!(second.err, "");

    assert_eq!(
        server
            .run(&["sessions", "--json"])
            .json()
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert!(server.run(&["roles"]).succeeded().contains("stuzio"));
    assert!(
        server
            .run(&["env", "stuzio"])
            .succeeded()
            .contains("export AWS_ACCESS_KEY_ID='")
    );
    let printed = server.run(&["credential-process", "stuzio"]);
    assert_eq!(
        (&printed.json()["Version"], printed.err.as_str()),
        (&1.into(), "")
    );
    let ran = server.run(&[
        "exec",
        "stuzio",
        "--",
        "sh",
        "-c",
        "test -f \"$AWS_CONFIG_FILE\" && echo held",
    ]);
    assert_eq!(ran.succeeded(), "held\n");
    assert!(
        server
            .run(&["console", "stuzio", "--print"])
            .succeeded()
            .starts_with("http")
    );
    let written = server.run(&["profile", "write", "stuzio", "--yes"]);
    let name = written.succeeded().trim().to_owned();
    assert!(
        fs::read_to_string(server.home.join(".aws/config"))
            .unwrap()
            .contains(&name)
    );
    server.run(&["profile", "remove", &name]).succeeded();
    let served = server
        .run(&["serve", "stuzio", "--detach", "--shell", "json"])
        .json();
    assert!(served["AWS_CONTAINER_AUTHORIZATION_TOKEN"].is_string());
    server.run(&["end", "--all"]).succeeded();
    let events = server.run(&["history", "--export", "csv"]);
    assert!(events.succeeded().contains(",switch_back,ok,"));
    // Nothing of it lies in the home of the stage.
    assert_eq!(server.stage.run(["agent", "--status"]).code, Some(1));
}

#[test]
fn a_code_can_be_given_and_a_sign_in_shows_an_address_to_open_elsewhere() {
    let server = Server::set();
    let story = server.stage.story("X2");
    server.run(&["switch", &story.profile]).failed(3);
    let code = server.stage.mfa_code(story);
    server
        .run(&["switch", &story.profile, "--mfa-code", &code])
        .succeeded();

    let portal = server.stage.manifest().sign_in.portals[0]
        .session
        .clone()
        .unwrap();
    let mut waiting = server.hat(&["login", &portal]).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(waiting.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    waiting.kill().unwrap();
    waiting.wait().unwrap();
    assert!(line.contains("http://") && line.contains("code"), "{line}");
}

#[test]
fn without_a_home_folder_it_says_what_to_set() {
    let ran = Ran::of(Command::new(HAT).arg("sessions").env_clear().output().unwrap());
    assert!(ran.failed(1).contains("HATRACK_HOME"));
}
