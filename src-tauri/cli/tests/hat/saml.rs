//! `hat saml`, and signing in there with what the provider gave.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::stage::{HAT, Ran, Stage};
use crate::terminal::{at_terminal, shows, types};

const ROLE: &str = "saml:directory:330000000001:ConsoleFederation";

fn stage() -> Stage {
    let stage = Stage::set();
    let url = stage.manifest().kinds.saml_start_url.clone();
    stage.run(["saml", "add", "directory", &url]).succeeded();
    stage
}

fn response(stage: &Stage, seconds: i64) -> String {
    let user = &stage.manifest().kinds.saml_users[0];
    stage.admin().saml_response(user, seconds).unwrap()
}

/// `hat` with the sandbox for its AWS, and something on its standard input.
fn given(stage: &Stage, arguments: &[&str], input: &str) -> Ran {
    let mut hat = stage.hat(arguments);
    hat.env("AWS_ENDPOINT_URL", &stage.manifest().endpoint);
    let mut hat = hat.stdin(Stdio::piped()).spawn().unwrap();
    hat.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Ran::of(hat.wait_with_output().unwrap())
}

#[test]
fn s8_a_response_on_standard_input_signs_in_and_its_roles_are_switched_to() {
    let stage = stage();
    let listed = stage.json(["saml", "list", "--json"]);
    assert_eq!(listed[0]["portal"]["kind"], "saml");
    assert_eq!(listed[0]["signed_in_until"], Value::Null);

    let states = given(&stage, &["login", "directory", "--json"], &response(&stage, 300)).json();
    assert_eq!(states[0]["roles"], 2);
    assert!(states[0]["signed_in_until"].is_string());

    let roles = stage.json(["roles", "--json"]);
    let mine = roles
        .as_array()
        .unwrap()
        .iter()
        .filter(|role| role["source"] == "SAML, directory");
    assert_eq!(mine.count(), 2);
    let session = given(&stage, &["switch", ROLE, "--duration", "30m", "--json"], "").json();
    assert_eq!(session["role_name"], "ConsoleFederation");
    assert!(session["seconds_left"].as_u64().unwrap() > 1700);
    let refused = given(&stage, &["switch", ROLE, "--session-name", "mine", "--json"], "");
    assert!(refused.failed(2).contains("RoleSessionName"));

    let history = stage.json(["history", "--json"]);
    let events = history
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["event"].as_str().unwrap());
    assert!(events.collect::<Vec<_>>().contains(&"sign_in"));

    stage.run(["logout", "directory"]).succeeded();
    let gone = given(&stage, &["switch", ROLE, "--json"], "");
    assert_ne!(gone.code, Some(0));
    stage.run(["saml", "remove", "directory"]).succeeded();
    assert_eq!(stage.json(["saml", "list", "--json"]), serde_json::json!([]));
}

#[test]
fn what_is_no_response_is_said_without_repeating_it() {
    let stage = stage();
    for (input, code, told) in [
        ("", 3, "no SAML response"),
        ("canary canary", 1, "not a SAML response"),
        (&response(&stage, -60), 1, "ended"),
    ] {
        let ran = given(&stage, &["login", "directory"], input);
        let message = ran.failed(code);
        assert!(message.contains(told) && !message.contains("canary"), "{message}");
        assert!(input.is_empty() || !message.contains(input), "{message}");
    }
    // Nothing is left waiting.
    given(&stage, &["login", "directory", "--json"], &response(&stage, 300)).json();
}

/// A line of a terminal ends at 4,095 characters; a response is longer. It is not shown.
#[test]
fn a_long_response_is_pasted_at_the_terminal_unseen() {
    let stage = stage();
    let spaced: String = response(&stage, 300).chars().flat_map(|c| [c, ' ']).collect();
    assert!(spaced.len() > 5_000);
    let mut hat = at_terminal(
        &stage,
        &format!("'{HAT}' login directory --no-browser; echo ended $?"),
    );
    let before = shows(&mut hat, "SAMLResponse (it is not shown): ");
    assert!(before.contains(&stage.manifest().kinds.saml_start_url));
    types(&mut hat, &format!("{spaced}\n"));
    let after = shows(&mut hat, "ended 0");
    assert!(!after.contains(&spaced[..40]), "{after}");
    assert!(hat.wait().unwrap().success());
    let states = stage.json(["saml", "list", "--json"]);
    assert_eq!(states[0]["roles"], 2);
}

#[test]
fn a_switch_without_a_sign_in_names_the_way() {
    let stage = stage();
    given(&stage, &["login", "directory", "--json"], &response(&stage, 300)).json();
    stage.run(["agent", "--stop"]).succeeded();
    let refused = given(&stage, &["switch", ROLE], "");
    assert!(refused.failed(3).contains("hat login directory"));
}

#[test]
fn a_provider_that_is_none_is_refused() {
    let stage = Stage::set();
    for (name, url) in [
        ("acme", "login.example.com"),
        ("a:b", "https://login.example.com/"),
        ("acme", "file:///x"),
    ] {
        stage.run(["saml", "add", name, url]).failed(2);
    }
    // The shared config has a sign-in of that name.
    let portal = stage.manifest().sign_in.portals[0].session.clone().unwrap();
    let taken = stage.run(["saml", "add", &portal, "https://login.example.com/"]);
    assert!(taken.failed(2).contains("already"));
}
