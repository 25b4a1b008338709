//! Without a keyring nothing secret touches the disk.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::app::{App, hat, plain};
use crate::desktop::Desktop;
use crate::patience::eventually;
use crate::steps::{only_session, sessions, switch};
use crate::world::World;

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path(), into),
            Ok(kind) if kind.is_file() => into.push(entry.path()),
            _ => {}
        }
    }
}

#[test]
fn without_a_keyring_sessions_stay_in_memory() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let app = App::start(&desktop, &variables, &[]);
    assert_eq!(app.invoke("status", json!({})).unwrap()["keyring"], "memory_only");
    app.find("notice");
    switch(&app, world.story("S13"));
    let session = only_session(&desktop, &variables);
    app.click("copy-env");
    let copied = eventually("the export is on the clipboard", || {
        Some(desktop.clipboard()).filter(|text| text.contains("AWS_SESSION_TOKEN"))
    });
    let value = |name: &str| {
        let start = format!("export {name}='");
        copied
            .lines()
            .find_map(|line| line.strip_prefix(&start))
            .unwrap()
            .trim_end_matches('\'')
            .to_owned()
    };
    let secrets = [value("AWS_SECRET_ACCESS_KEY"), value("AWS_SESSION_TOKEN")];

    let mut all = Vec::new();
    files(&world.home(), &mut all);
    files(&desktop.home(), &mut all);
    assert!(
        all.iter().any(|file| file.ends_with("history.db")),
        "nothing was kept at all: {all:?}"
    );
    for file in all {
        let bytes = std::fs::read(&file).unwrap();
        for secret in &secrets {
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{} holds a secret", file.display());
        }
    }

    // Said once: it does not come back with every look at the window.
    assert!(
        sessions(&desktop, &variables)
            .iter()
            .any(|live| live["id"] == session["id"])
    );
    app.close();
    assert!(
        plain(&desktop, hat(), &variables)
            .args(["agent", "--stop"])
            .status()
            .unwrap()
            .success()
    );
    assert!(
        sessions(&desktop, &variables).is_empty(),
        "a session outlived the memory it was in"
    );
}
