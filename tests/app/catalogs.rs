//! Roles that come from elsewhere than a profile: a pasted link, one opened outside, another tool's file.

use std::path::Path;

use serde_json::{Value, json};

use crate::app::{App, Variables, hat_json, start};
use crate::desktop::Desktop;
use crate::steps::{only_session, sessions};
use crate::world::{Story, World};

/// The sandbox for whoever has a story's keys and not one profile that assumes a role.
fn only_keys(world: &World, story: Story<'_>, folder: &Path) -> Variables {
    let keys =
        ["access_key_id", "secret_access_key"].map(|name| format!("aws_{name} = {}\n", story.field(name)));
    let credentials = folder.join("credentials");
    let text = format!("[{}]\n{}", story.field("identity"), keys.concat());
    std::fs::write(&credentials, text).unwrap();
    let path = |path: &Path| path.to_string_lossy().into_owned();
    let mut variables = world.variables();
    variables.retain(|(name, _)| !matches!(name.as_str(), "AWS_CONFIG_FILE" | "AWS_SHARED_CREDENTIALS_FILE"));
    variables.push(("AWS_CONFIG_FILE".into(), path(&folder.join("config"))));
    variables.push(("AWS_SHARED_CREDENTIALS_FILE".into(), path(&credentials)));
    variables
}

fn account(story: Story<'_>) -> String {
    story.field("role_arn").split(':').nth(4).unwrap().to_owned()
}

fn roles(desktop: &Desktop, variables: &Variables) -> Vec<Value> {
    hat_json(desktop, variables, &["roles"])
        .as_array()
        .unwrap()
        .clone()
}

#[test]
fn a_pasted_console_link_fills_the_form_in_and_is_switched_to() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let story = world.story("S13");
    let folder = tempfile::tempdir().unwrap();
    let variables = only_keys(&world, story, folder.path());
    let app = App::start(&desktop, &variables, &[]);
    let link = format!(
        "https://signin.aws.amazon.com/switchrole?account={}&roleName={}&displayName=stuzio",
        account(story),
        story.role_name()
    );
    app.find("add-role-form");
    app.page()
        .run(
            "const clipboardData = new DataTransfer();
             clipboardData.setData('text/plain', arguments[0]);
             document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));",
            &[json!(link)],
        )
        .unwrap();
    app.find("add-role-link");
    assert!(roles(&desktop, &variables).is_empty(), "a link added a role");
    app.click("add-role-submit");
    app.find("role-detail");
    app.click("switch-button");
    app.find("session-page");
    let session = only_session(&desktop, &variables);
    assert_eq!(session["role_name"], story.role_name());
}

#[test]
fn a_second_start_with_a_link_asks_in_the_first_and_does_nothing_by_itself() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let story = world.story("S2");
    let folder = tempfile::tempdir().unwrap();
    let variables = only_keys(&world, story, folder.path());
    let app = App::start(&desktop, &variables, &[]);
    let link = format!(
        "hatrack://switch?account={}&role={}&external_id={}",
        account(story),
        story.role_name(),
        story.field("external_id").replace(':', "%3A")
    );
    assert!(start(&desktop, &variables, &[&link]).ended().success());
    app.find("link-dialog");
    let shown = app.text("link-facts");
    for fact in [story.field("role_arn"), story.field("external_id")] {
        assert!(shown.replace('\n', "").contains(fact), "{fact} is not in {shown}");
    }
    assert!(roles(&desktop, &variables).is_empty(), "a link added a role");
    assert!(sessions(&desktop, &variables).is_empty(), "a link switched");
    app.click("link-cancel");
    app.gone("link-dialog", &[]);
    assert!(roles(&desktop, &variables).is_empty(), "a link added a role");

    assert!(start(&desktop, &variables, &[&link]).ended().success());
    app.click("link-switch");
    app.find("session-page");
    assert_eq!(only_session(&desktop, &variables)["role_name"], story.role_name());
    assert_eq!(
        roles(&desktop, &variables)[0]["external_id"],
        story.field("external_id")
    );
}

#[test]
fn a_first_start_with_a_link_asks_once_its_page_is_there() {
    let desktop = Desktop::new();
    let link = "hatrack://switch?account=081278057606&role=Reader";
    let app = App::start(&desktop, &vec![], &[link]);
    app.find("link-dialog");
    assert!(app.text("link-facts").contains("081278057606"));
}

#[test]
fn another_tools_roles_are_looked_at_imported_and_taken_back() {
    let desktop = Desktop::new();
    let world = World::start(&desktop, &[]);
    let story = world.story("S1");
    let folder = tempfile::tempdir().unwrap();
    let variables = only_keys(&world, story, folder.path());
    let app = App::start(&desktop, &variables, &[]);
    let ini = format!(
        "[reader]\nrole_arn = {}\nregion = {}\n[typo]\nrole_arn = arn:aws:iam::4444:role/x\n",
        story.field("role_arn"),
        story.field("region")
    );
    let import = || {
        app.click("import-open");
        app.find("import-text");
        // The driver types no line breaks; a person pastes.
        app.page()
            .run(
                "const area = document.querySelector('[data-testid=import-text]');
                 area.value = arguments[0];
                 area.dispatchEvent(new InputEvent('input', { bubbles: true }));",
                &[json!(ini)],
            )
            .unwrap();
        app.click("import-preview");
        let summary = app.text("import-summary");
        assert_eq!(summary, "1 to add, 1 not usable", "{}", app.text("import-rows"));
        app.click("import-run");
        app.find("import-undo");
    };
    import();
    assert_eq!(roles(&desktop, &variables).len(), 1);
    app.click("import-undo");
    // The dialog shrinks once it is done: a click before that misses.
    app.gone("import-undo", &[]);
    assert!(roles(&desktop, &variables).is_empty(), "they are still there");
    app.click("import-done");
    app.gone("import-dialog", &[]);

    import();
    app.click("import-done");
    app.click("switch-button");
    app.find("session-page");
    assert_eq!(only_session(&desktop, &variables)["role_name"], story.role_name());
}
