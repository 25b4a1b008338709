//! Every page of the real window in both themes, for a look beside the spec's pictures. `make sheet` lays them out.

use std::path::PathBuf;

use crate::app::App;
use crate::journey::open_bucket;
use crate::stage::Stage;
use crate::steps::{choose, role_key, switch};

/// Puts a theme on, and whatever still changes its colour at the end of that change.
const THEME: &str = "const [theme, done] = arguments;
    document.documentElement.dataset.theme = theme;
    requestAnimationFrame(() => requestAnimationFrame(() => {
        for (const animation of document.getAnimations()) {
            if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
        }
        requestAnimationFrame(() => done());
    }));";

/// Leaves `NAME-light.png` and `NAME-dark.png` in HATRACK_SHOTS.
fn picture(app: &App, name: &str) {
    let folder = PathBuf::from(std::env::var_os("HATRACK_SHOTS").expect("HATRACK_SHOTS names the folder"));
    for theme in ["dark", "light"] {
        app.page().run_async(THEME, &[theme.into()]).unwrap();
        app.save_picture(&folder.join(format!("{name}-{theme}.png")));
    }
}

#[test]
#[ignore = "run by `make sheet`"]
fn every_page_in_both_themes() {
    let stage = Stage::set(&[]);
    stage.app.find("role-row");
    // There is no keyring on this desktop; it says so once.
    stage.app.click_css("[data-testid=notice] button");
    code(&stage);
    session(&stage);
    roles(&stage);
    buckets(&stage);
    denial(&stage);
    settings(&stage);
}

fn code(stage: &Stage) {
    let (app, story) = (&stage.app, stage.world.story("X2"));
    choose(app, story.profile());
    app.click("switch-button");
    app.find("mfa-code");
    app.type_into("mfa-code", &story.code()[..3]);
    picture(app, "mfa");
    app.page().press(&["Escape"]).unwrap();
    app.gone("mfa-code", &[]);
}

/// Four live ones, the last of them in use.
fn session(stage: &Stage) {
    let app = &stage.app;
    for story in ["S1", "S9", "S2", "S13"] {
        switch(app, stage.world.story(story));
    }
    app.click("copy-env");
    app.find("toast");
    app.gone("toast", &[]);
    picture(app, "session");
}

fn roles(stage: &Stage) {
    let app = &stage.app;
    app.click("nav-roles");
    app.click("role-filter");
    let empty = "const field = document.querySelector('[data-testid=role-filter]');
        field.value = ''; field.dispatchEvent(new Event('input', { bubbles: true }));";
    app.page().run(empty, &[]).unwrap();
    // The sandbox stars its stories' roles, so this one is in sight: it is reached through another role.
    let key = role_key(app, stage.world.story("S10").profile());
    app.click_with("role-row", &[("key", &key)]);
    app.find("role-detail");
    picture(app, "roles");
}

fn buckets(stage: &Stage) {
    let (app, story) = (&stage.app, stage.world.story("S13"));
    switch(app, story);
    app.click("browse-s3");
    open_bucket(app, story.bucket());
    app.click_css("[data-testid=object-row][data-kind=object]");
    app.find("preview-text");
    app.click("download-button");
    app.find_with("transfer-row", &[("state", "done")]);
    picture(app, "buckets");
}

/// The day's history, its denial, and what Doctor says of it.
fn denial(stage: &Stage) {
    let app = &stage.app;
    app.click("nav-roles");
    choose(
        app,
        &format!("{}-without-trust", stage.world.story("S1").profile()),
    );
    app.click("switch-button");
    app.find("denial");
    app.click("nav-history");
    app.click_css("[data-testid=history-row][data-outcome=denied]");
    picture(app, "history");
    app.click("nav-roles");
    app.click("why");
    app.find("headline");
    picture(app, "denied");
}

fn settings(stage: &Stage) {
    let app = &stage.app;
    app.click("nav-settings");
    picture(app, "settings");
    app.click("settings-accounts");
    picture(app, "settings-accounts");
}
