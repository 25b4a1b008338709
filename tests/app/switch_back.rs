//! Switching back in the window, and undoing it there.

use std::fs;
use std::path::PathBuf;

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::switch;
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

    app.click("switch-back");
    app.find("undo");
    assert_eq!(sessions().as_array().map(Vec::len), Some(0));
    app.click("undo");
    holds("the same session is back", || {
        let again = &sessions()[0];
        again["id"] == session["id"] && again["access_key_id"] == session["access_key_id"]
    });
    app.find_with("use-profile", &[("profile", "mine")]);
    assert_ne!(text(), before, "its profile has gone");

    app.click("switch-back");
    app.find("undo");
    holds("its profile goes with it", || text() == before);
    app.gone("undo", &[]);
    assert_eq!(sessions().as_array().map(Vec::len), Some(0));
    let rows = hat_json(&desktop, &variables, &["history", "--event", "switch_back"]);
    let told = |row: &serde_json::Value| row["detail"] == "Removed the profile mine";
    assert!(
        rows.as_array()
            .is_some_and(|rows| rows.len() == 2 && rows.iter().all(told)),
        "{rows}"
    );
}
