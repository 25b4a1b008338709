//! What `make run` does where there is no display: a short tour of the real window on the sandbox, with pictures.

use std::path::PathBuf;

use crate::app::App;
use crate::desktop::Desktop;
use crate::journey::open_bucket;
use crate::steps::switch;
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
    app.save_picture(&shots.join("roles.png"));

    switch(&app, story);
    app.find("session-countdown");
    app.gone("toast", &[]);
    app.save_picture(&shots.join("session.png"));

    app.click("browse-s3");
    open_bucket(&app, story.bucket());
    app.find("object-row");
    app.save_picture(&shots.join("buckets.png"));

    app.click("nav-history");
    app.find_with("history-row", &[("event", "switch")]);
    app.save_picture(&shots.join("history.png"));
}
