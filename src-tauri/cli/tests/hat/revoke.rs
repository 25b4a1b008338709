//! `hat revoke`, on the sandbox.

use serde_json::Value;

use crate::stage::{HAT, Stage};
use crate::terminal::{at_terminal, shows, types};

const ROLE: &str = "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole";

fn lists_buckets(stage: &Stage) -> bool {
    stage.run(["s3", "ls", "--role", "stuzio"]).code == Some(0)
}

fn revoked(stage: &Stage) -> Vec<bool> {
    let sessions = stage.json(["sessions", "--json"]);
    let all = sessions.as_array().unwrap().iter();
    all.map(|session| session["revoked"].as_bool().unwrap()).collect()
}

#[test]
fn without_a_terminal_nothing_is_done_unless_it_is_meant() {
    let stage = Stage::set();
    stage.json(["switch", "stuzio", "--json"]);
    let told = stage.run(["revoke", "stuzio"]).failed(3).to_owned();
    assert!(told.contains("--yes"), "{told}");
    assert_eq!(stage.admin().calls("PutRolePolicy"), 0);
    assert_eq!(revoked(&stage), [false]);
}

#[test]
fn what_is_revoked_is_told_to_scripts_and_can_be_taken_back() {
    let stage = Stage::set();
    let id = stage.json(["switch", "stuzio", "--json"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(lists_buckets(&stage));
    let told = stage.json(["revoke", "stuzio", "--yes", "--json"]);
    assert_eq!(told["role_arn"], ROLE);
    assert_eq!(told["hits"][0]["id"], Value::from(id.as_str()));
    assert!(
        told["signed_by"].as_str().unwrap().contains("custodian"),
        "{told}"
    );
    assert_eq!(revoked(&stage), [true]);
    // A fresh one is got where the old would have served.
    assert!(lists_buckets(&stage));
    assert!(revoked(&stage).contains(&false));

    let undone = stage.json(["revoke", "--undo", ROLE, "--yes", "--json"]);
    assert_eq!(
        (&undone["role_arn"], &undone["still_before"]),
        (&Value::from(ROLE), &Value::Null)
    );
    assert_eq!(stage.admin().calls("DeleteRolePolicy"), 1);
    assert!(revoked(&stage).iter().all(|revoked| !revoked));
    stage.run(["revoke", "--undo", "stuzio", "--yes"]).failed(2);
    let rows = stage.json(["history", "--json", "--event", "revoke"]);
    assert_eq!(rows[0]["arn"], ROLE);
    assert!(
        rows[0]["detail"].as_str().unwrap().contains("custodian"),
        "{rows}"
    );
}

#[test]
fn a_person_reads_whom_it_hits_and_is_asked_once_more_in_production() {
    let stage = Stage::set();
    stage.json(["switch", "stuzio", "--json"]);
    stage
        .run(["settings", "account", "081278057606", "--production", "yes"])
        .succeeded();
    let mut hat = at_terminal(&stage, &format!("'{HAT}' revoke stuzio"));
    let told = shows(&mut hat, "[y/N] ");
    assert!(
        told.contains("not only yours") && told.contains("Yours: "),
        "{told}"
    );
    types(&mut hat, "y\n");
    shows(&mut hat, "marked as production");
    shows(&mut hat, "[y/N] ");
    types(&mut hat, "n\n");
    assert_eq!(hat.wait().unwrap().code(), Some(1));
    assert_eq!(stage.admin().calls("PutRolePolicy"), 0);

    let mut hat = at_terminal(&stage, &format!("'{HAT}' revoke stuzio"));
    for _ in 0..2 {
        shows(&mut hat, "[y/N] ");
        types(&mut hat, "y\n");
    }
    // One's own session is offered to be got anew.
    shows(&mut hat, "anew? [y/N] ");
    types(&mut hat, "y\n");
    shows(&mut hat, "lasts until");
    assert_eq!(hat.wait().unwrap().code(), Some(0));
    assert_eq!(stage.admin().calls("PutRolePolicy"), 1);
    assert_eq!(revoked(&stage), [false]);
}

#[test]
fn roles_of_aws_and_who_may_not_are_refused() {
    let stage = Stage::set();
    let reserved =
        "arn:aws:iam::081278057606:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef";
    let told = stage.run(["revoke", reserved, "--yes"]).failed(2).to_owned();
    assert!(told.contains("Identity Center"), "{told}");
    let told = stage.run(["revoke", "data-reader", "--yes"]).failed(1).to_owned();
    assert!(told.contains("--as"), "{told}");
    assert_eq!(stage.admin().calls("PutRolePolicy"), 0);
}
