//! An MFA device whose secret is in the vault.

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::steps::{choose, only_session};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_was_added_is_asked_for_no_code() {
    let desktop = Desktop::new().with_keyring().await;
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let story = world.story("X2");
    let app = App::start(&desktop, &variables, &[]);
    app.click("nav-settings");
    app.click("settings-mfa");
    app.click("device-add");
    app.page()
        .run(
            "document.querySelector('[data-testid=device-serial]').select()",
            &[],
        )
        .unwrap();
    app.type_into("device-serial", story.field("mfa_serial"));
    app.type_into("device-secret", story.field("mfa_seed"));
    app.click("device-add-submit");
    app.find_with("device-row", &[("serial", story.field("mfa_serial"))]);
    let html = app.page().run("return document.documentElement.outerHTML", &[]);
    assert!(!html.unwrap().to_string().contains(story.field("mfa_seed")));

    app.click("nav-roles");
    choose(&app, story.profile());
    app.click("switch-button");
    app.find("session-page");
    let session = only_session(&desktop, &variables);
    assert_eq!(session["role_name"], story.role_name());
    let devices = hat_json(&desktop, &variables, &["mfa", "list"]);
    assert_eq!(devices[0]["serial"], story.field("mfa_serial"));
}
