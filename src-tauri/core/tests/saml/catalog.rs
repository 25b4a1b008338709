//! What a sign-in gave, as rows.

use hatrack_core::catalog::{AccountSettings, Besides, Catalog, Source};
use hatrack_core::route::Identity;
use hatrack_core::saml::{Assertion, SamlListing, SamlProvider};
use hatrack_core::shared_config::SharedConfig;

use crate::{PROVIDER, Response, attribute, attributes};

fn listing(name: &str, roles: &[&str]) -> SamlListing {
    let attributes = attributes(roles) + &attribute("SessionDuration", &["7200"]);
    let assertion = Assertion::read(&Response::with(&attributes).encoded()).unwrap();
    SamlListing {
        provider: SamlProvider::new(name, "https://login.example.com/aws", Some("eu-west-1")).unwrap(),
        told: assertion.told,
    }
}

#[test]
fn each_role_is_a_row_by_its_account_and_starts_from_the_sign_in() {
    let roles = [
        "123456789012:role/Admin",
        "123456789012:role/team/Reader",
        "210987654321:role/Admin",
    ]
    .map(|role| format!("arn:aws:iam::{role},{PROVIDER}"));
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let mut besides = Besides {
        saml: vec![listing("acme", &roles)],
        ..Besides::default()
    };
    let about = AccountSettings {
        name: Some("Ours".into()),
        ..AccountSettings::default()
    };
    besides.accounts.insert("123456789012".parse().unwrap(), about);
    let catalog = Catalog::build(&SharedConfig::default(), &besides);
    let keys: Vec<&str> = catalog.roles.iter().map(|role| role.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "saml:acme:123456789012:Admin",
            "saml:acme:123456789012:Reader",
            "saml:acme:210987654321:Admin"
        ]
    );
    let role = &catalog.roles[1];
    assert_eq!(
        (role.source.clone(), role.found_in()),
        (Source::Saml, "acme".into())
    );
    assert_eq!(role.account_name, "Ours");
    assert_eq!(role.arn.as_ref().unwrap().name_with_path(), "team/Reader");
    assert_eq!(role.settings.region.as_deref(), Some("eu-west-1"));
    assert_eq!(role.duration.map(|d| d.seconds()), Some(7200));
    assert_eq!(
        role.session_name.as_ref().unwrap().as_str(),
        "somebody@example.com"
    );
    assert_eq!(role.route.is_chained(), Some(false));
    let Identity::Saml(saml) = &role.route.identity else {
        panic!("{:?}", role.route.identity);
    };
    assert_eq!(
        (saml.provider.as_str(), saml.provider_arn.as_str()),
        ("acme", PROVIDER)
    );
    assert!(catalog.problems.is_empty());
}

/// The same role by two providers is two ways to it; a listing twice is one.
#[test]
fn one_way_is_one_row() {
    let role = format!("arn:aws:iam::123456789012:role/Admin,{PROVIDER}");
    let listings = |names: &[&str]| Besides {
        saml: names.iter().map(|name| listing(name, &[&role])).collect(),
        ..Besides::default()
    };
    let rows = |besides: &Besides| Catalog::build(&SharedConfig::default(), besides).roles.len();
    assert_eq!(rows(&listings(&["acme", "acme"])), 1);
    assert_eq!(rows(&listings(&["acme", "other"])), 2);
}
