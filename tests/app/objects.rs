//! Acts on objects in the real window: one is deleted and comes back, is renamed, and its properties are changed.

use std::io::{Read, Write};
use std::net::TcpStream;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::app::{App, hat, hat_json, plain};
use crate::desktop::Desktop;
use crate::journey::open_bucket;
use crate::patience::holds;
use crate::steps::{only_session, switch};
use crate::world::World;

const KEY: &str = "acts.txt";

#[test]
fn an_object_is_deleted_comes_back_is_renamed_and_described_anew() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let story = world.story("S13");
    let bucket = story.bucket();
    let app = App::start(&desktop, &variables, &[]);
    switch(&app, story);
    let session = only_session(&desktop, &variables);
    keep_versions(&desktop, &world, story.profile(), bucket);
    let file = desktop.home().join(KEY);
    std::fs::write(&file, "the bytes").unwrap();
    let place = format!("s3://{bucket}/{KEY}");
    let s3 = |words: &[&str]| {
        let words = [&["s3"], words, &["--role", story.profile()]].concat();
        hat_json(&desktop, &variables, &words)
    };
    s3(&["cp", &file.to_string_lossy(), &place]);

    app.click("browse-s3");
    open_bucket(&app, bucket);
    app.click_with("object-row", &[("key", KEY)]);
    press(&app, "\u{e017}");
    app.text_that("delete-says", "says that a marker hides it", |text| {
        text.contains("delete marker")
    });
    app.click("delete-go");
    app.gone("delete-dialog", &[]);
    app.gone("object-row", &[("key", KEY)]);

    // Brought back from outside: the window lists it again.
    assert_eq!(s3(&["rm", "--undo", &place])["deleted"], 1);
    list_again(&app);
    app.find_with("object-row", &[("key", KEY)]);

    // And by the window's own undo, whatever the time the toast takes.
    let request = json!({ "request": {
        "session_id": session["id"], "bucket": bucket, "act": "journey",
        "objects": [{ "key": KEY, "version_id": null }], "prefixes": [], "all_versions": false,
    }});
    let done = app.invoke("delete_objects", request).unwrap();
    assert_eq!((&done["count"], &done["undo"]), (&1.into(), &"journey".into()));
    let undone = app.invoke("undo_delete", json!({ "request": { "act": "journey" } }));
    assert_eq!(undone.unwrap()["count"], 1);

    list_again(&app);
    app.click_with("object-row", &[("key", KEY)]);
    press(&app, "\u{e032}");
    replace(&app, "rename-to", "renamed.txt");
    app.click("rename-go");
    app.gone("rename-dialog", &[]);
    app.find_with("object-row", &[("key", "renamed.txt")]);
    app.gone("object-row", &[("key", KEY)]);

    app.click_with("object-row", &[("key", "renamed.txt")]);
    press(&app, "Ctrl+i");
    replace(&app, "header-content_type", "text/x-mine");
    app.click("properties-save");
    app.gone("properties-dialog", &[]);
    let told = app.invoke(
        "object_properties",
        json!({ "request": { "session_id": session["id"], "bucket": bucket, "key": "renamed.txt", "version_id": null } }),
    );
    assert_eq!(told.unwrap()["headers"]["content_type"], "text/x-mine");

    for (event, count) in [
        ("delete", 2),
        ("undelete", 2),
        ("rename", 1),
        ("object_change", 1),
    ] {
        let all = |rows: &Value| rows.as_array().unwrap().len() == count;
        holds(&format!("the history has {event}"), || {
            all(&hat_json(&desktop, &variables, &["history", "--event", event]))
        });
    }
    app.close();
}

/// Presses a key where the focus is.
pub fn press(app: &App, key: &str) {
    app.page().press(&[key]).unwrap();
}

/// Types over what stands in a field.
pub fn replace(app: &App, testid: &str, text: &str) {
    app.click(testid);
    press(app, "Ctrl+a");
    app.type_into(testid, text);
}

pub fn list_again(app: &App) {
    app.click("more-here");
    app.click("menu-reload");
}

/// Has the bucket keep versions, by a request that is signed by hand (SigV4): neither Hatrack nor its command sets that.
pub fn keep_versions(desktop: &Desktop, world: &World, profile: &str, bucket: &str) {
    let mut env = plain(desktop, hat(), &world.variables());
    let told = env.args(["env", profile, "--shell", "json"]).output().unwrap();
    let given: Value = serde_json::from_slice(&told.stdout).unwrap();
    let of = |name: &str| given[name].as_str().unwrap().to_owned();
    let endpoint = world.told["endpoint"].as_str().unwrap();
    let host = endpoint.strip_prefix("http://").unwrap().trim_end_matches('/');
    let body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>";
    let now = jiff::Timestamp::now();
    let (time, day) = (
        now.strftime("%Y%m%dT%H%M%SZ").to_string(),
        now.strftime("%Y%m%d").to_string(),
    );
    let region = of("AWS_REGION");
    let sum = hex(&Sha256::digest(body));
    let token = of("AWS_SESSION_TOKEN");
    let names = "host;x-amz-content-sha256;x-amz-date;x-amz-security-token";
    let canonical = format!(
        "PUT\n/{bucket}\nversioning=\nhost:{host}\nx-amz-content-sha256:{sum}\nx-amz-date:{time}\nx-amz-security-token:{token}\n\n{names}\n{sum}"
    );
    let scope = format!("{day}/{region}/s3/aws4_request");
    let text = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(&canonical))
    );
    let first = format!("AWS4{}", of("AWS_SECRET_ACCESS_KEY")).into_bytes();
    let key = [day.as_str(), &region, "s3", "aws4_request"]
        .iter()
        .fold(first, |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &text));
    let request = format!(
        "PUT /{bucket}?versioning HTTP/1.1\r\nhost: {host}\r\nx-amz-content-sha256: {sum}\r\nx-amz-date: {time}\r\n\
         x-amz-security-token: {token}\r\nauthorization: AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, \
         Signature={signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        of("AWS_ACCESS_KEY_ID"),
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
