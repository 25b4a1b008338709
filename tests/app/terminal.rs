//! The person's terminal with a session in it.

use aws_credential_types::Credentials;
use aws_sdk_sts::config::{BehaviorVersion, Region};
use serde_json::{Value, json};

use crate::app::{App, hat};
use crate::desktop::Desktop;
use crate::emulator::Emulator;
use crate::patience::{eventually, holds};
use crate::screen::Screen;
use crate::steps::{only_session, switch};
use crate::tray::Tray;
use crate::world::World;

fn open_terminals(app: &App) -> Vec<Value> {
    app.invoke("terminals", json!({}))
        .unwrap()
        .as_array()
        .unwrap()
        .clone()
}

/// Who AWS says the bearer of these is.
async fn caller_identity(endpoint: &str, given: &Value) -> String {
    let field = |name: &str| given[name].as_str().unwrap().to_owned();
    let keys = Credentials::new(
        field("AccessKeyId"),
        field("SecretAccessKey"),
        Some(field("SessionToken")),
        None,
        "test",
    );
    let config = aws_sdk_sts::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-1"))
        .endpoint_url(endpoint)
        .credentials_provider(keys)
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    let sts = aws_sdk_sts::Client::from_conf(config.build());
    let identity = sts.get_caller_identity().send().await.unwrap();
    identity.arn().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_opens_with_the_session_and_is_listed_while_its_shell_lives() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let emulator = Emulator::new("kitty", 1);
    let variables = emulator.among(world.variables(), "kitty");
    let story = world.story("S13");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, story);

    app.click("open-terminal");
    let words = emulator.words();
    assert_eq!(
        words[..2],
        ["--".to_owned(), hat().display().to_string()],
        "{words:?}"
    );
    let given = emulator.credentials();
    let identity = caller_identity(world.told["endpoint"].as_str().unwrap(), &given).await;
    assert!(
        identity.contains(&format!("/{}/", story.role_name())),
        "{identity}"
    );
    assert!(emulator.role().ends_with(story.role_name()));
    let around = words.join("\n") + &emulator.variables();
    for secret in ["SecretAccessKey", "SessionToken"] {
        assert!(!around.contains(given[secret].as_str().unwrap()), "{secret}");
    }
    assert!(!around.contains("TAURI_WEBVIEW_AUTOMATION"), "{around}");

    holds("it is listed", || open_terminals(&app).len() == 1);
    let session = only_session(&desktop, &variables);
    assert_eq!(open_terminals(&app)[0]["session_id"], session["id"]);
    assert_eq!(open_terminals(&app)[0]["label"], "kitty");
    emulator.exit();
    holds("it is listed no more", || open_terminals(&app).is_empty());
}

#[test]
fn a_terminal_that_does_not_open_is_told_with_its_words_and_the_command_is_offered() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let emulator = Emulator::broken("mine");
    let variables = emulator.among(world.variables(), "mine");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));

    app.click("open-terminal");
    app.text_that("terminal-failed", "says what the terminal said", |said| {
        said.contains("cannot open display: :7")
    });
    assert!(open_terminals(&app).is_empty());
    app.click("copy-terminal-command");
    let copied = eventually("the command is on the clipboard", || {
        Some(desktop.clipboard()).filter(|text| text.contains(" exec "))
    });
    // It leads to this window's home from any terminal.
    assert!(copied.contains("--home=") && copied.contains(" -- "), "{copied}");
    app.gone("terminal-failed", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_opens_a_terminal_without_the_window() {
    let desktop = Desktop::new();
    let mut tray = Tray::start(&desktop).await;
    let world = World::start(&desktop, &[]);
    let emulator = Emulator::new("foot", 1);
    let variables = emulator.among(world.variables(), "foot");
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &[]);
    let menu = tray.menu().await;
    switch(&app, world.story("S13"));
    holds("the tray is known", || {
        app.invoke("status", json!({})).unwrap()["tray_host"] == true
    });
    screen.close("Sandbox – Hatrack");
    holds("the window is hidden", || screen.titles().is_empty());
    let line = menu
        .line("to open a terminal", |label| label.ends_with("> Open terminal"))
        .await;
    menu.click(&line).await;
    emulator.credentials();
    assert!(screen.titles().is_empty(), "{:?}", screen.titles());
    emulator.exit();
    holds("it is listed no more", || open_terminals(&app).is_empty());
}
