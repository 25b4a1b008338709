//! Roles added by the person.

use hatrack_core::catalog::{AddedRole, Besides, Catalog, Exactness, Source};

use crate::shared;

const ARN: &str = "arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole";

fn added(name: &str, start: &str) -> AddedRole {
    AddedRole {
        role: ARN.parse().unwrap(),
        display_name: Some(name.into()),
        source_profile: start.into(),
        external_id: Some("stuzio-42".parse().unwrap()),
        mfa_serial: None,
        duration: None,
        region: None,
    }
}

fn besides(roles: &[AddedRole]) -> Besides {
    Besides {
        added: roles.to_vec(),
        ..Besides::default()
    }
}

#[test]
fn an_added_role_starts_from_a_profile() {
    let config = "[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\nregion = eu-west-1\n\
                  [profile hop]\nrole_arn = arn:aws:iam::183438944504:role/Hop\nsource_profile = troy\n";
    let roles = [
        added("Stuzio", "troy"),
        added("Stuzio by hop", "hop"),
        added("Lost", "gone"),
    ];
    let catalog = Catalog::build(&shared(config, ""), &besides(&roles));
    let names: Vec<_> = catalog
        .roles
        .iter()
        .map(|r| (r.key.as_str(), r.source.clone(), r.route.hops.len()))
        .collect();
    assert_eq!(
        names,
        [
            ("hop", Source::SharedConfig, 1),
            (&format!("added:troy:{ARN}"), Source::Added, 1),
            (&format!("added:hop:{ARN}"), Source::Added, 2)
        ]
    );
    assert_eq!(catalog.problems.len(), 1);
    assert!(catalog.problems[0].message.contains("Lost"));
    let found = catalog.find("Stuzio", Exactness::Exact).unwrap();
    assert_eq!(found.key(), roles[0].key());
    assert_eq!(catalog.roles[1].settings.region.as_deref(), Some("eu-west-1"));
    assert_eq!(
        catalog.roles[1].route.hops[0]
            .external_id
            .as_ref()
            .unwrap()
            .as_str(),
        "stuzio-42"
    );
}

#[test]
fn an_alias_names_whatever_an_exact_name_names() {
    let key = format!("added:troy:{ARN}");
    let config = format!(
        "[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\n\
         [profile hop]\nrole_arn = arn:aws:iam::183438944504:role/team/Hop\nsource_profile = troy\n\
         [profile by-key]\ncredential_process = hat credential-process {key}\n\
         [profile by-name]\ncredential_process = hat credential-process Stuzio\n\
         [profile by-account]\ncredential_process = hat credential-process 183438944504/Hop\n\
         [profile by-path]\ncredential_process = hat credential-process 183438944504/team/Hop\n\
         [profile by-part]\ncredential_process = hat credential-process Stu\n\
         [profile by-two]\ncredential_process = hat credential-process {ARN}\n"
    );
    let roles = [added("Stuzio", "troy"), added("Other", "hop")];
    let catalog = Catalog::build(&shared(&config, ""), &besides(&roles));
    for (alias, target) in [
        ("by-key", key.as_str()),
        ("by-name", key.as_str()),
        ("by-account", "hop"),
        ("by-path", "hop"),
    ] {
        assert_eq!(
            catalog.find(alias, Exactness::Exact).unwrap().key(),
            target,
            "{alias}"
        );
    }
    let broken: Vec<_> = catalog
        .problems
        .iter()
        .filter_map(|problem| problem.profile.as_deref())
        .collect();
    assert_eq!(broken, ["by-part", "by-two"]);
    assert_eq!(catalog.identities.len(), 1);
}
