//! Reminders by desktop notification, with buttons that work.

use std::time::Duration;

use crate::app::{App, hat, plain};
use crate::desktop::Desktop;
use crate::notifier::{Notifier, Told};
use crate::steps::{only_session, sessions, switch};
use crate::world::World;

const SOON: Duration = Duration::from_secs(40);

/// A session of a little over five minutes passes the five minute mark at once.
#[tokio::test(flavor = "multi_thread")]
async fn the_renew_button_renews_and_takes_the_reminder_away() {
    let desktop = Desktop::new();
    let mut notifier = Notifier::start(&desktop, &["actions", "body", "body-markup"]).await;
    let world = World::start(&desktop, &["--max-life", "305s"]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("S13");
    switch(&app, story);
    let before = only_session(&desktop, &variables);

    let reminder = notifier.shown(SOON).await;
    assert!(reminder.summary.contains(story.role_name()), "{reminder:?}");
    assert_eq!(
        reminder.actions[2..],
        ["renew", "Renew", "switch-back", "Switch back"],
        "{reminder:?}"
    );
    let renewed = || only_session(&desktop, &variables)["access_key_id"] != before["access_key_id"];
    notifier.press(reminder.id, "renew", renewed).await;
    let after = only_session(&desktop, &variables);
    assert_eq!(after["id"], before["id"], "a renewal keeps the session");
    assert!(after["expires_at"].as_str() > before["expires_at"].as_str());

    // The reminder is done with; at its own mark the renewed session is reminded of anew.
    closed(&mut notifier, reminder.id).await;
    let again = notifier.shown(SOON).await;
    assert!(again.body.starts_with("Ends at "), "{again:?}");
    let renewed = plain(&desktop, hat(), &variables)
        .args(["renew", story.profile()])
        .output()
        .unwrap();
    assert!(
        renewed.status.success(),
        "{}",
        String::from_utf8_lossy(&renewed.stderr)
    );
    closed(&mut notifier, again.id).await;

    let last = notifier.shown(SOON).await;
    assert_eq!(last.replaces, 0, "what was taken away is not replaced");
    let gone = || sessions(&desktop, &variables).is_empty();
    notifier.press(last.id, "switch-back", gone).await;
}

/// Waits until a notification is taken away, with no other in between.
async fn closed(notifier: &mut Notifier, id: u32) {
    match notifier.next(SOON).await {
        Told::Closed(closed) => assert_eq!(closed, id),
        Told::Shown(other) => panic!("{other:?} instead of the end of {id}"),
    }
}

/// Renew on a role that needs a code opens the dialog.
#[tokio::test(flavor = "multi_thread")]
async fn renew_asks_for_a_code_where_one_is_needed() {
    let desktop = Desktop::new();
    let mut notifier = Notifier::start(&desktop, &["actions", "body"]).await;
    let world = World::start(&desktop, &["--max-life", "305s"]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("X2"));
    let reminder = notifier.shown(SOON).await;
    // Else the code's own session renews it without another.
    let forgotten = plain(&desktop, hat(), &variables)
        .args(["mfa", "forget"])
        .status();
    assert!(forgotten.unwrap().success());
    app.click("nav-history");
    notifier
        .press(reminder.id, "renew", || app.has("mfa-code", &[]))
        .await;
}

/// A server without buttons: a click opens the session. After the end there is one last word.
#[tokio::test(flavor = "multi_thread")]
async fn without_buttons_a_click_opens_the_session() {
    let desktop = Desktop::new();
    let mut notifier = Notifier::start(&desktop, &["body"]).await;
    let world = World::start(&desktop, &["--max-life", "305s"]);
    let app = App::start(&desktop, &world.variables(), &[]);
    switch(&app, world.story("S13"));
    app.click("nav-roles");
    let reminder = notifier.shown(SOON).await;
    assert_eq!(reminder.actions, ["default", "Open"]);
    notifier
        .press(reminder.id, "default", || app.has("session-page", &[]))
        .await;
}

/// At its end a session is told of once, in place of the reminder before.
#[tokio::test(flavor = "multi_thread")]
async fn an_end_by_time_is_told_once() {
    let desktop = Desktop::new();
    let mut notifier = Notifier::start(&desktop, &["actions", "body"]).await;
    let world = World::start(&desktop, &["--max-life", "6s"]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("S13");
    switch(&app, story);
    let told = notifier.shown(SOON).await;
    assert_eq!(told.actions[2..], ["switch-again", "Switch again"], "{told:?}");
    app.click("nav-history");
    app.find_with("history-row", &[("event", "expire")]);
    let again = || {
        sessions(&desktop, &variables)
            .iter()
            .any(|live| live["seconds_left"] != 0)
    };
    notifier.press(told.id, "switch-again", again).await;
    // The next word is of the next session: the first one's end is not told again.
    closed(&mut notifier, told.id).await;
    let next = notifier.shown(SOON).await;
    assert!(next.summary.contains(story.role_name()));
}

/// Without a server nothing is shown and nothing breaks.
#[test]
fn without_a_server_the_session_runs_on() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &["--max-life", "305s"]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, world.story("S13"));
    let log = world.home().join("window.log");
    crate::patience::holds("the log says why", || {
        std::fs::read_to_string(&log).is_ok_and(|text| text.matches("reminders are not shown").count() == 1)
    });
    app.find("session-countdown");
}
