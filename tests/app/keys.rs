//! The main flow without a pointer.

use crate::app::App;
use crate::desktop::Desktop;
use crate::patience::{eventually, holds};
use crate::steps::{only_session, role_key, sessions};
use crate::world::World;

#[test]
fn switch_copy_browse_and_back_by_keyboard_alone() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let story = world.story("S13");
    let app = App::start(&desktop, &variables, &[]);
    let press = |keys: &[&str]| app.page().press(keys).unwrap();
    app.find("role-row");

    press(&["/"]);
    holds("the filter has the focus", || focus(&app) == "role-filter");
    for letter in story.profile().chars() {
        press(&[&letter.to_string()]);
    }
    let key = role_key(&app, story.profile());
    let chosen = format!(
        "[data-testid=role-row][data-key={}][aria-selected=true]",
        serde_json::json!(key)
    );
    eventually("the role is chosen", || {
        let found = app.page().all(&chosen).is_ok_and(|rows| !rows.is_empty());
        if !found {
            press(&["Down"]);
        }
        found.then_some(())
    });
    press(&["Ctrl+Enter"]);
    app.find("session-page");
    only_session(&desktop, &variables);

    holds("the focus is on copying", || focus(&app) == "copy-env");
    press(&["Enter"]);
    eventually("the export is on the clipboard", || {
        desktop.clipboard().contains("AWS_SESSION_TOKEN").then_some(())
    });
    press(&["b"]);
    holds("buckets are shown", || {
        app.has("bucket-row", &[]) || app.has("bucket-name-input", &[])
    });
    press(&["Ctrl+2"]);
    app.find("session-page");
    press(&["Ctrl+Backspace"]);
    holds("no session is live", || sessions(&desktop, &variables).is_empty());
    press(&["Ctrl+4"]);
    app.find_with("history-row", &[("event", "switch_back")]);
}

/// The test ID of what has the focus.
fn focus(app: &App) -> String {
    let focus = app
        .page()
        .run("return document.activeElement?.dataset.testid ?? ''", &[])
        .unwrap();
    focus.as_str().unwrap_or_default().to_owned()
}
