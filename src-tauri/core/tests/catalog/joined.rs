//! One row for each role and way to it, and whose word counts.

use hatrack_core::account::HatColour;
use hatrack_core::catalog::{
    AccountSettings, AddedRole, Besides, Catalog, Defaults, RoleEntry, RoleSettings, Source, TeamCatalog,
};
use hatrack_core::identity_center::{Portal, PortalAccount, PortalListing};
use hatrack_core::sts_limits::SessionDuration;

use crate::{CONFIG, shared};

const ARN: &str = "arn:aws:iam::081278057606:role/Reader";
const KEYS: &str = "[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\nregion = us-east-1\n";
const PROFILE: &str =
    "[profile reader]\nrole_arn = arn:aws:iam::081278057606:role/Reader\nsource_profile = troy\n";
const SESSION: &str =
    "[sso-session acme]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\n";
const SSO_PROFILE: &str =
    "[profile admin]\nsso_session = acme\nsso_account_id = 081278057606\nsso_role_name = Reader\n";

fn added() -> AddedRole {
    AddedRole {
        role: ARN.parse().unwrap(),
        display_name: Some("Mine".into()),
        source_profile: "troy".into(),
        external_id: None,
        mfa_serial: None,
        duration: Some(SessionDuration::try_from(7200).unwrap()),
        region: Some("eu-south-1".into()),
    }
}

fn team(start: &str) -> TeamCatalog {
    format!(
        "name = \"platform\"\n[[accounts]]\nid = \"081278057606\"\nname = \"Ours\"\ncolour = \"pink\"\nproduction = true\n\
         [[roles]]\naccount = \"081278057606\"\nrole = \"Reader\"\nname = \"Theirs\"\nstart = \"{start}\"\n\
         duration = \"3h\"\nregion = \"eu-north-1\"\nsession_name = \"team-{{user}}\"\n"
    )
    .parse()
    .unwrap()
}

fn listing() -> PortalListing {
    PortalListing {
        portal: Portal {
            session: Some("acme".into()),
            start_url: "https://acme.awsapps.com/start".into(),
            region: "eu-west-1".into(),
            scopes: vec!["sso:account:access".into()],
        },
        accounts: vec![PortalAccount {
            id: "081278057606".parse().unwrap(),
            name: Some("Listed".into()),
            roles: vec!["Reader".into()],
        }],
    }
}

fn only(config: &str, besides: Besides) -> RoleEntry {
    let catalog = Catalog::build(&shared(config, ""), &besides);
    assert_eq!(catalog.problems, []);
    let [role] = &catalog.roles[..] else {
        panic!("{:#?}", catalog.roles);
    };
    for key in role.keys() {
        assert_eq!(catalog.by_key(key).unwrap().key(), role.key, "{key}");
    }
    role.clone()
}

fn found(role: &RoleEntry) -> (Source, Vec<&str>) {
    (
        role.source.clone(),
        role.also_in.iter().map(String::as_str).collect(),
    )
}

fn seconds(role: &RoleEntry) -> Option<u32> {
    let last = role.route.hops.last().unwrap();
    assert_eq!(role.duration, last.duration);
    role.duration.map(SessionDuration::seconds)
}

#[test]
fn a_profile_and_an_added_role_are_one_row() {
    let besides = Besides {
        added: vec![added()],
        ..Besides::default()
    };
    let role = only(&format!("{KEYS}{PROFILE}"), besides.clone());
    assert_eq!(found(&role), (Source::SharedConfig, vec!["Hatrack"]));
    assert_eq!(
        (role.key.as_str(), role.other_keys.as_slice()),
        ("reader", &[added().key()][..])
    );
    // What the profile leaves out, the form says.
    assert_eq!(role.display_name.as_deref(), Some("Mine"));
    assert_eq!(
        (seconds(&role), role.settings.region.as_deref()),
        (Some(7200), Some("eu-south-1"))
    );
    // What the profile says stays.
    let said = format!("{KEYS}{PROFILE}duration_seconds = 900\nregion = eu-west-3\n");
    let role = only(&said, besides);
    assert_eq!(
        (seconds(&role), role.settings.region.as_deref()),
        (Some(900), Some("eu-west-3"))
    );
}

