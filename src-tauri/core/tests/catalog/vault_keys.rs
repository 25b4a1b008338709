//! Keys in the vault as starts of routes.

use std::collections::BTreeMap;

use hatrack_core::access_key::VaultKey;
use hatrack_core::catalog::{Besides, Catalog};
use hatrack_core::route::Identity;
use hatrack_core::shared_config::{FileKind, SharedConfig, SourceFile};

const ROLE: &str = "[profile reader]\nrole_arn = arn:aws:iam::081278057606:role/Reader\nsource_profile = troy\n\
mfa_serial = arn:aws:iam::183438944504:mfa/troy\n";
const LINE: &str = "[troy]\ncredential_process = /usr/bin/hat credential-process --raw troy\n";

fn catalog(config: &str, credentials: &str, of_file: Option<bool>) -> Catalog {
    let files = [
        SourceFile::from_text(FileKind::Config, "~/.aws/config", config),
        SourceFile::from_text(FileKind::Credentials, "~/.aws/credentials", credentials),
    ];
    let key = |of_file| VaultKey {
        access_key_id: "AKIATROY".to_owned(),
        account: Some("183438944504".parse().unwrap()),
        of_file,
    };
    let keys = of_file.map(|of_file| ("troy".to_owned(), key(of_file)));
    let besides = Besides {
        vault_keys: keys.into_iter().collect::<BTreeMap<_, _>>(),
        ..Besides::default()
    };
    Catalog::build(&SharedConfig::parse(&files).unwrap(), &besides)
}

fn starts_in_vault(catalog: &Catalog) -> bool {
    let route = &catalog.roles[0].route;
    matches!(&route.identity, Identity::Keys { access_key_id, temporary: false, in_vault: true, .. } if access_key_id == "AKIATROY")
}

#[test]
fn a_profile_that_asks_hat_for_itself_has_its_keys_in_the_vault() {
    let catalog = catalog(ROLE, LINE, Some(true));
    assert!(catalog.problems.is_empty(), "{:?}", catalog.problems);
    assert!(starts_in_vault(&catalog));
    assert!(catalog.roles[0].route.mfa_serial().is_some());
    assert_eq!(catalog.roles[0].route.is_chained(), Some(false));
    let identity = &catalog.identities[0];
    assert_eq!(identity.profile, "troy");
    assert!(identity.account_id.is_some());
}

#[test]
fn a_vault_that_is_locked_is_named_and_hides_nothing_else() {
    let catalog = catalog(ROLE, LINE, None);
    assert!(catalog.roles.is_empty() && catalog.identities.is_empty());
    assert_eq!(catalog.problems.len(), 2);
    for problem in &catalog.problems {
        assert!(
            problem.message.contains("unlock the keyring"),
            "{}",
            problem.message
        );
    }
}

#[test]
fn a_typed_key_serves_where_no_profile_has_one() {
    for credentials in ["", "[troy]\nregion = eu-west-1\n"] {
        let catalog = catalog(ROLE, credentials, Some(false));
        assert!(catalog.problems.is_empty(), "{:?}", catalog.problems);
        assert!(starts_in_vault(&catalog));
        assert_eq!(catalog.identities.len(), 1);
    }
}

#[test]
fn a_key_of_another_file_serves_no_profile_of_the_same_name() {
    for credentials in ["", "[troy]\nregion = eu-west-1\n"] {
        let catalog = catalog(ROLE, credentials, Some(true));
        assert!(catalog.roles.is_empty() && catalog.identities.is_empty());
        assert!(!catalog.problems.is_empty());
    }
}

#[test]
fn a_files_own_keys_win_over_the_vaults() {
    let own = "[troy]\naws_access_key_id = AKIAFILE\naws_secret_access_key = x\n";
    for of_file in [true, false] {
        let catalog = catalog(ROLE, own, Some(of_file));
        let identity = &catalog.roles[0].route.identity;
        assert!(
            matches!(identity, Identity::Keys { access_key_id, in_vault: false, .. } if access_key_id == "AKIAFILE")
        );
    }
}

#[test]
fn an_alias_that_asks_for_another_is_still_an_alias() {
    let config = format!("{ROLE}[profile other]\ncredential_process = hat credential-process --raw troy\n");
    let catalog = catalog(&config, LINE, Some(true));
    assert!(catalog.problems.is_empty(), "{:?}", catalog.problems);
    assert_eq!(catalog.identities.len(), 1);
}

#[test]
fn a_key_that_waits_in_a_rotation_is_no_identity() {
    let waiting = "[hatrack-rotation-troy]\naws_access_key_id = AKIANEW\naws_secret_access_key = x\n";
    let catalog = catalog(
        "",
        &format!("[troy]\naws_access_key_id = AKIATROY\naws_secret_access_key = x\n{waiting}"),
        None,
    );
    let names: Vec<&str> = catalog
        .identities
        .iter()
        .map(|identity| identity.profile.as_str())
        .collect();
    assert_eq!(names, ["troy"]);
}
