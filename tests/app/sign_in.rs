//! Identity Center in the window: signing in, the roles it lists, and signing out.

use serde_json::{Value, json};

use crate::app::{App, hat_json};
use crate::browser::{Browser, allow};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::{choose, only_session, sessions};
use crate::world::World;

fn portal(world: &World) -> &Value {
    &world.told["sign_in"]["portals"][0]
}

/// A switch asks for a sign-in, and goes on by itself once the person is done in the browser.
#[test]
fn a_switch_waits_for_the_browser_and_then_goes_on() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let browser = Browser::new();
    let variables = browser.among(world.variables());
    let story = &world.told["sign_in"];
    let app = App::start(&desktop, &variables, &[]);

    app.click("nav-roles");
    choose(&app, story["profile"].as_str().unwrap());
    app.click("switch-button");
    app.find("sign-in-dialog");
    app.click("sign-in-browser");
    allow(&browser.page(), portal(&world));
    app.find("session-page");
    app.gone("sign-in-dialog", &[]);
    let session = only_session(&desktop, &variables);
    assert_eq!(session["role_name"], story["role_name"]);
    assert_eq!(browser.opened().len(), 1);

    // The next role of the portal asks nobody, and a role one hop behind it neither.
    app.click("nav-roles");
    choose(&app, story["hop"]["profile"].as_str().unwrap());
    app.click("switch-button");
    app.find("session-page");
    holds("both are live", || sessions(&desktop, &variables).len() == 2);

    app.click("browse-s3");
    crate::journey::open_bucket(&app, story["hop"]["bucket"].as_str().unwrap());
    let key = story["hop"]["keys"][0].as_str().unwrap();
    crate::journey::walk_to(&app, key);

    app.click("nav-history");
    app.find_with("history-row", &[("event", "sign_in"), ("outcome", "ok")]);
}

/// Signed in from the settings by a code, the portal's roles are listed; signed out, they are gone.
#[test]
fn a_sign_in_by_code_lists_roles_and_a_sign_out_takes_them_away() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let browser = Browser::new();
    let variables = browser.among(world.variables());
    let name = portal(&world)["session"].as_str().unwrap();
    let app = App::start(&desktop, &variables, &[]);
    let from_portal = || {
        let roles = hat_json(&desktop, &variables, &["roles"]);
        let roles = roles.as_array().unwrap();
        roles.iter().filter(|role| role["profile"].is_null()).count()
    };
    assert_eq!(from_portal(), 0);

    app.click("nav-settings");
    app.click("settings-sources");
    app.click_css(&format!(
        "[data-testid=portal-row][data-portal='{name}'] [data-testid=portal-sign-in]"
    ));
    app.click("sign-in-code");
    app.text_that("sign-in-user-code", "is shown", |code| !code.is_empty());
    // Whoever asks meanwhile gets the same sign-in, and with it the page that stands beside the code.
    let request = json!({ "request": { "portal": name, "device": true, "anew": false } });
    let joined = app.invoke("sign_in", request).unwrap();
    assert_eq!(joined["sign_in"]["begun"], false, "{joined}");
    allow(joined["sign_in"]["url"].as_str().unwrap(), portal(&world));
    app.gone("sign-in-dialog", &[]);
    assert!(browser.opened().is_empty(), "a code is for a browser anywhere");
    holds("the roles are listed", || from_portal() > 0);

    app.click_css(&format!(
        "[data-testid=portal-row][data-portal='{name}'] [data-testid=portal-sign-out]"
    ));
    app.click("sign-out-confirm");
    holds("the roles are gone", || from_portal() == 0);
}
