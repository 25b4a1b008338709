//! Switching back in the window, and undoing it there.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::notifier::{Notifier, Told};
use crate::patience::{LIMIT, holds};
use crate::screen::Screen;
use crate::steps::{only_session, switch};
use crate::world::World;

#[test]
fn a_switch_back_is_undone_and_then_done() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let (_, config) = variables
        .iter()
        .find(|(name, _)| name == "AWS_CONFIG_FILE")
        .unwrap();
    let config = PathBuf::from(config);
    let text = || fs::read_to_string(&config).unwrap();
    let before = text();
    let sessions = || hat_json(&desktop, &variables, &["sessions"]);
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    app.click("write-profile");
    app.find("profile-dialog");
    app.type_into("profile-name", "mine");
    app.click("profile-confirm");
    app.click("profile-close");
    app.find_with("use-profile", &[("profile", "mine")]);
    let session = sessions()[0].clone();

    // Nothing in between: there are eight seconds.
    app.click("switch-back");
    app.click("undo");
    holds("the same session is back", || {
        let again = &sessions()[0];
        again["id"] == session["id"] && again["access_key_id"] == session["access_key_id"]
    });
    app.find_with("use-profile", &[("profile", "mine")]);
    assert_ne!(text(), before, "its profile has gone");

    app.click("switch-back");
    holds("its profile goes with it", || text() == before);
    app.gone("undo", &[]);
    assert_eq!(sessions().as_array().map(Vec::len), Some(0));
    let rows = hat_json(&desktop, &variables, &["history", "--event", "switch_back"]);
    let told = |row: &Value| row["detail"] == "Removed the profile mine";
    assert!(
        rows.as_array()
            .is_some_and(|rows| rows.len() == 2 && rows.iter().all(told)),
        "{rows}"
    );
}

/// Where no window is in sight a notification offers it, for as long as it can be undone.
#[tokio::test(flavor = "multi_thread")]
async fn a_notification_undoes_it_where_the_window_is_hidden() {
    let desktop = Desktop::new();
    let mut notifier = Notifier::start(&desktop, &["actions", "body"]).await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &["--hidden"]);
    hat_json(&desktop, &variables, &["switch", world.story("S13").profile()]);
    let session = only_session(&desktop, &variables);
    let switch_back = || {
        let request = json!({ "session_id": session["id"], "clipboard": false });
        app.invoke("switch_back", json!({ "request": request })).unwrap()
    };
    let is_back = || {
        let sessions = hat_json(&desktop, &variables, &["sessions"]);
        sessions[0]["access_key_id"] == session["access_key_id"]
    };

    switch_back();
    let offered = notifier.shown(LIMIT).await;
    assert!(offered.summary.starts_with("Switched back from "), "{offered:?}");
    assert!(
        offered.body.starts_with("AWS accepts the credentials until "),
        "{offered:?}"
    );
    assert_eq!(offered.actions[2..], ["undo", "Undo"], "{offered:?}");
    notifier.press(offered.id, "undo", is_back).await;
    assert_eq!(screen.titles(), Vec::<String>::new(), "an undo needs no window");

    switch_back();
    let again = notifier.shown(LIMIT).await;
    loop {
        match notifier.next(LIMIT).await {
            Told::Closed(closed) if closed == again.id => break,
            Told::Closed(_) => {}
            Told::Shown(other) => panic!("{other:?}"),
        }
    }
    assert!(!is_back());
}
