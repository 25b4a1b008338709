//! A session's endpoint, switched on in the window: copied for a program, used, told of, and closed with the session.

use std::io::{Read, Write};
use std::net::TcpStream;

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::patience::{eventually, holds};
use crate::steps::switch;
use crate::world::World;

const ADDRESS: &str = "return document.querySelector('[data-testid=endpoint-address]').textContent";

/// What a POSIX shell would have in `name` after these lines.
fn value(lines: &str, name: &str) -> String {
    let line = lines
        .lines()
        .find_map(|line| line.strip_prefix(&format!("export {name}='")));
    line.and_then(|value| value.strip_suffix('\''))
        .unwrap()
        .to_owned()
}

/// What a program gets that asks as SDKs do.
fn ask(address: &str, token: &str) -> Option<String> {
    let (host, path) = address.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).ok()?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

#[test]
fn an_endpoint_is_opened_copied_used_and_closed_with_its_session() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    assert!(
        !app.has("endpoint-address", &[]),
        "it is off until it is asked for"
    );

    app.click("endpoint-switch");
    app.find("endpoint-address");
    let shown = app.page().run(ADDRESS, &[]).unwrap();
    let shown = shown.as_str().unwrap();
    app.click("copy-endpoint");
    let copied = eventually("the variables are on the clipboard", || {
        Some(desktop.clipboard()).filter(|text| text.contains("AWS_CONTAINER_AUTHORIZATION_TOKEN"))
    });
    let address = value(&copied, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let token = value(&copied, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    assert!(
        address == format!("http://{shown}/credentials"),
        "{address} {shown}"
    );

    let answer = ask(&address, &token).unwrap();
    let key = hat_json(&desktop, &variables, &["sessions"])[0]["access_key_id"].clone();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains(key.as_str().unwrap()));
    assert!(ask(&address, "wrong").unwrap().starts_with("HTTP/1.1 403"));
    app.find_with("endpoint-use", &[("outcome", "served")]);
    app.find_with("endpoint-use", &[("outcome", "refused")]);
    // Its token is nowhere that the page looks.
    for command in ["endpoints", "sessions"] {
        let told = app.invoke(command, serde_json::json!({})).unwrap();
        assert!(!told.to_string().contains(&token), "{command}");
    }
    let page = app
        .page()
        .run("return document.documentElement.outerHTML", &[])
        .unwrap();
    assert!(!page.to_string().contains(&token), "the page holds the token");

    app.click("switch-back");
    holds("it is closed with its session", || {
        ask(&address, &token).is_none()
    });
    let rows = || hat_json(&desktop, &variables, &["history", "--event", "endpoint_close"]);
    holds("the history tells", || {
        rows().as_array().is_some_and(|rows| rows.len() == 1)
    });
    assert!(!rows().to_string().contains(&token));
}
