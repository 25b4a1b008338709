//! The tray menu does the daily work without the window.

use serde_json::json;

use crate::app::App;
use crate::desktop::Desktop;
use crate::patience::{eventually, holds};
use crate::screen::Screen;
use crate::steps::{only_session, role_key};
use crate::tray::{Menu, Tray};
use crate::world::{Story, World};

const TITLE: &str = "Sandbox – Hatrack";

/// Has a story's role as the only favourite, and clicks it in the menu.
async fn click_favourite(app: &App, menu: &Menu, story: Story<'_>) {
    let key = role_key(app, story.profile());
    let star = |key: &str, on: bool| {
        app.invoke(
            "set_favourite",
            json!({ "request": { "role_key": key, "on": on } }),
        )
        .unwrap();
    };
    let catalog = app.invoke("catalog", json!({})).unwrap();
    let starred = catalog["roles"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|role| role["favourite"] == true);
    starred.for_each(|role| star(role["key"].as_str().unwrap(), false));
    star(&key, true);
    let role = story.role_name();
    let line = menu
        .line("of the favourite", |label| label.ends_with(&format!(" / {role}")))
        .await;
    menu.click(&line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_favourite_switches_and_its_export_is_copied_without_the_window() {
    let desktop = Desktop::new();
    let mut tray = Tray::start(&desktop).await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &[]);
    let menu = tray.menu().await;
    holds("the tray is known", || {
        app.invoke("status", json!({})).unwrap()["tray_host"] == true
    });
    screen.close(TITLE);
    holds("the window is hidden", || screen.titles().is_empty());

    let story = world.story("S13");
    click_favourite(&app, &menu, story).await;
    let session = only_session(&desktop, &variables);
    assert!(session["arn"].as_str().unwrap().ends_with(story.role_name()));
    let copy = menu
        .line("to copy for fish", |label| label.ends_with("> Copy env > fish"))
        .await;
    menu.click(&copy).await;
    eventually("the export is on the clipboard", || {
        desktop
            .clipboard()
            .contains("set -gx AWS_SESSION_TOKEN")
            .then_some(())
    });
    assert_eq!(
        screen.titles(),
        Vec::<String>::new(),
        "the window came up by itself"
    );
    app.find_with("session-link", &[("session", session["id"].as_str().unwrap())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_needs_a_code_brings_the_window_up_with_the_question() {
    let desktop = Desktop::new();
    let mut tray = Tray::start(&desktop).await;
    let world = World::start(&desktop, &[]);
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &world.variables(), &[]);
    let menu = tray.menu().await;
    holds("the tray is known", || {
        app.invoke("status", json!({})).unwrap()["tray_host"] == true
    });
    screen.close(TITLE);
    holds("the window is hidden", || screen.titles().is_empty());

    let story = world.story("X2");
    click_favourite(&app, &menu, story).await;
    app.find("mfa-code");
    holds("the window shows", || screen.titles() == [TITLE]);
    app.type_into("mfa-code", &story.code());
    app.find("session-page");
}

/// The tray's library is loaded when it is first used; a system without it must still get a window.
#[test]
fn without_the_trays_library_there_is_a_window_and_no_icon() {
    let desktop = Desktop::new();
    let broken = desktop.home().join("lib");
    std::fs::create_dir(&broken).unwrap();
    for name in ["libayatana-appindicator3.so.1", "libappindicator3.so.1"] {
        std::fs::write(broken.join(name), "no library").unwrap();
    }
    let variables = vec![(
        "LD_LIBRARY_PATH".to_owned(),
        broken.to_string_lossy().into_owned(),
    )];
    let app = App::start(&desktop, &variables, &[]);
    let status = app.invoke("status", json!({})).unwrap();
    assert_eq!(
        (&status["agent"], &status["tray_host"]),
        (&json!("ok"), &json!(false))
    );
}
