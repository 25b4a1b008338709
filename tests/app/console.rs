//! The AWS console from the window: opened in the browser, copied as a link that the page never sees.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::app::{App, hat_json};
use crate::browser::{Browser, fetch};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::{choose_option, switch};
use crate::world::World;

/// Where the page that the browser was given leads.
fn led_to(address: &str) -> String {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let to = answer.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("location").then(|| value.to_owned())
    });
    to.unwrap_or_else(|| panic!("{answer}"))
}

#[test]
fn the_console_opens_as_the_sessions_role_and_the_link_stays_out_of_sight() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let browser = Browser::new();
    let variables = browser.among(world.variables());
    let story = world.story("S2");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, story);

    app.click("open-console");
    let address = browser.page();
    assert!(!address.contains("SigninToken"), "{address}");
    let link = led_to(&address);
    let page = fetch(&link);
    let role = story.0["role_arn"].as_str().unwrap().rsplit('/').next().unwrap();
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(role), "{page}");

    app.click("console-menu");
    app.click("menu-console-link");
    app.find("clear-clipboard");
    let rows = || hat_json(&desktop, &variables, &["history", "--event", "console"]);
    holds("both are in the history", || {
        rows().as_array().is_some_and(|rows| rows.len() == 2)
    });
    assert!(!rows().to_string().contains("SigninToken"));
    let told = app.invoke("sessions", serde_json::json!({})).unwrap();
    assert!(!told.to_string().contains("SigninToken"));
    assert_eq!(browser.opened().len(), 1);
}

#[test]
fn a_service_is_found_by_typing_and_opens_in_the_browser_chosen_for_this_once() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let browser = Browser::new();
    let variables = browser.among_the_known(world.variables(), "chromium");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S2"));

    app.click("console-menu");
    app.click("menu-console-page");
    app.type_into("console-search", "s3");
    app.find_with("console-page", &[("page", "s3")]);
    choose_option(&app, "console-browser", "Chromium");
    app.click("console-go");
    // It is open once the browser has come for it.
    let link = led_to(&browser.page());
    assert!(link.contains("s3%2Fhome"), "{link}");
    app.gone("console-dialog", &[]);
    let rows = hat_json(&desktop, &variables, &["history", "--event", "console"]);
    assert_eq!(rows.as_array().unwrap().len(), 1, "{rows}");

    app.click("console-menu");
    app.click("menu-console-page");
    app.type_into("console-search", "https://console.aws.amazon.com.evil.example/");
    app.find_with("console-page", &[("page", "url")]);
    app.click("console-go");
    app.text_that("console-error", "refuses another's page", |said| {
        said.contains("is no page of this partition")
    });
    assert_eq!(browser.opened().len(), 1);
}

#[test]
fn the_browser_and_an_accounts_part_of_it_are_chosen_in_the_settings() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let browser = Browser::new();
    let variables = browser.among_the_known(world.variables(), "chromium");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S2"));
    app.click("nav-settings");
    app.click("settings-browsers");
    choose_option(&app, "browser-choice", "Chromium");
    app.text_that("browser-choice", "is Chromium", |said| {
        said.starts_with("Chromium")
    });
    app.click("browser-separate");
    holds("accounts are kept apart", || {
        let on = app
            .page()
            .all("[data-testid=browser-separate][aria-checked=true]");
        on.is_ok_and(|found| !found.is_empty())
    });
    app.click("nav-sessions");
    app.click("open-console");
    let told = browser.told();
    assert!(told.contains("--profile-directory=Hatrack "), "{told}");
}
