//! One window per home, closing it, and the tray that does or does not bring it back.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::app::{App, hatrack, start};
use crate::desktop::Desktop;
use crate::patience::{holds, within};
use crate::screen::Screen;
use crate::steps::{only_session, sessions, switch};
use crate::tray::Tray;
use crate::world::World;

/// Slower than the page: a second process has to come up.
const LONG: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn with_a_tray_closing_hides_and_a_second_start_shows() {
    let desktop = Desktop::new();
    let mut tray = Tray::start(&desktop).await;
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &vec![], &[]);
    let menu = tray.menu().await;
    holds("the tray is known", || {
        app.invoke("status", json!({})).unwrap()["tray_host"] == true
    });
    let shown = || screen.titles().contains(&"Hatrack".to_owned());
    holds("the window shows", shown);

    screen.close("Hatrack");
    holds("the window is hidden", || !shown());
    let open = menu.line("to open", |label| label == "Open Hatrack").await;
    menu.click(&open).await;
    holds("the tray brings it back", shown);

    screen.close("Hatrack");
    holds("the window is hidden", || !shown());
    let mut second = start(&desktop, &vec![], &[]);
    assert!(second.ended().success());
    holds("the second start shows the first's window", shown);

    let quit = menu.line("to quit", |label| label == "Quit Hatrack").await;
    menu.click(&quit).await;
    holds("the window is gone", || !shown());
}

#[test]
fn g68_two_starts_and_no_bus_make_one_window() {
    let desktop = Desktop::new().without_bus();
    let screen = Screen::of(&desktop);
    let (mut one, mut other) = (start(&desktop, &vec![], &[]), start(&desktop, &vec![], &[]));
    within(LONG, "one of them has gone", || {
        let ended = [one.0.try_wait().unwrap(), other.0.try_wait().unwrap()];
        ended.into_iter().flatten().next()
    });
    within(LONG, "the other shows its window", || {
        (screen.titles() == ["Hatrack"]).then_some(())
    });
    let running = [one.0.try_wait().unwrap(), other.0.try_wait().unwrap()];
    assert_eq!(
        running.iter().filter(|ended| ended.is_none()).count(),
        1,
        "{running:?}"
    );
}

#[test]
fn without_a_tray_closing_asks_what_becomes_of_sessions() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &[]);
    assert_eq!(app.invoke("status", json!({})).unwrap()["tray_host"], false);
    switch(&app, world.story("S13"));
    let session = only_session(&desktop, &variables);
    let window = screen
        .titles()
        .into_iter()
        .find(|name| name.contains("Hatrack"))
        .unwrap();
    screen.close(&window);
    app.click_to_quit("quit-keep");
    holds("the window is gone", || screen.titles().is_empty());
    assert_eq!(only_session(&desktop, &variables)["id"], session["id"]);
}

