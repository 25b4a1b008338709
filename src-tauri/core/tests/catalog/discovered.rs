//! Roles that were found, in the catalog.

use hatrack_core::account::AccountId;
use hatrack_core::catalog::{Besides, Catalog, Discovered, DiscoveredRole, FoundBy, RoleEntry, Source};
use hatrack_core::organization::MemberAccount;

use crate::shared;

const CONFIG: &str = "
[profile troy]
aws_access_key_id = A
aws_secret_access_key = s
mfa_serial = arn:aws:iam::183438944504:mfa/troy

[profile stuzio]
role_arn = arn:aws:iam::081278057606:role/Consultant
source_profile = troy
external_id = stuzio-acme

[profile stuzio-plain]
role_arn = arn:aws:iam::081278057606:role/Consultant
source_profile = troy

[profile signed-in]
login_session = arn:aws:iam::183438944504:user/troy
";

fn found(role: &str, by: FoundBy) -> DiscoveredRole {
    DiscoveredRole {
        role: role.parse().unwrap(),
        by,
        candidate: by == FoundBy::Organization,
        external_id: None,
        remarks: vec![format!("{by:?}")],
    }
}

fn by(start: &str, account: &str, roles: &[DiscoveredRole]) -> Discovered {
    Discovered {
        start: start.to_owned(),
        account: account.parse().unwrap(),
        roles: roles.to_vec(),
        members: Vec::new(),
    }
}

fn listed(discovered: Vec<Discovered>) -> Catalog {
    let besides = Besides {
        discovered,
        ..Besides::default()
    };
    Catalog::build(&shared(CONFIG, ""), &besides)
}

fn named<'a>(catalog: &'a Catalog, name: &str) -> Vec<&'a RoleEntry> {
    catalog
        .roles
        .iter()
        .filter(|role| role.role_name == name)
        .collect()
}

const CONSULTANT: &str = "arn:aws:iam::081278057606:role/Consultant";
const NEW: &str = "arn:aws:iam::222233334444:role/team/New";

#[test]
fn a_found_role_is_every_row_of_that_role_from_that_start_and_a_row_where_there_is_none() {
    let catalog = listed(vec![by(
        "troy",
        "183438944504",
        &[
            found(CONSULTANT, FoundBy::Policies),
            found(NEW, FoundBy::Policies),
        ],
    )]);
    let rows = named(&catalog, "Consultant");
    assert_eq!(rows.len(), 2, "two ways that the profiles name, and no third");
    for row in rows {
        assert_eq!(row.also_in, ["Policies of troy"]);
    }
    let [new] = named(&catalog, "New")[..] else {
        panic!("{:?}", catalog.roles)
    };
    assert_eq!(new.key, format!("found:troy:{NEW}"));
    assert_eq!(new.source, Source::Discovered(FoundBy::Policies, "troy".into()));
    assert_eq!(new.found_in(), "Policies of troy");
    let serial = new.route.mfa_serial().unwrap();
    assert_eq!(serial.as_str(), "arn:aws:iam::183438944504:mfa/troy");
    // What was remembered under the key of what was found is the row's.
    assert!(catalog.by_key(&format!("found:troy:{CONSULTANT}")).is_some());
}

#[test]
fn a_role_that_a_policy_names_is_no_candidate_wherever_else_it_was_put_together() {
    let both = [found(NEW, FoundBy::Organization), found(NEW, FoundBy::Policies)];
    let catalog = listed(vec![by("troy", "183438944504", &both)]);
    let [new] = named(&catalog, "New")[..] else {
        panic!("{:?}", catalog.roles)
    };
    assert!(!new.candidate);
    assert_eq!(new.source, Source::Discovered(FoundBy::Policies, "troy".into()));
    assert_eq!(new.also_in, ["Organization of troy"]);
    let alone = listed(vec![by("troy", "183438944504", &both[..1])]);
    assert!(named(&alone, "New")[0].candidate);
}

#[test]
fn a_start_that_is_gone_or_has_become_another_accounts_lists_nothing() {
    let gone = listed(vec![by(
        "nobody",
        "183438944504",
        &[found(NEW, FoundBy::Policies)],
    )]);
    assert!(named(&gone, "New").is_empty());
    let other = listed(vec![by(
        "signed-in",
        "999999999999",
        &[found(NEW, FoundBy::Policies)],
    )]);
    assert!(named(&other, "New").is_empty());
    let same = listed(vec![by(
        "signed-in",
        "183438944504",
        &[found(NEW, FoundBy::Policies)],
    )]);
    assert_eq!(named(&same, "New").len(), 1);
}

#[test]
fn an_organization_names_the_accounts_that_nobody_else_named() {
    let id: AccountId = "222233334444".parse().unwrap();
    let mut discovered = by("troy", "183438944504", &[found(NEW, FoundBy::Policies)]);
    discovered.members = vec![MemberAccount {
        id,
        name: "Payments".into(),
        active: true,
    }];
    assert_eq!(
        named(&listed(vec![discovered]), "New")[0].account_name,
        "Payments"
    );
}
