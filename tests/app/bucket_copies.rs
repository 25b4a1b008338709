//! From one account's bucket to another's in the real window: a copy, a sync, and a transfer that outlasts its session.

use std::time::Duration;

use serde_json::json;

use crate::patience::{holds, within};
use crate::stage::Stage;
use crate::steps::{choose_option, only_session, switch};

/// For a transfer that was made slow.
const LONG: Duration = Duration::from_secs(180);

/// Both live, with the reader's bucket open.
fn between_two_accounts() -> Stage {
    let stage = Stage::set(&[]);
    switch(&stage.app, stage.world.story("S13"));
    stage.browse(stage.world.story("S1"));
    stage
}

#[test]
fn an_object_is_copied_to_another_account_and_the_way_is_told() {
    let stage = between_two_accounts();
    let (from, to) = (stage.world.story("S1"), stage.world.story("S13"));
    let app = &stage.app;
    app.click_css("[data-testid=object-row][data-key='README.txt'] .check");
    app.find("selection-bar");
    app.click("act-copy-to");
    app.text_that("copy-session", "is the other account's", |text| {
        text.contains(to.role_name())
    });
    app.type_into("copy-bucket", to.bucket());
    app.type_into("copy-prefix", "from-us/");
    stage.picture("copy-dialog");
    app.click("copy-go");
    app.gone("copy-dialog", &[]);
    app.find_with(
        "transfer-row",
        &[("kind", "copy"), ("name", "README.txt"), ("state", "done")],
    );
    assert!(!app.text("transfer-way").is_empty());
    stage.picture("copy-done");
    let [here, there] = [
        format!("s3://{}/README.txt", from.bucket()),
        format!("s3://{}/from-us/README.txt", to.bucket()),
    ];
    assert_eq!(stage.bytes(from, &here), stage.bytes(to, &there));
    assert_eq!(stage.history("copy", "ok").len(), 1);
}

#[test]
fn two_accounts_buckets_are_compared_and_made_the_same() {
    let stage = between_two_accounts();
    let (from, to) = (stage.world.story("S1"), stage.world.story("S13"));
    let mirror = format!("s3://{}/mirror/", to.bucket());
    stage.put(to, &format!("{mirror}gone-here.csv"), "only there");
    let app = &stage.app;
    app.click("more-here");
    app.click("menu-sync");
    choose_option(app, "sync-way", "From here to another bucket");
    app.text_that("sync-session", "is the other account's", |text| {
        text.contains(to.role_name())
    });
    app.type_into("sync-bucket", to.bucket());
    app.type_into("sync-prefix", "mirror/");
    app.type_into("sync-include", "*.csv *.json");
    stage.picture("sync-asked");
    app.click("sync-compare");
    app.text_that("sync-new", "counts", |text| text.contains("3, 220 B"));
    app.text_that("sync-missing", "is kept", |text| text.contains("kept"));
    app.click_css("label:has([data-testid=sync-delete])");
    app.text_that("sync-missing", "is to go", |text| text.contains("to be deleted"));
    stage.picture("sync-plan");
    app.click("sync-go");
    app.gone("sync-dialog", &[]);
    holds("the history tells of it", || {
        stage.history("sync", "ok").len() == 1
    });
    for key in ["config/app.json", "reports/2026/q1.csv"] {
        let here = stage.bytes(from, &format!("s3://{}/{key}", from.bucket()));
        assert_eq!(here, stage.bytes(to, &format!("{mirror}{key}")));
    }
    let left = stage.s3(to, &["ls", &mirror, "--recursive"]);
    assert!(!left.to_string().contains("gone-here"), "{left}");
    stage.picture("sync-done");
}

/// Two thousand objects, each of which is waited for: there are more than can be asked for within one session's life.
#[test]
fn a_download_that_outlasts_its_session_is_renewed_goes_on_and_is_whole() {
    let crowd = "com.stuzio.project-x/crowd/=2000";
    let stage = Stage::set(&["--max-life", "7s", "--latency-ms", "1500", "--crowd", crowd]);
    let story = stage.world.story("S13");
    switch(&stage.app, story);
    let session = only_session(&stage.desktop, &stage.world.variables());
    let order = json!({ "request": {
        "session_id": session["id"],
        "bucket": story.bucket(),
        "keys": [],
        "prefixes": ["crowd/"],
        "ask_where": false,
    }});
    let app = &stage.app;
    app.invoke("download", order).unwrap();
    app.click("nav-buckets");
    app.find("transfer-row");
    stage.picture("outlasting");
    // The role asks for no code, so that nobody has to be asked.
    within(LONG, "it is done", || {
        app.has("transfer-row", &[("state", "done")]).then_some(())
    });
    stage.picture("outlasted");
    let down = std::fs::read_dir(stage.desktop.home().join("Downloads/crowd")).unwrap();
    assert_eq!(down.count(), 2000);
    assert_eq!(stage.history("download", "ok").len(), 1);
    assert!(
        !stage.history("renew", "ok").is_empty(),
        "it did not outlast its session"
    );
}
