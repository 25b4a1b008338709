//! Getting to a place in the real window: by what is pasted, by a bookmark, by a search; and who pays there.

use crate::app::App;
use crate::journey::{open_bucket, walk_to};
use crate::objects::press;
use crate::patience::holds;
use crate::stage::Stage;
use crate::steps::only_session;

#[test]
fn what_is_pasted_opens_where_it_points() {
    let stage = Stage::set(&[]);
    let story = stage.world.story("S13");
    stage.browse(story);
    let bucket = story.bucket();
    let app = &stage.app;
    let opens = |text: &str| {
        app.click("open-by-name");
        app.type_into("bucket-name-input", text);
        app.click("bucket-name-open");
        app.gone("bucket-name-input", &[]);
    };
    opens(&format!("s3://{bucket}/reports/2026/"));
    stage.is_at(&format!("{bucket}/reports/2026"));
    app.find_with("object-row", &[("key", "reports/2026/q1.csv")]);
    opens(&format!(
        "https://s3.console.aws.amazon.com/s3/buckets/{bucket}?region=eu-south-1&prefix=config/"
    ));
    stage.is_at(&format!("{bucket}/config"));
    app.find_with("object-row", &[("key", "config/app.json")]);
    stage.picture("pasted");

    // An access point is a bucket's other name; there is none of this one, and AWS's words say so.
    let arn = "arn:aws:s3:eu-south-1:081278057606:accesspoint/plans";
    opens(arn);
    stage.is_at(arn);
    app.find("denial");
    assert!(app.text("table-strip").contains("081278057606"));
    stage.picture("pasted-access-point");

    app.click("open-by-name");
    app.type_into("bucket-name-input", "https://evil.example/s3/buckets/x");
    app.click("bucket-name-open");
    app.find_css(".open-wrong");
    stage.is_at(arn);
}

#[test]
fn a_bookmark_and_who_pays_outlive_the_window() {
    let mut stage = Stage::set(&[]);
    let story = stage.world.story("S13");
    let (bucket, variables) = (story.bucket().to_owned(), stage.world.variables());
    stage.browse(story);
    let session = only_session(&stage.desktop, &variables);
    walk_to(&stage.app, "reports/2026/q1.csv");
    stage
        .app
        .find_with("object-row", &[("key", "reports/2026/q1.csv")]);
    stage.app.click("bookmark-button");
    stage.app.find("bookmark-dialog");
    stage.picture("bookmark");
    stage.app.click("bookmark-save");
    stage.app.gone("bookmark-dialog", &[]);
    stage.app.find_with("bookmark-row", &[("name", "2026")]);

    stage.app.click("more-here");
    stage.app.click("menu-payer");
    stage.app.find("payer-dialog");
    stage.picture("payer");
    stage.app.click("payer-agree");
    stage.app.gone("payer-dialog", &[]);
    let pays = |app: &App| {
        app.text_that("table-strip", "says who pays", |text| {
            text.contains("Requester pays")
        })
    };
    pays(&stage.app);

    stage.open_again();
    let app = &stage.app;
    app.click_with("session-link", &[("session", session["id"].as_str().unwrap())]);
    app.click("browse-s3");
    app.click_with("bookmark-row", &[("name", "2026")]);
    stage.is_at(&format!("{bucket}/reports/2026"));
    app.find_with("object-row", &[("key", "reports/2026/q1.csv")]);
    pays(app);
    stage.picture("bookmark-again");
    app.click("more-here");
    app.click("menu-payer");
    app.text_that("table-strip", "is silent on it", |text| {
        !text.contains("Requester pays")
    });
}

#[test]
fn a_search_finds_what_lies_deep_below_a_prefix() {
    let crowd = "com.stuzio.project-x/deep/=40x25";
    let stage = Stage::set(&["--crowd", crowd]);
    let story = stage.world.story("S13");
    stage.browse(story);
    let app = &stage.app;
    open_bucket(app, story.bucket());
    app.click("filter-how");
    app.click("menu-find-search");
    app.type_into("filter-field", "q1");
    press(app, "Enter");
    app.find_with("object-row", &[("key", "reports/2026/q1.csv")]);
    let said = "return document.querySelector('[data-testid=table-total]')?.textContent";
    holds("it says what was read", || {
        let said = app.page().run(said, &[]).unwrap_or_default();
        said == "2 found in 1,007 keys"
    });
    stage.picture("search");

    // Opened from what was found, it is shown as any other.
    app.click_with("object-row", &[("key", "reports/2026/q1.csv")]);
    let shown = "return document.querySelector('[data-testid=preview-name]')?.textContent";
    holds("it is previewed", || {
        let shown = app.page().run(shown, &[]).unwrap_or_default();
        shown == "reports/2026/q1.csv"
    });
}
