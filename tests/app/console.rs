//! The AWS console from the window: opened in the browser, copied as a link that the page never sees.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::app::{App, hat_json};
use crate::browser::{Browser, fetch};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::switch;
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