#[test]
fn quitting_amid_a_download_keeps_it_for_the_next_time() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &["--connection-mbps", "1"]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("S1");
    switch(&app, story);
    let session = only_session(&desktop, &variables);
    let order = json!({
        "session_id": session["id"],
        "bucket": story.bucket(),
        "keys": ["large/twenty-mebibytes.bin"],
        "prefixes": [],
        "ask_where": false,
    });
    app.invoke("download", json!({ "request": order })).unwrap();
    let files = || -> Vec<_> {
        let folder = std::fs::read_dir(desktop.home().join("Downloads"));
        folder
            .into_iter()
            .flatten()
            .map(|file| file.unwrap().file_name())
            .collect()
    };
    let name = std::ffi::OsStr::new("twenty-mebibytes.bin");
    holds("the download has begun", || !files().is_empty());
    screen.close("Sandbox – Hatrack");
    app.click_to_quit("quit-keep");
    holds("the window is gone", || screen.titles().is_empty());
    assert!(!files().iter().any(|file| file == name), "{:?}", files());

    let app = App::start(&desktop, &variables, &[]);
    app.click("nav-buckets");
    app.find_with("transfer-row", &[("state", "paused")]);
    app.click("resume-transfer");
    app.find_with("transfer-row", &[("state", "running")]);
    app.click("cancel-transfer");
    app.find_with("transfer-row", &[("state", "cancelled")]);
    holds("nothing is left of the download", || files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tray_that_comes_later_gets_the_icon() {
    let desktop = Desktop::new();
    let app = App::start(&desktop, &vec![], &[]);
    assert_eq!(app.invoke("status", json!({})).unwrap()["tray_host"], false);
    let mut tray = Tray::start(&desktop).await;
    tray.menu()
        .await
        .line("to quit", |label| label == "Quit Hatrack")
        .await;
    holds("the page knows", || {
        app.invoke("status", json!({})).unwrap()["tray_host"] == true
    });
}

#[test]
fn a_signal_ends_it_well() {
    let desktop = Desktop::new();
    let screen = Screen::of(&desktop);
    let mut app = start(&desktop, &vec![], &[]);
    within(LONG, "the window shows", || {
        (screen.titles() == ["Hatrack"]).then_some(())
    });
    app.terminate();
    assert!(app.ended().success());
}

#[test]
fn without_a_display_it_says_so() {
    let desktop = Desktop::new();
    let mut command = desktop.command(hatrack());
    let output = command
        .env_remove("DISPLAY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("hatrack: There is no display"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn an_empty_home_opens_on_the_empty_screen_with_the_sandbox_a_click_away() {
    let desktop = Desktop::new();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &vec![], &[]);
    app.click("sandbox-button");
    within(LONG, "the sandbox's window shows", || {
        screen
            .titles()
            .contains(&"Sandbox – Hatrack".to_owned())
            .then_some(())
    });
    assert!(
        screen.titles().contains(&"Hatrack".to_owned()),
        "the first window is gone"
    );
    assert!(
        !desktop.home().join(".aws").exists(),
        "something was written to the person's files"
    );
}

fn sandbox_address(folder: &Path) -> String {
    let told = std::fs::read(folder.join("sandbox.json")).unwrap();
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let endpoint = told["endpoint"].as_str().unwrap();
    endpoint.trim_start_matches("http://").to_owned()
}

#[test]
fn the_sandbox_ends_with_its_window() {
    let desktop = Desktop::new();
    let screen = Screen::of(&desktop);
    let mut app = start(&desktop, &vec![], &["--sandbox"]);
    within(LONG, "the window shows", || {
        (screen.titles() == ["Sandbox – Hatrack"]).then_some(())
    });
    let folder = desktop.home().join(".cache/hatrack/sandbox");
    let address = sandbox_address(&folder);
    assert!(std::net::TcpStream::connect(&address).is_ok());

    // A second one shows the first.
    let mut second = start(&desktop, &vec![], &["--sandbox"]);
    assert!(second.ended().success());
    assert_eq!(screen.titles().len(), 1);

    app.terminate();
    assert!(app.ended().success());
    assert!(
        std::net::TcpStream::connect(&address).is_err(),
        "the sandbox still serves"
    );
    assert!(
        !folder.join("home/run/agent.sock").exists(),
        "its agent still listens"
    );
}

#[test]
fn the_sandbox_ends_where_its_window_is_killed() {
    let desktop = Desktop::new();
    let screen = Screen::of(&desktop);
    let mut app = start(&desktop, &vec![], &["--sandbox"]);
    within(LONG, "the window shows", || {
        (screen.titles() == ["Sandbox – Hatrack"]).then_some(())
    });
    let folder = desktop.home().join(".cache/hatrack/sandbox");
    let address = sandbox_address(&folder);
    assert!(std::net::TcpStream::connect(&address).is_ok());

    app.0.kill().unwrap();
    holds("the sandbox has ended", || {
        std::net::TcpStream::connect(&address).is_err()
    });
    holds("its agent has ended", || {
        !folder.join("home/run/agent.sock").exists()
    });
}

#[test]
fn a_hidden_start_waits_in_the_tray_for_the_second() {
    let desktop = Desktop::new();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &vec![], &["--hidden"]);
    assert_eq!(screen.titles(), Vec::<String>::new());
    assert!(start(&desktop, &vec![], &[]).ended().success());
    holds("the second start shows it", || screen.titles() == ["Hatrack"]);
    app.find("sandbox-button");
}

#[test]
fn what_was_chosen_at_quitting_is_done_from_then_on_without_asking() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let title = "Sandbox – Hatrack";
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    only_session(&desktop, &variables);
    screen.close(title);
    app.click_css("label:has([data-testid=quit-remember])");
    app.click_to_quit("quit-end-all");
    holds("the window is gone", || screen.titles().is_empty());
    assert_eq!(sessions(&desktop, &variables), Vec::<serde_json::Value>::new());
    drop(app);

    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S1"));
    only_session(&desktop, &variables);
    screen.close(title);
    holds("the window is gone", || screen.titles().is_empty());
    assert_eq!(sessions(&desktop, &variables), Vec::<serde_json::Value>::new());
    drop(app);

    // It can be taken back.
    let app = App::start(&desktop, &variables, &[]);
    let chosen = || app.invoke("status", json!({})).unwrap()["quit_choice"].clone();
    assert_eq!(chosen(), "end_all");
    app.click("nav-settings");
    app.click_css("[data-testid=quit-choice] [aria-checked=true][data-value=end_all]");
    app.click_css("[data-testid=quit-choice] [data-value=ask]");
    holds("quitting asks again", || chosen() == "ask");
}
