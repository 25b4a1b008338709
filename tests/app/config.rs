//! The shared config is watched.

use crate::app::App;
use crate::desktop::Desktop;
use crate::patience::holds;

const ROLE: &str = "arn:aws:iam::123456789012:role";

fn config(roles: &[&str]) -> String {
    let start = "[profile base]\nregion = eu-west-1\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = x\n";
    let roles = roles
        .iter()
        .map(|name| format!("[profile {name}]\nrole_arn = {ROLE}/{name}\nsource_profile = base\n"));
    start.to_owned() + &roles.collect::<String>()
}

#[test]
fn an_edit_shows_within_a_second_and_a_broken_file_keeps_the_last_good() {
    let desktop = Desktop::new();
    let folder = desktop.home().join(".aws");
    std::fs::create_dir(&folder).unwrap();
    let file = folder.join("config");
    std::fs::write(&file, config(&["first"])).unwrap();
    let app = App::start(&desktop, &vec![], &[]);
    let rows = || {
        app.page()
            .all("[data-testid=role-row]")
            .map_or(0, |rows| rows.len())
    };
    holds("the first role is listed", || rows() == 1);

    std::fs::write(&file, config(&["first", "second"])).unwrap();
    holds("the second role is listed", || rows() == 2);

    std::fs::write(&file, config(&["first", "second"]) + "[profile broken\n").unwrap();
    let line = config(&["first", "second"]).lines().count() + 1;
    holds("the page names file and line", || {
        let text = app.page().run("return document.body.innerText", &[]).unwrap();
        let text = text.as_str().unwrap_or_default().to_owned();
        text.contains("config") && text.contains(&format!("line {line}"))
    });
    assert_eq!(rows(), 2, "the last good catalog is gone");
}
