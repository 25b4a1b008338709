//! A team's file, and its roles in the catalog.

use hatrack_core::account::HatColour;
use hatrack_core::catalog::{BadTeamFile, Besides, Catalog, Severity, Source, TeamCatalog};

use crate::shared;

const FILE: &str = r##"
name = "platform"

[[accounts]]
id = "081278057606"
name = "Stuzio"
colour = "teal"
production = true

[[roles]]
account = "081278057606"
role = "team/Reader"
start = "troy"
external_id = "stuzio-acme"
duration = "2h"
region = "eu-west-1"
session_name = "{user}-{role}"

[[roles]]
account = "444455556666"
role = "Far"
name = "The far one"
start = "nobody"
duration = 900
"##;

const TROY: &str = "[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\n";

fn team(text: &str) -> TeamCatalog {
    text.parse().unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn refusal(text: &str) -> BadTeamFile {
    match text.parse::<TeamCatalog>() {
        Err(why) => why,
        Ok(read) => panic!("{text}: {read:?}"),
    }
}

fn listed(config: &str, team: TeamCatalog) -> Catalog {
    let besides = Besides {
        teams: vec![team],
        ..Besides::default()
    };
    Catalog::build(&shared(config, ""), &besides)
}

#[test]
fn a_teams_role_starts_from_what_the_member_has() {
    let catalog = listed(TROY, team(FILE));
    let [role] = &catalog.roles[..] else {
        panic!("{:?}", catalog.roles);
    };
    assert_eq!(role.source, Source::Team("platform".into()));
    assert_eq!(
        role.key,
        "team:platform:troy:arn:aws:iam::081278057606:role/team/Reader"
    );
    assert_eq!(
        (role.account_name.as_str(), role.colour, role.production),
        ("Stuzio", HatColour::Teal, true)
    );
    assert_eq!(role.route.identity_profile, "troy");
    let hop = &role.route.hops[0];
    assert_eq!(hop.external_id.as_ref().unwrap().as_str(), "stuzio-acme");
    assert_eq!(hop.duration.unwrap().seconds(), 7200);
    assert_eq!(role.settings.region.as_deref(), Some("eu-west-1"));
    assert_eq!(
        role.usual_session_name(Some("troy")).unwrap().as_str(),
        "troy-Reader"
    );
    let [problem] = &catalog.problems[..] else {
        panic!("{:?}", catalog.problems);
    };
    assert_eq!(problem.severity, Severity::Warning);
    assert!(
        problem.message.contains("\"nobody\"") && problem.message.contains("1 role"),
        "{problem}"
    );
}

#[test]
fn a_teams_role_may_start_from_a_sign_in() {
    let config =
        "[sso-session acme]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\n";
    let text = "name = \"t\"\n[[roles]]\naccount = \"081278057606\"\nrole = \"Admin\"\nstart = \"acme\"\n";
    let catalog = listed(config, team(text));
    let role = &catalog.roles[0];
    assert!(role.route.hops.is_empty() && role.arn.is_none());
    assert_eq!(role.route.identity.portal_name(), Some("acme"));
    assert_eq!(catalog.problems, []);
}

#[test]
fn a14_a_teams_file_has_no_place_for_what_runs_leads_elsewhere_or_is_a_secret() {
    let head = "name = \"t\"\n";
    let role = "[[roles]]\naccount = \"081278057606\"\nrole = \"R\"\nstart = \"troy\"\n";
    for (at, key) in [
        (role, "credential_process"),
        (role, "command"),
        (role, "endpoint_url"),
        (role, "source_profile"),
        (role, "role_arn"),
        (role, "aws_access_key_id"),
        (role, "aws_secret_access_key"),
        (role, "aws_session_token"),
        (role, "web_identity_token_file"),
        (role, "ca_bundle"),
        (role, "policy"),
        ("[[accounts]]\nid = \"081278057606\"\n", "endpoint"),
        ("", "include"),
        ("", "url"),
        ("", "services"),
    ] {
        let text = format!("{head}{at}{key} = \"x\"\n");
        let why = refusal(&text);
        assert!(why.why.contains(key), "{why}");
        assert_eq!(usize::try_from(why.line).unwrap(), text.lines().count(), "{why}");
    }
    assert!(
        refusal(&format!("{head}[profile]\nregion = \"x\"\n"))
            .why
            .contains("profile")
    );
}

#[test]
fn what_cannot_be_used_is_named_by_its_line() {
    let role = |rest: &str| {
        format!("name = \"t\"\n[[roles]]\naccount = \"081278057606\"\nstart = \"troy\"\n{rest}\n")
    };
    for (text, line) in [
        (String::new(), 1),
        ("name = \"\"".into(), 1),
        ("name = \"t\"\nname = \"u\"".into(), 2),
        ("name = \"t\"\n[[accounts]]\nid = \"acme\"".into(), 3),
        ("name = \"t\"\n[[accounts]]\nid = 081278057606".into(), 3),
        (
            "name = \"t\"\n[[accounts]]\nid = \"081278057606\"\n[[accounts]]\nid = \"081278057606\"".into(),
            5,
        ),
        (
            "name = \"t\"\n[[accounts]]\nid = \"081278057606\"\ncolour = \"mauve\"".into(),
            4,
        ),
        (role("role = \"../x y\""), 5),
        (role("role = \"R\"\nduration = \"13h\""), 6),
        (role("role = \"R\"\nduration = true"), 6),
        (role("role = \"R\"\nregion = \"evil.example/\""), 6),
        (role("role = \"R\"\nsession_name = \"{email}\""), 6),
        (role("role = \"R\"\nexternal_id = \"a b\""), 6),
        (role("role = \"R\"\npartition = \"aws-mars\""), 6),
        (
            role("role = \"R\"\n[[roles]]\naccount = \"081278057606\"\nrole = \"R\"\nstart = \"troy\""),
            8,
        ),
        (role(""), 2),
        ("name = \"t\"\nroles = 7".into(), 2),
        ("name = \"t\" x".into(), 1),
    ] {
        let why = refusal(&text);
        assert_eq!(why.line, line, "{why}: {text}");
    }
}

#[test]
fn a9_hostile_names_are_refused_and_told_as_inert_text() {
    for name in ["\\u202Eevil", "\\u001B[2J", "a\\nb", &"x".repeat(81)] {
        for text in [
            format!("name = \"{name}\""),
            format!("name = \"t\"\n[[accounts]]\nid = \"081278057606\"\nname = \"{name}\""),
            format!("name = \"t\"\n\"{name}\" = 1"),
        ] {
            let message = refusal(&text).to_string();
            assert!(
                !message.contains(|c: char| c.is_control() || c == '\u{202e}'),
                "{message:?}"
            );
        }
    }
}
