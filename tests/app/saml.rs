//! Signing in at a SAML provider: in its own window, which can do nothing, and by pasting.

use serde_json::{Value, json};

use crate::app::{App, Variables, hat_json};
use crate::browser::fetch;
use crate::desktop::Desktop;
use crate::patience::{eventually, holds};
use crate::provider::Provider;
use crate::screen::Screen;
use crate::steps::only_session;
use crate::world::World;

const NAME: &str = "directory";
const ROLE: &str = "saml:directory:330000000001:ConsoleFederation";

/// Adds the provider by hand, in the settings, and asks to sign in there.
fn add_and_ask(app: &App, url: &str) {
    app.click("nav-settings");
    app.click("settings-sources");
    app.click("saml-add");
    app.type_into("saml-name", NAME);
    app.type_into("saml-address", url);
    app.click("saml-add-confirm");
    app.gone("saml-dialog", &[]);
    ask(app);
}

fn ask(app: &App) {
    app.click_css(&format!(
        "[data-testid=portal-row][data-portal={NAME}] [data-testid=portal-sign-in]"
    ));
    app.find("sign-in-dialog");
}

fn switch(app: &App) {
    app.click("nav-roles");
    app.type_into("role-filter", "ConsoleFederation");
    app.click_with("role-row", &[("key", ROLE)]);
    app.find("role-detail");
    app.click("switch-button");
}

fn state(desktop: &Desktop, variables: &Variables) -> Value {
    hat_json(desktop, variables, &["saml", "list"])[0].clone()
}

fn story(world: &World) -> &Value {
    &world.told["kinds"]
}

/// The page that signs one in without a question, as a provider does that knows the person already.
fn at_once(world: &World) -> String {
    format!("{}?auto", story(world)["saml_start_url"].as_str().unwrap())
}

fn windows(screen: &Screen) -> usize {
    screen
        .titles()
        .iter()
        .filter(|title| title.contains("Sign in to"))
        .count()
}

/// The page sends its form by script before it is done loading; what is in it comes here and not to AWS.
#[test]
fn s8_a_sign_in_in_its_own_window_lists_roles_and_a_switch_takes_one() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let screen = Screen::of(&desktop);
    add_and_ask(&app, &at_once(&world));
    app.click("sign-in-browser");
    app.gone("sign-in-dialog", &[]);
    holds("the window has gone", || windows(&screen) == 0);
    assert_eq!(state(&desktop, &variables)["roles"], 2);

    switch(&app);
    app.find("session-page");
    let session = only_session(&desktop, &variables);
    assert_eq!(session["role_name"], "ConsoleFederation");
    let user = story(&world)["saml_users"][0].as_str().unwrap();
    let arn = session["assumed_role_arn"].as_str().unwrap();
    assert!(
        arn.ends_with(&format!(":assumed-role/ConsoleFederation/{user}")),
        "{arn}"
    );
    app.click("nav-history");
    app.find_with("history-row", &[("event", "sign_in"), ("outcome", "ok")]);
}

/// The provider refuses to be embedded: the person signs in elsewhere and pastes. The window that stays open is closed.
#[test]
fn a_response_that_is_pasted_signs_in_too() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let screen = Screen::of(&desktop);
    add_and_ask(&app, story(&world)["saml_start_url"].as_str().unwrap());
    app.click("sign-in-browser");
    holds("the page is shown, and whose it is", || {
        screen
            .titles()
            .contains(&format!("127.0.0.1 – Sign in to {NAME}"))
    });
    let page = fetch(&at_once(&world));
    let (_, rest) = page.split_once("name=\"SAMLResponse\" value=\"").unwrap();
    let (response, _) = rest.split_once('"').unwrap();
    app.click("sign-in-paste");
    app.type_into("saml-response", "no response");
    app.click("saml-give");
    app.text_that("sign-in-error", "says why", |text| {
        text.contains("not a SAML response")
    });
    app.type_into("saml-response", response);
    app.click("saml-give");
    app.gone("sign-in-dialog", &[]);
    holds("the window has gone", || windows(&screen) == 0);
    switch(&app);
    app.find("session-page");
    assert_eq!(
        only_session(&desktop, &variables)["role_name"],
        "ConsoleFederation"
    );
}

#[test]
fn closing_the_window_gives_the_sign_in_up() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let screen = Screen::of(&desktop);
    add_and_ask(&app, story(&world)["saml_start_url"].as_str().unwrap());
    app.click("sign-in-browser");
    let title = format!("127.0.0.1 – Sign in to {NAME}");
    holds("the page is shown", || screen.titles().contains(&title));
    screen.close(&title);
    app.text_that("sign-in-error", "says so", |text| text.contains("given up"));
    // Hatrack's own window is not touched by it.
    assert_eq!(app.invoke("status", json!({})).unwrap()["agent"], "ok");
    app.click("sign-in-cancel");
    app.gone("sign-in-dialog", &[]);
}

/// What a hostile page tries, and how it went: everything has to be refused or not to be there.
const TRIES: &str = "<!doctype html><title>Sign in</title><form method=post action='https://elsewhere.example/saml'>\
    <input name=SAMLResponse value=canary></form><script>(async () => {\
    const tried = {};\
    tried.internals = typeof window.__TAURI_INTERNALS__;\
    tried.ipc = typeof window.ipc;\
    tried.own = typeof window.webkit?.messageHandlers?.hatrack;\
    tried.tauri = typeof window.webkit?.messageHandlers?.ipc;\
    const from = async (url, options) => { try { const got = await fetch(url, options); return got.status + ' ' + await got.text(); }\
      catch (error) { return 'refused'; } };\
    tried.status = await from('ipc://localhost/status', { method: 'POST', body: '{}',\
      headers: { 'Content-Type': 'application/json', 'Tauri-Callback': '1', 'Tauri-Error': '2' } });\
    tried.page = await from('tauri://localhost/index.html');\
    tried.opened = String(window.open('https://elsewhere.example/'));\
    location.href = 'tauri://localhost/';\
    location.href = 'file:///etc/passwd';\
    for (let n = 0; n < 20; n += 1) await from('/aws');\
    tried.at = location.pathname;\
    await fetch('/report', { method: 'POST', body: JSON.stringify(tried) });\
    })()</script>";

#[test]
fn d49_the_providers_window_can_call_nothing() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let provider = Provider::start(TRIES.into());
    let app = App::start(&desktop, &variables, &[]);
    add_and_ask(&app, &provider.url);
    app.click("sign-in-browser");
    let tried = eventually("the page has tried", || provider.report());
    for absent in ["internals", "ipc", "own", "tauri"] {
        assert_eq!(tried[absent], "undefined", "{absent}: {tried}");
    }
    let status = tried["status"].as_str().unwrap();
    assert!(!status.contains("agent") && !status.starts_with("200"), "{tried}");
    assert_eq!(tried["page"], "refused", "{tried}");
    assert_eq!(tried["opened"], "null", "{tried}");
    assert_eq!(tried["at"], "/aws", "{tried}");
    assert_eq!(state(&desktop, &variables)["signed_in_until"], Value::Null);
    // The window that may is still the one that can.
    assert_eq!(app.invoke("status", json!({})).unwrap()["agent"], "ok");
}
