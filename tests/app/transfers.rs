//! Transfers in the real window: dropped files go up, a folder comes down, and one pauses and goes on.

use serde_json::json;

use crate::app::{App, hat_json};
use crate::desktop::Desktop;
use crate::drag::Drag;
use crate::journey::open_bucket;
use crate::patience::holds;
use crate::screen::Screen;
use crate::steps::{only_session, switch};
use crate::world::World;

#[test]
fn dropped_files_go_up_a_folder_comes_down_and_one_pauses_and_goes_on() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let variables = world.variables();
    let screen = Screen::of(&desktop);
    let app = App::start(&desktop, &variables, &[]);
    let story = world.story("S13");
    switch(&app, story);
    let session = only_session(&desktop, &variables);
    app.click("browse-s3");
    open_bucket(&app, story.bucket());
    app.find("object-table");

    // A folder and a file, as a file manager drags them.
    let here = desktop.home().join("to send");
    std::fs::create_dir_all(here.join("set/deep")).unwrap();
    std::fs::write(here.join("set/one.txt"), "one").unwrap();
    std::fs::write(here.join("set/deep/two.txt"), "two").unwrap();
    let large: Vec<u8> = (0..24_000_000_u32).flat_map(|n| [(n % 251) as u8]).collect();
    std::fs::write(here.join("large.bin"), &large).unwrap();
    let drag = Drag::over(
        &desktop,
        screen.window("Sandbox – Hatrack"),
        &[&here.join("set"), &here.join("large.bin")],
    );
    app.find("drop-target");
    drag.drop_there();
    app.gone("drop-target", &[]);
    for name in ["set/", "large.bin"] {
        app.find_with(
            "transfer-row",
            &[("kind", "upload"), ("name", name), ("state", "done")],
        );
    }
    app.find_with("object-row", &[("key", "large.bin")]);

    // The same again would replace them: the person is asked first.
    Drag::over(
        &desktop,
        screen.window("Sandbox – Hatrack"),
        &[&here.join("large.bin")],
    )
    .drop_there();
    app.find("upload-dialog");
    app.click("upload-cancel");
    app.gone("upload-dialog", &[]);

    // The folder comes down, whole and below its own name.
    let order = |keys: &[&str], prefixes: &[&str]| {
        json!({ "request": {
            "session_id": session["id"],
            "bucket": story.bucket(),
            "keys": keys,
            "prefixes": prefixes,
            "ask_where": false,
        }})
    };
    app.invoke("download", order(&[], &["set/"])).unwrap();
    app.find_with(
        "transfer-row",
        &[("kind", "download"), ("name", "set/"), ("state", "done")],
    );
    let down = desktop.home().join("Downloads");
    assert_eq!(std::fs::read(down.join("set/one.txt")).unwrap(), b"one");
    assert_eq!(std::fs::read(down.join("set/deep/two.txt")).unwrap(), b"two");

    // Paused in the same breath as it begins, it waits until the person lets it go on.
    app.page()
        .run_async(
            "const [order, done] = [arguments[0], arguments[arguments.length - 1]];
             const call = (name, what) => window.__TAURI_INTERNALS__.invoke(name, what);
             call('download', order).then(() => call('pause_transfers')).then(() => done(true), (why) => done(String(why)));",
            &[order(&["large.bin"], &[])],
        )
        .unwrap();
    let row = [("kind", "download"), ("name", "large.bin")];
    let paused = [row[0], row[1], ("state", "paused")];
    let done = [row[0], row[1], ("state", "done")];
    holds("it pauses, or was quicker", || {
        app.has("transfer-row", &paused) || app.has("transfer-row", &done)
    });
    if app.has("transfer-row", &paused) {
        assert!(!down.join("large.bin").exists());
        app.click("resume-transfer");
    }
    app.find_with("transfer-row", &done);
    assert!(
        std::fs::read(down.join("large.bin")).unwrap() == large,
        "other bytes came down"
    );

    let rows = hat_json(&desktop, &variables, &["history"]);
    let of = |event: &str| {
        let rows = rows.as_array().unwrap().iter();
        rows.filter(|row| row["event"] == event && row["outcome"] == "ok")
            .count()
    };
    assert_eq!((of("upload"), of("download")), (2, 2));
}
