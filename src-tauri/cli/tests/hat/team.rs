//! `hat team`.

use std::fs;

use hatrack_store::teams::FileHash;
use serde_json::{Value, json};

use crate::stage::Stage;

fn team_file(role: &str) -> String {
    format!(
        "name = \"platform\"\n\n[[accounts]]\nid = \"081278057606\"\nname = \"Stuzio by team\"\nproduction = true\n\n\
         [[roles]]\naccount = \"081278057606\"\nrole = \"{role}\"\nstart = \"troy\"\nexternal_id = \"x-1\"\n\
         duration = \"15m\"\n"
    )
}

fn hash(text: &str) -> String {
    FileHash::of(text.as_bytes()).to_string()
}

fn roles_of_team(stage: &Stage) -> Vec<Value> {
    let roles = stage.json(["roles", "--json"]);
    let roles = roles.as_array().unwrap().iter();
    roles
        .filter(|role| role["source"] == "Team platform")
        .cloned()
        .collect()
}

#[test]
fn a_teams_roles_are_listed_from_a_pinned_file_and_a_changed_one_waits() {
    let stage = Stage::set();
    let path = stage.folder().join("team.toml");
    let location = path.to_str().unwrap();
    let (first, second) = (team_file("Extra"), team_file("Other"));
    fs::write(&path, &first).unwrap();
    let wrong = stage.run(["team", "add", location, "--sha256", &hash(&second)]);
    assert!(wrong.failed(1).contains(&hash(&first)));
    assert_eq!(stage.json(["team", "list", "--json"]), json!([]));

    stage
        .run(["team", "add", location, "--sha256", &hash(&first)])
        .succeeded();
    let roles = roles_of_team(&stage);
    assert_eq!(roles.len(), 1, "{roles:?}");
    assert_eq!(
        (&roles[0]["role_name"], &roles[0]["account_name"]),
        (&json!("Extra"), &json!("Stuzio by team"))
    );

    fs::write(&path, &second).unwrap();
    let changed = stage.run(["team", "refresh", "platform"]);
    assert!(changed.failed(1).contains(&hash(&second)), "{changed:?}");
    assert_eq!(roles_of_team(&stage)[0]["role_name"], "Extra");
    let listed = stage.json(["team", "list", "--json"]);
    assert_eq!(listed[0]["offered"]["sha256"], json!(hash(&second)));
    let differences = listed[0]["offered"]["differences"].to_string();
    assert!(
        differences.contains("- role") && differences.contains("+ role"),
        "{differences}"
    );
    // What was seen is accepted, not what came since.
    fs::write(&path, team_file("Third")).unwrap();
    let raced = stage.run(["team", "refresh", "platform", "--accept", &hash(&second)]);
    raced.failed(1);
    assert_eq!(roles_of_team(&stage)[0]["role_name"], "Extra");
    fs::write(&path, &second).unwrap();
    stage
        .run(["team", "refresh", "platform", "--accept", &hash(&second)])
        .succeeded();
    assert_eq!(roles_of_team(&stage)[0]["role_name"], "Other");
    stage.run(["team", "refresh", "--all"]).succeeded();

    // The last good copy stays when the file goes, over the agent's end too.
    fs::remove_file(&path).unwrap();
    stage.run(["team", "refresh", "platform"]).failed(2);
    stage.run(["agent", "--stop"]).succeeded();
    assert_eq!(roles_of_team(&stage)[0]["role_name"], "Other");
    stage.run(["team", "remove", "platform"]).succeeded();
    assert!(roles_of_team(&stage).is_empty());
    stage.run(["team", "remove", "platform"]).failed(2);
}

#[test]
fn a14_a_teams_file_that_asks_for_more_is_refused_and_runs_nothing() {
    let stage = Stage::set();
    let path = stage.folder().join("team.toml");
    let marker = stage.folder().join("was-run");
    let text = format!(
        "{}credential_process = \"touch {}\"\n",
        team_file("Extra"),
        marker.display()
    );
    fs::write(&path, &text).unwrap();
    let ran = stage.run(["team", "add", path.to_str().unwrap(), "--sha256", &hash(&text)]);
    let message = ran.failed(2);
    assert!(
        message.contains("line 14") && message.contains("credential_process"),
        "{message}"
    );
    assert!(roles_of_team(&stage).is_empty() && !marker.exists());
}

#[test]
fn what_is_no_place_or_no_trust_is_wrong_usage() {
    let stage = Stage::set();
    let good = hash("x");
    for arguments in [
        &["team", "add", "team.toml"][..],
        &["team", "add", "team.toml", "--sha256", "abc"],
        &["team", "add", "team.toml", "--key", "abc"],
        &["team", "add", "team.toml", "--sha256", &good, "--key", "abc"],
        &["team", "add", "http://example.com/team.toml", "--sha256", &good],
        &["team", "add", "file:///etc/passwd", "--sha256", &good],
        &[
            "team",
            "add",
            "https://me:canary@example.com/team.toml",
            "--sha256",
            &good,
        ],
        &[
            "team",
            "add",
            "https://example.com/team.toml?token=canary",
            "--sha256",
            &good,
        ],
        &["team", "add", "/dev/zero", "--sha256", &good],
        &["team", "refresh", "nobody"],
        &["team", "refresh"],
    ] {
        let ran = stage.run(arguments);
        let message = ran.failed(2);
        assert!(!message.contains("canary"), "{arguments:?}: {message}");
    }
}
