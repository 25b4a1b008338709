//! What a person does in the window, in a few words each.

use serde_json::Value;

use crate::app::{App, Variables, hat_json};
use crate::desktop::Desktop;
use crate::patience::{eventually, holds};
use crate::world::Story;

/// Switches to a story's role, with a code where it asks for one, and waits for the session's page.
pub fn switch(app: &App, story: Story<'_>) {
    app.click("nav-roles");
    choose(app, story.profile());
    app.click("switch-button");
    if story.0["mfa_seed"].is_string() {
        app.type_into("mfa-code", &story.code());
    }
    app.find("session-page");
}

/// Puts a profile's role into the detail pane. The list shows only what fits, so it is filtered first.
pub fn choose(app: &App, profile: &str) {
    app.click("role-filter");
    app.page()
        .run(
            "document.querySelector('[data-testid=role-filter]').select()",
            &[],
        )
        .unwrap();
    app.type_into("role-filter", profile);
    let key = role_key(app, profile);
    app.click_with("role-row", &[("key", &key)]);
    app.find("role-detail");
}

/// The catalog's key of a profile.
pub fn role_key(app: &App, profile: &str) -> String {
    let catalog = app.invoke("catalog", serde_json::json!({})).unwrap();
    let role = catalog["roles"]
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["profile"] == profile)
        .cloned();
    role.unwrap_or_else(|| panic!("no profile {profile}"))["key"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The sessions that `hat` sees.
pub fn sessions(desktop: &Desktop, variables: &Variables) -> Vec<Value> {
    hat_json(desktop, variables, &["sessions"])
        .as_array()
        .unwrap()
        .clone()
}

/// The one live session, once there is exactly one.
#[track_caller]
pub fn only_session(desktop: &Desktop, variables: &Variables) -> Value {
    eventually("there is one session", || {
        match sessions(desktop, variables).as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    })
}

/// Opens a list of choices and takes the one whose label begins so.
pub fn choose_option(app: &App, select: &str, label: &str) {
    app.click(select);
    holds(&format!("{label} can be chosen"), || {
        let chosen = app.page().run(
            "const [select, label] = arguments;
             const list = document.querySelector(`[data-testid=${select}]`).parentElement;
             const options = [...list.querySelectorAll('[role=option]')];
             const found = options.find((option) => option.textContent.trim().startsWith(label));
             found?.click();
             return found !== undefined;",
            &[serde_json::json!(select), serde_json::json!(label)],
        );
        chosen.is_ok_and(|chosen| chosen == true)
    });
}
