//! `hat login` and `hat logout`, with the sandbox's portal and a person who answers its page.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStderr, Command};

use hatrack_sandbox::SignInStory;

use crate::stage::{HAT, Ran, Stage};
use crate::terminal::{at_terminal, shows, types};

fn story(stage: &Stage) -> SignInStory {
    stage.manifest().sign_in.clone()
}

fn portal(stage: &Stage) -> String {
    story(stage).portals[0].session.clone().unwrap()
}

/// A `hat` that waits for the person, and the page's address that it printed.
struct Waiting {
    hat: Child,
    errors: BufReader<ChildStderr>,
    page: String,
}

impl Waiting {
    fn of(mut command: Command) -> Self {
        let mut hat = command.spawn().unwrap();
        let mut errors = BufReader::new(hat.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        let page = address_in(&line);
        Self { hat, errors, page }
    }

    fn ended(mut self) -> Ran {
        let mut ran = Ran::of(self.hat.wait_with_output().unwrap());
        self.errors.read_to_string(&mut ran.err).unwrap();
        ran
    }
}

fn address_in(text: &str) -> String {
    let at = text
        .find("http://")
        .unwrap_or_else(|| panic!("no address in {text:?}"));
    let address: String = text[at..].chars().take_while(|c| !c.is_whitespace()).collect();
    address.trim_end_matches([',', ';']).to_owned()
}

/// The person allows the sign-in, and the browser follows where the page sends it.
fn allow(stage: &Stage, page: &str) {
    if let Some(back) = stage.admin().answer_page(page, None, true) {
        let rest = back.strip_prefix("http://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[test]
fn a_sign_in_serves_every_profile_and_a_sign_out_none() {
    let stage = Stage::set();
    let story = story(&stage);
    let refused = stage.run(["switch", &story.profile]);
    assert!(
        refused
            .failed(3)
            .contains(&format!("hat login {}", portal(&stage)))
    );

    let waiting = Waiting::of(stage.hat(["login", &portal(&stage), "--no-browser", "--json"]));
    allow(&stage, &waiting.page);
    let states = waiting.ended().json();
    assert_eq!(states[0]["portal"]["name"], portal(&stage));
    assert!(states[0]["signed_in_until"].is_string());

    let session = stage.json(["switch", &story.profile, "--json"]);
    assert_eq!(session["account_id"], story.account_id);
    assert_eq!(session["role_name"], story.role_name);
    let listed = stage.run([
        "s3",
        "ls",
        &format!("s3://{}", story.bucket),
        "--role",
        &story.profile,
    ]);
    listed.succeeded();
    // Signed in already: nobody is asked.
    stage.run(["login", &portal(&stage)]).succeeded();

    stage.run(["logout", &portal(&stage)]).succeeded();
    stage.run(["switch", &story.hop.profile]).failed(3);
    let events: Vec<String> = stage
        .json(["history", "--json"])
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["event"].as_str().unwrap().to_owned())
        .collect();
    assert!(events.contains(&"sign_in".to_owned()) && events.contains(&"sign_out".to_owned()));
}

#[test]
fn a_device_code_is_shown_where_no_browser_is() {
    let stage = Stage::set();
    let waiting = Waiting::of(stage.hat(["login", &portal(&stage)]));
    allow(&stage, &waiting.page);
    waiting.ended().succeeded();
    stage.run(["switch", &story(&stage).profile]).succeeded();
}

#[test]
fn the_persons_own_browser_is_opened_once_for_all_who_wait() {
    let stage = Stage::set();
    let opened = stage.folder().join("opened");
    let browser = stage.folder().join("browser");
    fs::write(
        &browser,
        format!("#!/bin/sh\necho \"$1\" >> '{}'\n", opened.display()),
    )
    .unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    let login = || {
        let mut hat = stage.hat(["login", &portal(&stage)]);
        hat.env("BROWSER", &browser);
        Waiting::of(hat)
    };
    let waiting: Vec<Waiting> = (0..5).map(|_| login()).collect();
    let page = waiting[0].page.clone();
    assert!(waiting.iter().all(|other| other.page == page));
    allow(&stage, &page);
    for one in waiting {
        one.ended().succeeded();
    }
    let opened = fs::read_to_string(opened).unwrap();
    assert_eq!(opened.lines().collect::<Vec<_>>(), [page.as_str()]);
}

#[test]
fn a_person_at_a_terminal_is_asked_and_may_give_up() {
    let stage = Stage::set();
    let profile = story(&stage).profile;
    let mut person = at_terminal(&stage, &format!("'{HAT}' switch {profile}"));
    shows(&mut person, "Sign in to");
    types(&mut person, "y\n");
    shows(&mut person, "in any browser and check");
    types(&mut person, "\u{3}");
    shows(&mut person, "given up");
    assert!(!person.wait().unwrap().success());
}

#[test]
fn what_is_no_portal_is_wrong_usage() {
    let stage = Stage::set();
    let message = stage.run(["login", "nowhere"]);
    assert!(message.failed(2).contains("nowhere"));
    stage.run(["logout", "nowhere"]).failed(2);
}
