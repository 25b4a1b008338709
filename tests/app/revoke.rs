//! The sessions of a role revoked through the window, and let work again.

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::{only_session, sessions, switch};
use crate::world::World;

#[test]
fn sessions_are_revoked_after_it_is_shown_whom_that_hits() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("S13");
    switch(&app, story);
    let first = only_session(&desktop, &variables);
    let revoked = || {
        sessions(&desktop, &variables)
            .iter()
            .all(|session| session["revoked"] == true)
    };

    app.click("session-menu");
    app.click("menu-revoke");
    app.text_that("revoke-signer", "who signs", |text| text.contains("custodian"));
    assert!(app.text("revoke-whom").contains("not only yours"));
    assert!(app.text("revoke-hits").contains(story.role_name()));
    assert!(!revoked(), "nothing is done before it is asked for");
    app.click("revoke-confirm");
    app.find("revoke-close");
    assert!(revoked());

    // One's own session is got anew from the dialog, and the page no longer says that it is of no use.
    app.click("revoked-renew");
    holds("the session is a new one", || !revoked());
    let second = only_session(&desktop, &variables);
    assert_ne!(first["access_key_id"], second["access_key_id"]);
    app.gone("revoked-session", &[]);
    app.click("revoke-close");
    app.gone("session-revoked", &[]);

    app.click("session-menu");
    app.click("menu-undo-revoke");
    app.find("revoke-signer");
    app.click("revoke-confirm");
    app.gone("revoke-dialog", &[]);
    let told = hat_json(&desktop, &variables, &["history", "--event", "revoke_undo"]);
    assert_eq!(told[0]["outcome"], "ok", "{told}");
    app.click("nav-history");
    app.find_with("history-row", &[("event", "revoke")]);
}