#[test]
fn a_profile_and_a_teams_role_are_one_row() {
    let besides = Besides {
        teams: vec![team("troy")],
        ..Besides::default()
    };
    let role = only(&format!("{KEYS}{PROFILE}role_session_name = own\n"), besides);
    assert_eq!(found(&role), (Source::SharedConfig, vec!["platform"]));
    assert_eq!(
        (seconds(&role), role.settings.region.as_deref()),
        (Some(10800), Some("eu-north-1"))
    );
    assert_eq!(role.usual_session_name(Some("troy")).unwrap().as_str(), "own");
    assert_eq!((role.account_name.as_str(), role.production), ("Ours", true));
}

#[test]
fn a_profile_and_a_listed_role_are_one_row() {
    let besides = Besides {
        listings: vec![listing()],
        ..Besides::default()
    };
    let role = only(&format!("{SESSION}{SSO_PROFILE}"), besides);
    assert_eq!(found(&role), (Source::SharedConfig, vec!["acme"]));
    assert_eq!(
        (role.key.as_str(), role.account_name.as_str()),
        ("admin", "Listed")
    );
}

#[test]
fn an_added_and_a_teams_role_are_one_row() {
    let besides = Besides {
        added: vec![added()],
        teams: vec![team("troy")],
        ..Besides::default()
    };
    let role = only(KEYS, besides);
    assert_eq!(found(&role), (Source::Added, vec!["platform"]));
    assert_eq!(role.display_name.as_deref(), Some("Mine"));
    assert_eq!(
        (seconds(&role), role.settings.region.as_deref()),
        (Some(7200), Some("eu-south-1"))
    );
    assert_eq!(
        role.usual_session_name(Some("troy")).unwrap().as_str(),
        "team-troy"
    );
}

#[test]
fn a_teams_and_a_listed_role_are_one_row_which_is_the_teams() {
    let besides = Besides {
        teams: vec![team("acme")],
        listings: vec![listing()],
        ..Besides::default()
    };
    let role = only(SESSION, besides);
    assert_eq!(found(&role), (Source::Team("platform".into()), vec!["acme"]));
    assert_eq!(
        (role.account_name.as_str(), role.display_name.as_deref()),
        ("Ours", Some("Theirs"))
    );
    assert_eq!(role.other_keys, ["portal:acme:081278057606:Reader"]);
}

#[test]
fn an_added_role_upon_a_listed_one_is_another_role_and_another_row() {
    let above = AddedRole {
        source_profile: "portal:acme:081278057606:Reader".into(),
        ..added()
    };
    let besides = Besides {
        added: vec![above],
        listings: vec![listing()],
        ..Besides::default()
    };
    let catalog = Catalog::build(&shared(SESSION, ""), &besides);
    let hops: Vec<usize> = catalog.roles.iter().map(|role| role.route.hops.len()).collect();
    assert_eq!((hops, catalog.problems.len()), (vec![0, 1], 0));
}

#[test]
fn a_role_found_everywhere_says_so_once_each() {
    let profile = format!("{SESSION}{SSO_PROFILE}");
    let besides = Besides {
        teams: vec![team("acme"), team("acme")],
        listings: vec![listing()],
        ..Besides::default()
    };
    assert_eq!(
        found(&only(&profile, besides)),
        (Source::SharedConfig, vec!["acme", "platform"])
    );
}

#[test]
fn other_ways_to_one_role_are_other_rows() {
    let elsewhere = "[profile reader]\nrole_arn = arn:aws:iam::081278057606:role/Reader\nsource_profile = troy\n\
                     endpoint_url = https://minio.example\n";
    let ways = [
        (
            PROFILE.to_owned(),
            AddedRole {
                external_id: Some("x-1".parse().unwrap()),
                ..added()
            },
        ),
        (
            PROFILE.to_owned(),
            AddedRole {
                mfa_serial: Some("arn:aws:iam::1:mfa/t".parse().unwrap()),
                ..added()
            },
        ),
        (format!("{PROFILE}external_id = x-1\n"), added()),
        (elsewhere.to_owned(), added()),
    ];
    for (profile, added) in ways {
        let besides = Besides {
            added: vec![added],
            ..Besides::default()
        };
        let catalog = Catalog::build(&shared(&format!("{KEYS}{profile}"), ""), &besides);
        assert_eq!(catalog.roles.len(), 2, "{profile}");
        assert!(catalog.roles.iter().all(|role| role.also_in.is_empty()));
    }
}

