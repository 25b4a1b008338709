//! The stories of buckets by hand, in the real window: each from the role to the object, and how it goes wrong.

use crate::journey::open_bucket;
use crate::objects::press;
use crate::patience::{eventually, holds};
use crate::stage::Stage;
use crate::steps::{choose, only_session};

/// The key, as WebDriver writes it.
const DELETE: &str = "\u{e017}";

#[test]
fn s1_one_reads_ones_own_other_account_and_may_not_write() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S1");
    stage.browse(story);
    stage.downloads(story);
    stage.write_is_refused();
    stage.picture("s1");
    assert_eq!(stage.history("download", "ok").len(), 1);
}

#[test]
fn s2_the_external_id_goes_along() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S2");
    choose(&stage.app, story.profile());
    let shown = eventually("the external ID is shown", || {
        let value = "return document.querySelector('[data-testid=external-id]')?.value ?? ''";
        let value = stage.app.page().run(value, &[]).ok()?;
        value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
    });
    assert_eq!(shown, story.field("external_id"));
    stage.browse(story);
    stage.downloads(story);
    stage.picture("s2");
}

#[test]
fn s13_troy_lists_reads_writes_and_deletes_and_a_name_that_is_almost_right_is_told() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S13");
    stage.browse(story);
    stage.downloads(story);
    stage.app.click_with("bucket-row", &[("name", story.bucket())]);
    stage.drops("plan.txt");
    stage.app.find_with("object-row", &[("key", "plan.txt")]);
    stage.picture("s13");

    stage.app.click_with("object-row", &[("key", "plan.txt")]);
    press(&stage.app, DELETE);
    stage.app.find("delete-dialog");
    stage.picture("s13-delete");
    stage.app.click("delete-go");
    stage.app.gone("object-row", &[("key", "plan.txt")]);
    assert_eq!(stage.history("upload", "ok").len(), 1);
    assert_eq!(stage.history("delete", "ok").len(), 1);

    stage.app.click("open-by-name");
    stage.app.type_into("bucket-name-input", "com.stuzio.projectx");
    stage.app.click("bucket-name-open");
    stage.app.find("denial");
    stage.picture("s13-almost");
}

#[test]
fn s14_the_developer_reads_and_nobody_writes() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S14");
    stage.browse(story);
    stage.downloads(story);
    stage.write_is_refused();
    stage.picture("s14");
}

#[test]
fn s15_eight_hours_by_the_role_and_a_session_that_ends_is_got_again() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S15");
    stage.browse(story);
    let session = only_session(&stage.desktop, &stage.world.variables());
    assert!(session["seconds_left"].as_u64().unwrap() > 7 * 3600);
    // The role may read its own bucket, not those that name the people alone.
    stage.downloads(story);
    stage.app.click("open-by-name");
    stage.app.type_into("bucket-name-input", "library-direct-masters");
    stage.app.click("bucket-name-open");
    stage.app.find("denial");
    stage.picture("s15");
}

#[test]
fn s15_what_ended_is_switched_to_again_from_the_bucket() {
    let stage = Stage::set(&["--max-life", "8s"]);
    let story = stage.world.story("S15");
    stage.browse(story);
    holds("the session has ended", || {
        stage
            .app
            .page()
            .all(".s3-ended button")
            .is_ok_and(|found| !found.is_empty())
    });
    stage.picture("s15-ended");
    stage.app.click_css(".s3-ended button");
    stage.app.find("session-page");
    stage.app.click("browse-s3");
    open_bucket(&stage.app, story.bucket());
    stage.app.find("object-row");
}
