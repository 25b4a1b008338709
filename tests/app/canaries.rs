//! G2: no secret crosses to the page, whatever the page asks and whatever it was shown before.

use serde_json::{Value, json};

use crate::app::{App, hat, plain};
use crate::desktop::Desktop;
use crate::patience::holds;
use crate::steps::{only_session, switch};
use crate::world::World;

/// What the page can ask for without changing anything. Where it needs a session, `SESSION` stands.
const QUESTIONS: [(&str, &str); 20] = [
    ("status", "{}"),
    ("catalog", "{}"),
    ("sessions", "{}"),
    ("portals", "{}"),
    ("discoveries", "{}"),
    ("teams", "{}"),
    ("devices", "{}"),
    ("access_keys", r#"{"request":{"ask_aws":false}}"#),
    ("written_profiles", "{}"),
    ("endpoints", "{}"),
    ("console_services", "{}"),
    ("browser_settings", "{}"),
    ("terminals", "{}"),
    ("terminal_settings", "{}"),
    ("terminal_command", r#"{"request":{"session_id":"SESSION"}}"#),
    (
        "env_preview",
        r#"{"request":{"session_id":"SESSION","shell":"posix"}}"#,
    ),
    (
        "env_preview",
        r#"{"request":{"session_id":"SESSION","shell":"json"}}"#,
    ),
    ("history", r#"{"request":{"query":{"limit":100}}}"#),
    ("buckets", r#"{"request":{"session_id":"SESSION"}}"#),
    ("transfers", "{}"),
];

#[test]
fn g2_the_page_gets_no_secret() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let story = world.story("S13");
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, story);
    let session = only_session(&desktop, &variables);
    let printed = plain(&desktop, hat(), &variables)
        .args(["credential-process", story.profile()])
        .output()
        .unwrap();
    let printed: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let mut secrets = vec![text(&printed["SecretAccessKey"]), text(&printed["SessionToken"])];

    // Each way out that the session's page offers, so that whatever could be left behind is.
    let id = session["id"].as_str().unwrap();
    let env = json!({ "request": { "session_id": id, "shell": "posix" } });
    let mut told = vec![("copy_env", app.invoke("copy_env", env).unwrap().to_string())];
    holds("the export is on the clipboard", || {
        desktop.clipboard().contains(&secrets[0])
    });
    let home = json!({ "request": { "session_id": id, "page": { "kind": "home" }, "browser": null } });
    let copied = app.invoke("copy_console_link", home).unwrap();
    told.push(("copy_console_link", copied.to_string()));
    holds("the link is on the clipboard", || {
        desktop.clipboard().contains("SigninToken=")
    });
    let link = desktop.clipboard();
    let token = link
        .split("SigninToken=")
        .nth(1)
        .unwrap()
        .split('&')
        .next()
        .unwrap();
    secrets.push(token.trim().to_owned());
    let opened = app
        .invoke("open_endpoint", json!({ "request": { "session_id": id } }))
        .unwrap();
    told.push(("open_endpoint", opened.to_string()));
    let served = plain(&desktop, hat(), &variables)
        .args(["serve", story.profile(), "--detach", "--shell", "json"])
        .output()
        .unwrap();
    let served: Value = serde_json::from_slice(&served.stdout).unwrap();
    secrets.push(text(&served["AWS_CONTAINER_AUTHORIZATION_TOKEN"]));
    assert!(secrets.iter().all(|secret| secret.len() >= 16));

    for (command, arguments) in QUESTIONS {
        let arguments = serde_json::from_str(&arguments.replace("SESSION", id)).unwrap();
        let answer = app
            .invoke(command, arguments)
            .unwrap_or_else(|why| panic!("{command}: {why}"));
        told.push((command, answer.to_string()));
    }
    for view in ["nav-roles", "nav-history", "nav-sessions"] {
        app.click(view);
        let page = app
            .page()
            .run("return document.documentElement.outerHTML", &[])
            .unwrap();
        told.push((view, text(&page)));
    }
    for (place, answer) in &told {
        for secret in &secrets {
            assert!(
                !answer.contains(secret),
                "{place} tells a secret of {} characters",
                secret.len()
            );
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
