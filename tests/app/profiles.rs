//! A profile written and removed through the window.

use std::fs;
use std::path::PathBuf;

use crate::app::App;
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::switch;
use crate::world::World;

#[test]
fn a_profile_is_written_from_the_session_and_removed_in_the_settings() {
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
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));

    app.click("write-profile");
    app.find("profile-dialog");
    app.type_into("profile-name", "mine");
    app.text_that("profile-diff", "the change under its name", |shown| {
        shown.contains("[profile mine]") && shown.contains("credential_process = ")
    });
    assert_eq!(text(), before, "nothing is written before it is asked for");
    app.click("profile-confirm");
    app.click("profile-close");
    let written = text();
    assert!(written.starts_with(&before) && written.contains("[profile mine]\n"));
    app.find_with("use-profile", &[("profile", "mine")]);

    app.click("nav-settings");
    app.click("settings-profiles");
    app.find_with("written-profile", &[("profile", "mine")]);
    app.click("remove-profile");
    app.gone("written-profile", &[("profile", "mine")]);
    holds("the file is as it was", || text() == before);
}
