//! What `make run` does where there is no display: a short tour of the real window on the sandbox, with pictures.

use std::path::PathBuf;

use crate::app::App;
use crate::desktop::Desktop;
use crate::journey::open_bucket;
use crate::steps::role_key;
use crate::world::World;

/// Leaves `roles.png`, `session.png`, `buckets.png` and `history.png` in HATRACK_SHOTS.
#[test]
#[ignore = "run by `make run` without a display"]
fn headless_tour() {
    let shots = PathBuf::from(std::env::var_os("HATRACK_SHOTS").expect("HATRACK_SHOTS names the folder"));
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let app = App::start(&desktop, &world.variables(), &[]);
    let story = world.story("S13");
    app.find("role-row");
    // There is no keyring on this desktop; it says so once.
    app.click_css("[data-testid=notice] button");
    // The sandbox stars its stories' roles, so this one is in sight.
    let key = role_key(&app, story.profile());
    app.click_with("role-row", &[("key", &key)]);
    app.find("role-detail");
    app.save_picture(&shots.join("roles.png"));

    app.click("switch-button");
    app.find("session-page");
    app.click("copy-env");
    // It would stand in the way of the pictures.
    app.find("toast");
    app.gone("toast", &[]);
    app.save_picture(&shots.join("session.png"));

    app.click("browse-s3");
    open_bucket(&app, story.bucket());
    app.click_css("[data-testid=object-row][data-kind=object]");
    app.find("preview-text");
    app.click("download-button");
    app.find_with("transfer-row", &[("state", "done")]);
    app.save_picture(&shots.join("buckets.png"));

    app.click("nav-history");
    app.find_with("history-row", &[("event", "download")]);
    app.save_picture(&shots.join("history.png"));
}
