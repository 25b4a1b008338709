//! The main job, end to end in the window.

use std::process::Stdio;

use serde_json::json;

use crate::app::{App, hat, hat_json, plain};
use crate::desktop::{Desktop, Process};
use crate::patience::{eventually, holds};
use crate::screen::Screen;
use crate::steps::{choose, only_session, sessions, switch};
use crate::tray::Tray;
use crate::world::World;

/// Switch with a code, countdown, export, browse, download, switch back from the tray, history, restart.
#[tokio::test(flavor = "multi_thread")]
async fn from_a_code_to_an_object_and_back() {
    let desktop = Desktop::new().with_keyring().await;
    let mut tray = Tray::start(&desktop).await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let story = world.story("X2");
    let app = App::start(&desktop, &variables, &[]);
    let menu = tray.menu().await;

    switch(&app, story);
    let left = app.text("session-countdown");
    app.text_that("session-countdown", "runs", |now| now != left);

    let session = only_session(&desktop, &variables);
    app.click("copy-env");
    let copied = eventually("the export is on the clipboard", || {
        let text = desktop.clipboard();
        text.contains("AWS_SECRET_ACCESS_KEY").then_some(text)
    });
    let key = session["access_key_id"].as_str().unwrap();
    assert!(
        copied.contains(&format!("export AWS_ACCESS_KEY_ID='{key}'")),
        "another key than {key}"
    );
    let secret = copied
        .lines()
        .find_map(|line| line.strip_prefix("export AWS_SECRET_ACCESS_KEY='"))
        .unwrap();
    let page = app
        .page()
        .run("return document.documentElement.outerHTML", &[])
        .unwrap();
    assert!(
        !page.as_str().unwrap().contains(secret.trim_end_matches('\'')),
        "the page holds the secret"
    );

    browse_and_download(&desktop, &app, &world);

    let role = story.role_name();
    let shown = menu
        .line("of the session", |label| {
            label.contains(role) && label.contains(" min)")
        })
        .await;
    assert!(!shown.label.contains(" > "), "{shown:?}");
    let back = menu
        .line("to switch back", |label| {
            label.contains(role) && label.ends_with("> Switch back")
        })
        .await;
    menu.click(&back).await;
    holds("no session is live", || sessions(&desktop, &variables).is_empty());
    menu.without("the session", |label| label.contains(" min)")).await;

    app.click("nav-history");
    for event in ["switch", "export", "download", "switch_back"] {
        app.find_with("history-row", &[("event", event), ("outcome", "ok")]);
    }
}

fn browse_and_download(desktop: &Desktop, app: &App, world: &World) {
    let story = world.story("X2");
    app.click("browse-s3");
    open_bucket(app, story.bucket());
    let key = story.first_key();
    walk_to(app, key);
    app.click_with("object-row", &[("key", key)]);
    app.click("download-button");
    app.find_with("transfer-row", &[("state", "done")]);

    let name = key.rsplit('/').next().unwrap();
    let downloaded = std::fs::read(desktop.home().join("Downloads").join(name)).unwrap();
    let direct = desktop.home().join("direct");
    let from = format!("s3://{}/{key}", story.bucket());
    let mut copy = plain(desktop, hat(), &world.variables());
    let copied = copy
        .args(["s3", "cp", &from])
        .arg(&direct)
        .args(["--role", story.profile()])
        .output()
        .unwrap();
    assert!(
        copied.status.success(),
        "{}",
        String::from_utf8_lossy(&copied.stderr)
    );
    assert!(!downloaded.is_empty());
    assert_eq!(downloaded, std::fs::read(direct).unwrap());
}

/// Opens a bucket from the list, or by its name where listing is not allowed.
pub fn open_bucket(app: &App, bucket: &str) {
    let listed = eventually("buckets are listed or refused", || {
        let listed = app.has("bucket-row", &[("name", bucket)]);
        (listed || app.has("bucket-name-input", &[])).then_some(listed)
    });
    if listed {
        app.click_with("bucket-row", &[("name", bucket)]);
    } else {
        app.type_into("bucket-name-input", bucket);
        app.click("bucket-name-open");
    }
}

/// Opens the folders on the way to a key.
pub fn walk_to(app: &App, key: &str) {
    for (end, _) in key.match_indices('/') {
        let prefix = &key[..=end];
        app.click_with("object-row", &[("key", prefix)]);
    }
}