#[test]
fn two_profiles_of_one_role_keep_their_names() {
    let second = PROFILE.replace("[profile reader]", "[profile again]");
    let catalog = Catalog::build(
        &shared(&format!("{KEYS}{PROFILE}{second}"), ""),
        &Besides::default(),
    );
    assert_eq!(catalog.roles.len(), 2);
}

#[test]
fn the_persons_word_on_accounts_counts_before_the_teams_and_that_before_the_portals() {
    let said = AccountSettings {
        name: Some("Mine".into()),
        colour: Some(HatColour::Green),
        ..AccountSettings::default()
    };
    let mut besides = Besides {
        accounts: [("081278057606".parse().unwrap(), said)].into(),
        teams: vec![team("acme")],
        listings: vec![listing()],
        ..Besides::default()
    };
    let name = |besides: &Besides| {
        let role = only(SESSION, besides.clone());
        (role.account_name, role.colour)
    };
    assert_eq!(name(&besides), ("Mine".into(), HatColour::Green));
    besides.accounts.clear();
    assert_eq!(name(&besides), ("Ours".into(), HatColour::Pink));
    besides.teams.clear();
    assert_eq!(name(&besides).0, "Listed");
}

fn defaults(duration: u32, region: &str, session_name: &str) -> Defaults {
    Defaults {
        duration: Some(duration.try_into().unwrap()),
        region: Some(region.parse().unwrap()),
        session_name: Some(session_name.parse().unwrap()),
    }
}

#[test]
fn defaults_go_from_the_profile_to_the_role_to_the_account_to_the_team() {
    let of_role = RoleSettings {
        name: Some("Called".into()),
        notes: Some("ask first".into()),
        defaults: defaults(1800, "eu-west-1", "role-{account}"),
    };
    let of_account = AccountSettings {
        defaults: defaults(2700, "eu-west-2", "account-{role}"),
        ..AccountSettings::default()
    };
    let mut besides = Besides {
        accounts: [("081278057606".parse().unwrap(), of_account)].into(),
        // By the key of a row that became the profile's.
        roles: [(added().key(), of_role)].into(),
        added: vec![AddedRole {
            duration: None,
            region: None,
            display_name: None,
            ..added()
        }],
        teams: vec![team("troy")],
        ..Besides::default()
    };
    let profile = format!("{KEYS}{PROFILE}");
    let all = |besides: &Besides, config: &str| {
        let role = only(config, besides.clone());
        let name = role.usual_session_name(Some("troy")).unwrap().to_string();
        (seconds(&role).unwrap(), role.settings.region.unwrap(), name)
    };
    let own = format!("{profile}duration_seconds = 900\nregion = eu-west-9\nrole_session_name = own\n");
    assert_eq!(all(&besides, &own), (900, "eu-west-9".into(), "own".into()));
    assert_eq!(
        all(&besides, &profile),
        (1800, "eu-west-1".into(), "role-081278057606".into())
    );
    let role = only(&profile, besides.clone());
    assert_eq!(
        (role.display_name.as_deref(), role.notes.as_deref()),
        (Some("Called"), Some("ask first"))
    );
    besides.roles.clear();
    assert_eq!(
        all(&besides, &profile),
        (2700, "eu-west-2".into(), "account-Reader".into())
    );
    besides.accounts.clear();
    assert_eq!(
        all(&besides, &profile),
        (10800, "eu-north-1".into(), "team-troy".into())
    );
}

#[test]
fn defaults_of_a_role_are_not_those_of_a_hop_through_it() {
    let through = "[profile far]\nrole_arn = arn:aws:iam::444455556666:role/Far\nsource_profile = reader\n";
    let of_role = RoleSettings {
        defaults: defaults(1800, "eu-west-1", "mine"),
        ..RoleSettings::default()
    };
    let besides = Besides {
        roles: [("reader".to_owned(), of_role)].into(),
        ..Besides::default()
    };
    let catalog = Catalog::build(&shared(&format!("{KEYS}{PROFILE}{through}"), ""), &besides);
    let far = crate::role(&catalog, "far");
    assert!(far.route.hops.iter().all(|hop| hop.duration.is_none()));
    assert_eq!((far.duration, far.usual_session_name(None)), (None, None));
    assert_eq!(seconds(crate::role(&catalog, "reader")), Some(1800));
    assert_eq!(far.found_in(), CONFIG);
}
