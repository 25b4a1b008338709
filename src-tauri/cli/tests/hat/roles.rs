//! `hat roles`.

use std::fs;

use crate::stage::Stage;

#[test]
fn the_catalog_has_every_field_of_the_contract() {
    let stage = Stage::set();
    let roles = stage.json(["roles", "--json", "stuzio"]);
    let role = roles
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["profile"] == "stuzio")
        .unwrap();
    assert_eq!(role["account_id"], "081278057606");
    assert_eq!(role["role_name"], "StuzioAcmeConsultantRole");
    assert_eq!(
        role["arn"],
        "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole"
    );
    assert_eq!(role["hops"], serde_json::json!([role["arn"]]));
    assert_eq!(
        (&role["partition"], &role["identity"]),
        (&"aws".into(), &"troy".into())
    );
    for name in [
        "account_name",
        "source",
        "mfa",
        "external_id",
        "chained",
        "max_duration",
    ] {
        assert!(role.get(name).is_some(), "{name}");
    }
}

#[test]
fn a_chain_lists_its_hops_in_order() {
    let stage = Stage::set();
    let roles = stage.json(["roles", "--json", "ledger-reader"]);
    let role = roles
        .as_array()
        .unwrap()
        .iter()
        .find(|role| role["profile"] == "ledger-reader")
        .unwrap();
    assert_eq!(role["chained"], true);
    let hops: Vec<&str> = role["hops"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hop| hop.as_str().unwrap())
        .collect();
    assert!(
        hops[0].ends_with("/LedgerGateway") && hops[1].ends_with("/LedgerReader"),
        "{hops:?}"
    );
}

#[test]
fn a_query_narrows_the_list_and_the_table_is_plain_in_a_pipe() {
    let stage = Stage::set();
    let ran = stage.run(["roles", "081278057606"]);
    let lines: Vec<&str> = ran.succeeded().lines().collect();
    assert!(lines[0].starts_with("PROFILE") && lines.len() > 1, "{ran:?}");
    assert!(
        lines[1..].iter().all(|line| line.contains("081278057606")),
        "{ran:?}"
    );
    assert!(!ran.out.contains('\u{1b}'));
    assert_eq!(
        stage.json(["roles", "--json", "nothing-is-called-this"]),
        serde_json::json!([])
    );
}

#[test]
fn a_broken_file_is_named_with_its_line() {
    let stage = Stage::set();
    fs::write(
        stage.config_file(),
        "[default]\nregion = eu-west-1\nno equals sign\n",
    )
    .unwrap();
    let ran = stage.run(["roles", "--json"]);
    assert_eq!(ran.json(), serde_json::json!([]));
    assert!(ran.err.contains("line 3"), "{ran:?}");
}

#[test]
fn a9_hostile_names_are_listed_as_inert_text() {
    let stage = Stage::set();
    let marker = stage.folder().join("was-run");
    let name = format!("\u{202e}$(touch {})", marker.display());
    let config =
        format!("[profile {name}]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = troy\n");
    fs::write(stage.config_file(), config).unwrap();
    let ran = stage.run(["roles"]);
    assert!(
        !ran.succeeded().contains('\u{202e}') && !ran.err.contains('\u{202e}'),
        "{ran:?}"
    );
    assert!(!marker.exists());
}
