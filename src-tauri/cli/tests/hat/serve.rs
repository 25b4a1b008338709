//! `hat serve`: an endpoint opened, used, listed and closed.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command};

use serde_json::Value;

use crate::stage::{Ran, Stage, eventually};

/// The two variables of an endpoint.
struct Variables {
    address: String,
    token: String,
}

impl Variables {
    /// As a POSIX shell reads the lines.
    fn of_lines(lines: &str) -> Self {
        let shell = format!(
            "{lines}\nprintf '%s\\n%s' \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\" \"$AWS_CONTAINER_AUTHORIZATION_TOKEN\""
        );
        let read = Ran::of(Command::new("sh").args(["-c", &shell]).output().unwrap());
        let (address, token) = read.succeeded().split_once('\n').unwrap();
        Self {
            address: address.to_owned(),
            token: token.to_owned(),
        }
    }

    fn host(&self) -> &str {
        let address = self.address.strip_prefix("http://").unwrap();
        address.split('/').next().unwrap()
    }

    /// Status and body of what an SDK gets; `None` where nobody listens.
    fn ask(&self, token: &str) -> Option<(String, String)> {
        let mut stream = TcpStream::connect(self.host()).ok()?;
        let host = self.host();
        write!(
            stream,
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        // A port that closes at this moment may break the connection.
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.to_owned(), body.to_owned()))
    }

    fn key(&self) -> Value {
        let (status, body) = self.ask(&self.token).unwrap();
        assert_eq!(status, "200", "{body}");
        serde_json::from_str::<Value>(&body).unwrap()["AccessKeyId"].clone()
    }

    fn is_shut(&self) {
        eventually("the end of the endpoint", || {
            TcpStream::connect(self.host()).is_err().then_some(())
        });
    }
}

#[test]
fn in_the_background_it_stays_until_it_is_stopped() {
    let stage = Stage::set();
    let profile = stage.story("S13").profile.clone();
    let ran = stage.run(["serve", &profile, "--detach", "--shell", "bash"]);
    let served = Variables::of_lines(ran.succeeded());
    let own = stage.json(["credential-process", &profile]);
    assert_eq!(served.key(), own["AccessKeyId"]);
    assert_eq!(served.ask("wrong").unwrap().0, "403");
    // Asked for again, it is the same.
    let again = stage.json(["serve", &profile, "--detach", "--shell", "json"]);
    assert_eq!(again["AWS_CONTAINER_AUTHORIZATION_TOKEN"], served.token.as_str());

    let log = stage.json(["serve", "--log", "--json"]);
    assert_eq!((&log[0]["served"], &log[0]["refused"]), (&1.into(), &1.into()));
    assert_eq!(log[0]["uses"][0]["outcome"], "refused");
    let told = log.to_string();
    assert!(!told.contains(&served.token), "{told}");
    let table = stage.run(["serve", &profile, "--log"]);
    let lines: Vec<_> = table.succeeded().lines().collect();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(
        lines[1].contains("served") && lines[2].contains("wrong token"),
        "{lines:?}"
    );
    if cfg!(target_os = "linux") {
        let pid = std::process::id();
        assert!(lines[1].contains(&format!("({pid})")), "{lines:?}");
    }

    stage.run(["serve", &profile, "--stop"]).succeeded();
    served.is_shut();
    assert!(
        stage
            .run(["serve", &profile, "--stop"])
            .failed(1)
            .contains("no open endpoint")
    );
    let events: Vec<_> = stage.json(["history", "--json"]).as_array().unwrap().clone();
    let words: Vec<_> = events.iter().map(|row| row["event"].as_str().unwrap()).collect();
    assert!(
        words.contains(&"endpoint_open") && words.contains(&"endpoint_close"),
        "{words:?}"
    );
}

#[test]
fn it_closes_with_the_switch_back() {
    let stage = Stage::set();
    let profile = stage.story("S13").profile.clone();
    let ran = stage.run(["serve", &profile, "--detach", "--shell", "sh"]);
    let served = Variables::of_lines(ran.succeeded());
    served.key();
    stage.run(["end", &profile]).succeeded();
    served.is_shut();
    assert_eq!(stage.json(["serve", "--log", "--json"]), Value::Array(Vec::new()));
}

/// `hat serve` in the foreground, once it has printed its lines.
fn foreground(stage: &Stage, profile: &str) -> (Child, Variables) {
    let mut hat = stage.hat(["serve", profile, "--shell", "sh"]).spawn().unwrap();
    let mut lines = String::new();
    let mut out = BufReader::new(hat.stdout.take().unwrap());
    while !lines.contains("export HATRACK_ROLE") {
        assert_ne!(out.read_line(&mut lines).unwrap(), 0, "{lines}");
    }
    eventually("the wait for its end", || {
        let log = stage.json(["serve", "--log", "--json"]);
        (log[0]["holds"] == 1).then_some(())
    });
    (hat, Variables::of_lines(&lines))
}

#[test]
fn in_the_foreground_it_closes_with_the_command_however_that_ends() {
    let stage = Stage::set();
    let profile = stage.story("S13").profile.clone();
    let (mut hat, served) = foreground(&stage, &profile);
    served.key();
    let pid = hat.id().to_string();
    let told = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(told.success());
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    served.is_shut();

    let (hat, served) = foreground(&stage, &profile);
    let session = stage.json(["sessions", "--json"])[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    served.key();
    stage.run(["end", &session]).succeeded();
    let ended = Ran::of(hat.wait_with_output().unwrap());
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("its session was switched back"), "{ended:?}");
    served.is_shut();
}

#[test]
fn it_says_what_undoes_the_exports_and_refuses_what_makes_no_sense() {
    let stage = Stage::set();
    let undone = stage.run(["serve", "--unset", "--shell", "fish"]);
    assert!(
        undone
            .succeeded()
            .contains("set -e AWS_CONTAINER_AUTHORIZATION_TOKEN\n")
    );
    stage.run(["serve", "--unset", "--shell", "dotenv"]).failed(2);
    stage.run(["serve", "nobody"]).failed(2);
    assert_eq!(stage.run(["serve", "x", "--log", "--detach"]).code, Some(2));
    // Nobody to ask.
    let guarded = stage.story("X2");
    stage.run(["serve", &guarded.profile, "--detach"]).failed(3);
}
