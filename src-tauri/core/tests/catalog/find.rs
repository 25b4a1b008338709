//! What a person types, and what it names.

use hatrack_core::account::HatColour;
use hatrack_core::catalog::{AccountSettings, Accounts, Besides, Catalog, Exactness, FindError};

use crate::shared;

const CONFIG: &str = "\
[profile stuzio]
role_arn = arn:aws:iam::081278057606:role/StuzioAcmeConsultantRole
source_profile = troy
[profile prod-reader]
role_arn = arn:aws:iam::111111111111:role/team/Reader
source_profile = troy
[profile prod-reader-chained]
role_arn = arn:aws:iam::111111111111:role/team/Reader
source_profile = stuzio
[profile test-reader]
role_arn = arn:aws:iam::222222222222:role/Reader
source_profile = troy
[profile sso/Admin]
sso_start_url = https://acme.awsapps.com/start
sso_region = eu-west-1
sso_account_id = 333333333333
sso_role_name = Admin
[profile 222222222222/Reader]
role_arn = arn:aws:iam::444444444444:role/Decoy
source_profile = troy
[profile regional]
region = eu-west-1
";
const CREDENTIALS: &str = "[troy]\naws_access_key_id = AKIA\naws_secret_access_key = s\n";

fn catalog() -> Catalog {
    let named = |name: &str| AccountSettings {
        name: Some(name.into()),
        ..AccountSettings::default()
    };
    let mut accounts = Accounts::from([
        ("111111111111".parse().unwrap(), named("Production")),
        ("222222222222".parse().unwrap(), named("Test/EU")),
        ("333333333333".parse().unwrap(), named(" ")),
    ]);
    accounts.get_mut(&"111111111111".parse().unwrap()).unwrap().colour = Some(HatColour::Red);
    Catalog::build(
        &shared(CONFIG, CREDENTIALS),
        &Besides {
            accounts,
            ..Besides::default()
        },
    )
}

fn found(text: &str) -> String {
    catalog()
        .find(text, Exactness::Parts)
        .unwrap_or_else(|e| panic!("{e}"))
        .key()
        .to_owned()
}

fn candidates(text: &str, exactness: Exactness) -> Vec<String> {
    match catalog().find(text, exactness) {
        Err(FindError::Ambiguous { candidates, .. }) => candidates.into_iter().map(|c| c.key).collect(),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn an_exact_profile_goes_before_everything_else() {
    assert_eq!(found("stuzio"), "stuzio");
    assert_eq!(found("prod-reader"), "prod-reader");
    assert_eq!(found("222222222222/Reader"), "222222222222/Reader");
    assert_eq!(found("troy"), "troy");
}

#[test]
fn an_arn_names_its_role_unless_several_routes_lead_there() {
    assert_eq!(found("arn:aws:iam::222222222222:role/Reader"), "test-reader");
    let both = ["prod-reader", "prod-reader-chained"];
    assert_eq!(
        candidates("arn:aws:iam::111111111111:role/team/Reader", Exactness::Exact),
        both
    );
}

#[test]
fn account_and_role_name_a_role_by_number_or_name() {
    assert_eq!(found("081278057606/StuzioAcmeConsultantRole"), "stuzio");
    assert_eq!(found("333333333333/Admin"), "sso/Admin");
    assert_eq!(found("test/eu/Reader"), "test-reader");
    assert_eq!(
        candidates("production/Reader", Exactness::Exact),
        ["prod-reader", "prod-reader-chained"]
    );
    assert_eq!(
        candidates("111111111111/team/Reader", Exactness::Exact),
        ["prod-reader", "prod-reader-chained"]
    );
}

#[test]
fn any_unambiguous_part_will_do_for_people() {
    assert_eq!(found("consultant"), "stuzio");
    assert_eq!(found("0812"), "stuzio");
    assert_eq!(found("decoy"), "222222222222/Reader");
    assert_eq!(found("ROY"), "troy");
    assert_eq!(found("chained"), "prod-reader-chained");
    assert_eq!(
        candidates("production", Exactness::Parts),
        ["prod-reader", "prod-reader-chained"]
    );
}

#[test]
fn scripts_get_no_parts() {
    let catalog = catalog();
    let missed = catalog.find("consultant", Exactness::Exact);
    assert!(matches!(missed, Err(FindError::NotFound { .. })), "{missed:?}");
}

#[test]
fn a_slip_is_answered_with_what_is_near() {
    for (slip, near) in [
        ("stuzoi", "stuzio"),
        ("prod-raeder", "prod-reader"),
        ("StuzioAcmeConsultRole", "StuzioAcmeConsultantRole"),
    ] {
        match catalog().find(slip, Exactness::Parts) {
            Err(FindError::NotFound { near: names, .. }) => {
                assert!(names.contains(&near.to_owned()), "{names:?}")
            }
            other => panic!("{slip}: {other:?}"),
        }
    }
}

#[test]
fn a_profile_with_settings_only_says_so() {
    let catalog = catalog();
    let missed = catalog.find("regional", Exactness::Parts);
    assert!(matches!(missed, Err(FindError::NoCredentials { at, .. }) if at.line == 21));
}

#[test]
fn nothing_is_found_by_nothing() {
    let catalog = catalog();
    for text in ["", " ", "/", "nothing-like-it"] {
        let missed = catalog.find(text, Exactness::Parts);
        assert!(
            matches!(
                missed,
                Err(FindError::NotFound { .. } | FindError::Ambiguous { .. })
            ),
            "{text:?}"
        );
    }
    assert!(matches!(
        catalog.find("", Exactness::Parts),
        Err(FindError::NotFound { .. })
    ));
}

#[test]
fn accounts_have_the_name_and_hat_that_the_person_gave_them() {
    let catalog = catalog();
    let entry = crate::role(&catalog, "prod-reader");
    assert_eq!(
        (entry.account_name.as_str(), entry.colour),
        ("Production", HatColour::Red)
    );
    let unnamed = crate::role(&catalog, "sso/Admin");
    assert_eq!(unnamed.account_name, "333333333333");
    assert_eq!(unnamed.colour, HatColour::for_account(unnamed.account_id));
}

#[test]
fn an_error_shows_no_control_characters() {
    let error = catalog().find("x\u{1b}[2J", Exactness::Parts).unwrap_err();
    assert!(!error.to_string().contains('\u{1b}'));
}