/// A restart of window and agent finds the live session in the keyring.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_survives_window_and_agent() {
    let desktop = Desktop::new().with_keyring().await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    let before = only_session(&desktop, &variables);
    app.close();
    let stopped = plain(&desktop, hat(), &variables)
        .args(["agent", "--stop"])
        .status()
        .unwrap();
    assert!(stopped.success());

    let app = App::start(&desktop, &variables, &[]);
    let id = before["id"].as_str().unwrap();
    app.click_with("session-link", &[("session", id)]);
    app.find("session-countdown");
    let after = only_session(&desktop, &variables);
    assert_eq!(after["access_key_id"], before["access_key_id"]);
    assert_eq!(after["expires_at"], before["expires_at"]);
}

/// B17: what AWS refuses is shown in AWS's words, with its request ID, and remembered.
#[test]
fn b17_a_denial_shows_what_aws_said() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let app = App::start(&desktop, &world.variables(), &[]);
    let wrong = world.story("S13").0["wrong"].as_array().unwrap().clone();
    let named = |way: &&serde_json::Value| way["profile"].as_str().unwrap().ends_with("-without-trust");
    let denied = wrong.iter().find(named).unwrap();
    choose(&app, denied["profile"].as_str().unwrap());
    app.click("switch-button");
    let code = denied["expected_code"].as_str().unwrap();
    app.text_that("denial", "names AWS's code", |text| text.contains(code));
    let request_id = app.text("denial-request-id");
    assert!(request_id.len() > 8, "{request_id}");
    app.click("nav-history");
    app.click_with("history-row", &[("event", "switch"), ("outcome", "denied")]);
    app.text_that("history-entry", "has the request ID", |text| {
        text.contains(&request_id)
    });
}

/// A program that waits for a code gets its credentials once the window has been told the code.
#[test]
fn a_program_that_waits_for_a_code_is_answered_in_the_window() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("X2");
    let mut waiting = plain(&desktop, hat(), &variables);
    waiting
        .args(["credential-process", story.profile()])
        .stdout(Stdio::piped());
    let mut waiting = Process::start(&mut waiting);
    app.type_into("mfa-code", &story.code());
    app.find("session-page");
    assert!(waiting.ended().success());
    let printed: serde_json::Value = serde_json::from_reader(waiting.0.stdout.take().unwrap()).unwrap();
    assert_eq!(
        printed["AccessKeyId"],
        only_session(&desktop, &variables)["access_key_id"]
    );
}

/// The same with the window out of sight: it comes up by itself, with the question.
#[test]
fn a_program_that_waits_for_a_code_brings_the_window_up() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &["--hidden"]);
    assert_eq!(screen.titles(), Vec::<String>::new());
    let story = world.story("X2");
    let mut waiting = plain(&desktop, hat(), &variables);
    waiting
        .args(["credential-process", story.profile()])
        .stdout(Stdio::piped());
    let mut waiting = Process::start(&mut waiting);
    holds("the window comes up", || screen.titles() == ["Sandbox – Hatrack"]);
    app.type_into("mfa-code", &story.code());
    assert!(waiting.ended().success());
    let printed: serde_json::Value = serde_json::from_reader(waiting.0.stdout.take().unwrap()).unwrap();
    assert_eq!(
        printed["AccessKeyId"],
        only_session(&desktop, &variables)["access_key_id"]
    );
}

/// The agent may die however it dies: the window gets another, and the vault has the session.
#[tokio::test(flavor = "multi_thread")]
async fn g69_a_killed_agent_is_replaced_and_loses_nothing() {
    let desktop = Desktop::new().with_keyring().await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    let before = only_session(&desktop, &variables);
    let pid = || hat_json(&desktop, &variables, &["agent", "--status"])["pid"].to_string();
    let first = pid();
    let killed = desktop.command("kill").args(["-KILL", &first]).status().unwrap();
    assert!(killed.success());
    eventually("the window has found another agent", || {
        let sessions = app.invoke("sessions", json!({})).ok()?;
        (sessions[0]["id"] == before["id"]).then_some(())
    });
    assert_ne!(pid(), first);
    app.find("session-countdown");
    app.click("copy-env");
    eventually("the export is on the clipboard", || {
        desktop
            .clipboard()
            .contains(before["access_key_id"].as_str()?)
            .then_some(())
    });
}
