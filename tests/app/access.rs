//! What the page may do.

use serde_json::json;

use crate::app::App;
use crate::desktop::Desktop;

#[test]
fn d49_only_what_is_listed_may_be_called() {
    let desktop = Desktop::new();
    let app = App::start(&desktop, &vec![], &[]);
    assert_eq!(app.invoke("status", json!({})).unwrap()["agent"], "ok");
    for command in [
        "plugin:dialog|open",
        "plugin:event|emit",
        "plugin:window|destroy",
        "plugin:app|version",
        "exfiltrate",
    ] {
        let refused = app
            .invoke(
                command,
                json!({ "event": "changed", "payload": 1, "label": "main" }),
            )
            .unwrap_err();
        assert!(refused.is_string(), "{command}: {refused}");
    }
}

#[test]
fn d50_an_argument_of_a_hundred_megabytes_is_refused() {
    let desktop = Desktop::new();
    let app = App::start(&desktop, &vec![], &[]);
    let body = "const done = arguments[0];
        window.__TAURI_INTERNALS__.invoke('copy_text', { request: { text: 'x'.repeat(100 * 1024 * 1024) } }).then(
            () => done('taken'), (error) => done(error));";
    let refused = app.page().run_async(body, &[]).unwrap();
    assert_eq!(refused["code"], "too_large");
    assert_eq!(app.invoke("status", json!({})).unwrap()["platform"], "linux");
}
