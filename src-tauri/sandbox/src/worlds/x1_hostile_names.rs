//! X1: keys that are no good as file names. Whatever lists or downloads them must stay in its folder.

use super::build::{Builder, DATA, HOME_REGION, WORKLOADS, WorldError};
use super::placements::{Placed, assume};
use super::story::Story;

const BUCKET: &str = "hostile-names";

pub(super) fn build(b: &mut Builder) -> Result<Story, WorldError> {
    let placed = Placed {
        from: WORKLOADS,
        to: DATA,
        role: "HostileNamesReader",
        profile: "hostile-names",
        source: "path-tester",
        bucket: BUCKET,
        region: HOME_REGION,
        condition: None,
        settings: Vec::new(),
        permissions: None,
        max_session_seconds: 3600,
    };
    let made = placed.make(b)?;
    let user = b.user(
        WORKLOADS,
        "path-tester",
        vec![("assume-reader", assume(&made.assumable))],
    )?;
    b.keys_profile("path-tester", &user);
    let keys = hostile_keys();
    for (n, key) in keys.iter().enumerate() {
        let text = if key.ends_with('/') {
            String::new()
        } else {
            format!("object {n}\n")
        };
        b.text(BUCKET, key, &text)?;
    }
    Ok(made.story("X1", "Keys that are hostile as file names", &placed, &user, keys))
}

fn hostile_keys() -> Vec<String> {
    let mut keys: Vec<String> = [
        // Ways out of a folder.
        "../../x",
        "a/../../x",
        "..",
        "prefix/..",
        "./here",
        "/etc/x",
        "C:\\x",
        "\\\\srv\\x",
        "sub\\..\\..\\x",
        "~/x",
        // Allowed, though they look alike.
        "a..b",
        "...",
        // Control characters and line breaks.
        "control/bell\u{7}.txt",
        "control/line\nbreak.txt",
        "control/return\rhere.txt",
        "control/escape\u{1b}[31m.txt",
        // Names that Windows keeps for itself.
        "CON",
        "nul.txt",
        "COM\u{b9}",
        "CONOUT$",
        "trailing-dot.",
        "trailing-space ",
        "file:stream",
        // A file where another key wants a folder.
        "conflict",
        "conflict/inside.txt",
        "empty//segment.txt",
        "folder-marker/",
        // Pairs that a file system may take for one.
        "Case.txt",
        "case.txt",
        "caf\u{e9}.txt",
        "cafe\u{301}.txt",
        // Text that something may run or believe.
        "=HYPERLINK(\"http://example.com\")",
        "<img src=x onerror=alert(1)>.txt",
        "$(id).txt",
        "--help",
        "-rf",
        "\u{202e}txt.exe",
        "percent%2F..%2Fx",
        "plus+and space.txt",
        "quote'\"`.txt",
        ".ssh/authorized_keys",
    ]
    .map(str::to_owned)
    .to_vec();
    keys.push("x".repeat(256));
    keys.push(format!("{}/{}", "d".repeat(255), "long".repeat(192)));
    keys.push("k".repeat(1024));
    keys
}
