//! Versions in the real window: shown on request, one brought back, one deleted for good, a marker taken away.

use crate::objects::{keep_versions, list_again, press};
use crate::patience::eventually;
use crate::stage::Stage;

const KEY: &str = "kept.txt";

#[test]
fn versions_are_shown_brought_back_and_deleted_for_good() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S13");
    stage.browse(story);
    let app = &stage.app;
    let place = format!("s3://{}/{KEY}", story.bucket());
    keep_versions(&stage.desktop, &stage.world, story.profile(), story.bucket());
    for text in ["the first", "the second"] {
        stage.put(story, &place, text);
    }
    list_again(app);
    app.find_with("object-row", &[("key", KEY)]);
    app.click("more-here");
    app.click("menu-versions");
    shown_versions(&stage, 2);
    stage.picture("versions-list");
    app.click("more-here");
    app.click("menu-versions");
    app.find_with("object-row", &[("key", KEY), ("kind", "object")]);

    app.click_css(&format!("[data-testid=object-row][data-key='{KEY}'] .check"));
    app.click("more-acts");
    app.click("menu-object-versions");
    in_dialog(&stage, 2);
    app.click("version-back");
    in_dialog(&stage, 3);
    assert_eq!(stage.bytes(story, &place), b"the first");
    stage.picture("versions-dialog");

    // The one in between is deleted for good, which is asked a second time at the same place.
    app.click_css("[data-testid=version]:nth-child(2) [data-testid=version-delete]");
    app.text_that("versions-dialog", "asks again", |text| {
        text.contains("Delete for good?")
    });
    app.click_css("[data-testid=version]:nth-child(2) [data-testid=version-delete]");
    in_dialog(&stage, 2);
    app.click("versions-close");
    app.gone("versions-dialog", &[]);
    assert_eq!(stage.bytes(story, &place), b"the first");

    // A marker hides it; without it, it is back.
    app.find_with("object-row", &[("key", KEY)]);
    app.click_with("object-row", &[("key", KEY)]);
    press(app, "\u{e017}");
    app.click("delete-go");
    app.gone("delete-dialog", &[]);
    app.gone("object-row", &[("key", KEY)]);
    app.click("more-here");
    app.click("menu-versions");
    shown_versions(&stage, 3);
    app.click_css(&format!("[data-testid=object-row][data-key='{KEY}'] .check"));
    app.click("more-acts");
    app.click("menu-object-versions");
    in_dialog(&stage, 3);
    app.click_css("[data-testid=version]:nth-child(1) [data-testid=version-delete]");
    in_dialog(&stage, 2);
    app.click("versions-close");
    assert_eq!(stage.bytes(story, &place), b"the first");
}

/// Waits until so many versions of it are in the list.
#[track_caller]
fn shown_versions(stage: &Stage, count: usize) {
    let css = format!("[data-testid=object-row][data-key='{KEY}'][data-kind=version]");
    eventually(&format!("{count} versions are listed"), || {
        let rows = stage.app.page().all(&css).ok()?;
        (rows.len() == count).then_some(())
    });
}

/// Waits until so many are in the dialog.
#[track_caller]
fn in_dialog(stage: &Stage, count: usize) {
    eventually(&format!("{count} versions are in the dialog"), || {
        let rows = stage.app.page().all("[data-testid=version]").ok()?;
        (rows.len() == count).then_some(())
    });
}
