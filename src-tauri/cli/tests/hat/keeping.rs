//! Roles that are added, described, imported and taken along.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::stage::Stage;

const ARN: &str = "arn:aws:iam::081278057606:role/team/Extra";
const LINK: &str = "https://signin.aws.amazon.com/switchrole?account=081278057606&roleName=team%2FExtra&displayName=Extra&color=99BCE3";

fn role(stage: &Stage, key: &str) -> Option<Value> {
    let roles = stage.json(["roles", "--json"]);
    let mut roles = roles.as_array().unwrap().iter();
    roles.find(|role| role["key"] == key).cloned()
}

fn file(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let path = stage.folder().join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_role_is_added_by_its_link_and_removed_again() {
    let stage = Stage::set();
    let ran = stage.run(["roles", "add", LINK, "--from", "troy"]);
    let key = ran.succeeded().trim().to_owned();
    assert_eq!(key, format!("added:troy:{ARN}"));
    let added = role(&stage, &key).unwrap();
    assert_eq!(
        (&added["arn"], &added["display_name"]),
        (&json!(ARN), &json!("Extra"))
    );
    assert_eq!(
        (&added["source"], &added["identity"]),
        (&json!("Hatrack"), &json!("troy"))
    );
    // Adding calls nobody.
    assert_eq!(stage.json(["sessions", "--json"]), json!([]));
    let link = stage.run(["roles", "link", "Extra"]);
    assert_eq!(
        link.succeeded(),
        "hatrack://switch?account=081278057606&role=team%2FExtra&name=Extra&colour=blue\n"
    );
    let again = stage.run(["roles", "add", link.out.trim(), "--from", "troy"]);
    assert_eq!(again.succeeded().trim(), key);
    // With other details it takes the place of the first only where that is asked for.
    let other = [
        "roles",
        "add",
        link.out.trim(),
        "--from",
        "troy",
        "--external-id",
        "other",
    ];
    let refused = stage.run(other);
    let told = refused.failed(1);
    assert!(
        told.contains("becomes \"other\"") && told.contains("--replace"),
        "{told}"
    );
    assert_eq!(role(&stage, &key).unwrap()["external_id"], json!(null));
    stage.run(other.into_iter().chain(["--replace"])).succeeded();
    assert_eq!(role(&stage, &key).unwrap()["external_id"], json!("other"));
    stage.run(["roles", "remove", "Extra"]).succeeded();
    assert_eq!(role(&stage, &key), None);
    let unknown = stage.run(["roles", "remove", "Extra"]);
    assert!(unknown.failed(2).contains("Extra"));
}

#[test]
fn a_role_is_added_by_its_parts() {
    let stage = Stage::set();
    let parts = [
        "--account",
        "0812-7805-7606",
        "--role",
        "Extra",
        "--from",
        "stuzio",
    ];
    let more = ["--name", "Far", "--external-id", "x-1", "--region", "eu-west-3"];
    let ran = stage.run(["roles", "add"].into_iter().chain(parts).chain(more));
    let added = role(&stage, ran.succeeded().trim()).unwrap();
    assert_eq!(
        (&added["external_id"], &added["region"]),
        (&json!("x-1"), &json!("eu-west-3"))
    );
    assert_eq!(added["hops"].as_array().unwrap().len(), 2);
}

#[test]
fn what_cannot_be_added_is_wrong_usage() {
    let stage = Stage::set();
    let alias = "https://signin.aws.amazon.com/switchrole?account=stuzio&roleName=R";
    let elsewhere = "https://signin.aws.amazon.com.evil.example/switchrole?account=081278057606&roleName=R";
    for arguments in [
        &["roles", "add", "--from", "troy"][..],
        &["roles", "add", LINK],
        &["roles", "add", LINK, "--from", "nobody"],
        &["roles", "add", alias, "--from", "troy"],
        &["roles", "add", elsewhere, "--from", "troy"],
        &[
            "roles",
            "add",
            LINK,
            "--role",
            "R",
            "--account",
            "081278057606",
            "--from",
            "troy",
        ],
        &["roles", "add", "--account", "1", "--role", "R", "--from", "troy"],
        &[
            "roles",
            "add",
            "--account",
            "081278057606",
            "--role",
            "a b",
            "--from",
            "troy",
        ],
        &[
            "roles",
            "add",
            LINK,
            "--from",
            "troy",
            "--region",
            "evil.example/",
        ],
        &["roles", "remove", "stuzio"],
        &["roles", "set", "stuzio"],
        &["roles", "set", "stuzio", "--session-name", "{email}"],
        &["roles", "set", "stuzio", "--name", "a\u{202e}b"],
        &["settings", "account", "acme", "--name", "x"],
        &["settings", "account", "081278057606", "--colour", "mauve"],
        &["settings", "import", "/nonexistent"],
        &["import", "/nonexistent"],
    ] {
        let ran = stage.run(arguments);
        let message = ran.failed(2);
        assert!(
            !message.is_empty() && !message.contains(['\u{202e}']),
            "{arguments:?}: {message}"
        );
    }
}

#[test]
fn what_is_said_of_a_role_and_its_account_is_what_a_switch_sends() {
    let stage = Stage::set();
    let account = [
        "settings",
        "account",
        "081278057606",
        "--name",
        "Mine",
        "--production",
        "yes",
    ];
    let defaults = [
        "--duration",
        "15m",
        "--session-name",
        "acme-{role}",
        "--region",
        "eu-west-3",
    ];
    stage.run(account.into_iter().chain(defaults)).succeeded();
    stage
        .run([
            "roles",
            "set",
            "stuzio",
            "--notes",
            "ask first",
            "--session-name",
            "{user}.{account}",
        ])
        .succeeded();
    let stuzio = role(&stage, "stuzio").unwrap();
    assert_eq!(
        (&stuzio["account_name"], &stuzio["notes"]),
        (&json!("Mine"), &json!("ask first"))
    );
    let switched = stage.json(["switch", "stuzio", "--json"]);
    let name = switched["assumed_role_arn"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(name, "hatrack.081278057606");
    assert!(switched["seconds_left"].as_u64().unwrap() <= 900);
    // What is asked for wins, and what is taken back is gone.
    let asked = stage.json([
        "switch",
        "stuzio",
        "--json",
        "--duration",
        "30m",
        "--session-name",
        "other",
    ]);
    assert!(asked["assumed_role_arn"].as_str().unwrap().ends_with("/other"));
    assert!(asked["seconds_left"].as_u64().unwrap() > 900);
    stage
        .run(["roles", "set", "stuzio", "--session-name", "none", "--notes", ""])
        .succeeded();
    assert_eq!(role(&stage, "stuzio").unwrap()["notes"], Value::Null);
    stage.run(["end", "--all"]).succeeded();
    let switched = stage.json(["switch", "stuzio", "--json"]);
    assert!(
        switched["assumed_role_arn"]
            .as_str()
            .unwrap()
            .ends_with("/acme-StuzioAcmeConsultantRole")
    );
}

#[test]
fn what_is_said_goes_to_another_home_as_one_file() {
    let stage = Stage::set();
    stage.run(["roles", "add", LINK, "--from", "troy"]).succeeded();
    stage
        .run(["roles", "set", "stuzio", "--name", "Reads", "--duration", "20m"])
        .succeeded();
    let exported = stage.folder().join("exported.json");
    let exported = exported.to_str().unwrap();
    stage.run(["settings", "export", exported]).succeeded();
    assert_eq!(
        stage.run(["settings", "export"]).succeeded(),
        fs::read_to_string(exported).unwrap()
    );

    let other = Stage::set();
    let shown = other.json(["settings", "import", exported, "--dry-run", "--json"]);
    let what: Vec<&str> = shown
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["colour", "name", "duration", "way"]);
    assert_eq!(
        other
            .run(["settings", "import", exported, "--dry-run"])
            .succeeded()
            .lines()
            .count(),
        5
    );
    let key = format!("added:troy:{ARN}");
    assert_eq!(role(&other, &key), None, "a preview changes nothing");
    assert_eq!(other.json(["settings", "import", exported, "--json"]), shown);
    assert!(role(&other, &key).is_some());
    assert_eq!(role(&other, "stuzio").unwrap()["display_name"], "Reads");
    assert_eq!(other.json(["settings", "import", exported, "--json"]), json!([]));
}

#[test]
fn roles_of_another_tools_file_are_shown_and_then_added() {
    let stage = Stage::set();
    let text = "[profile one]\nrole_arn = arn:aws:iam::081278057606:role/team/Extra\ncolor = 99BCE3\n\n\
                [two]\naws_account_id = some-alias\nrole_name = Two\n\n\
                [\u{202e}$(id)]\nrole_arn = arn:aws:iam::081278057606:role/Three\naws_secret_access_key = canary\n";
    let path = file(&stage, "extend.ini", text);
    let path = path.to_str().unwrap();
    let shown = stage.json(["import", path, "--from", "troy", "--dry-run", "--json"]);
    assert_eq!(shown["format"], "extend_switch_roles");
    assert_eq!(shown["added"][0]["arn"], ARN);
    assert_eq!(shown["unusable"].as_array().unwrap().len(), 2);
    let key = format!("added:troy:{ARN}");
    assert_eq!(role(&stage, &key), None, "a preview changes nothing");
    let ran = stage.run(["import", path, "--from", "troy"]);
    assert!(
        !ran.succeeded().contains('\u{202e}') && !format!("{ran:?}").contains("canary"),
        "{ran:?}"
    );
    assert_eq!(role(&stage, &key).unwrap()["display_name"], "one");
    let again = stage.json(["import", path, "--from", "troy", "--json"]);
    assert_eq!(
        (
            again["added"].as_array().unwrap().len(),
            again["present"][0]["key"].as_str()
        ),
        (0, Some(&*key))
    );
    let encrypted = file(&stage, "Leapp-lock.json", "U2FsdGVkX1+abc==");
    assert!(
        stage
            .run(["import", encrypted.to_str().unwrap()])
            .failed(2)
            .contains("Leapp")
    );
}
