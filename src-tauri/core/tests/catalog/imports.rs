//! Roles from other tools' files.

use hatrack_core::account::HatColour;
use hatrack_core::catalog::import::{Import, ImportFormat, ImportPlan, NotAnImport};
use hatrack_core::catalog::{AddedRole, Besides, Catalog};

use crate::shared;

const OWN: &str = "[profile troy]\naws_access_key_id = A\naws_secret_access_key = s\n\
                   [profile there]\nrole_arn = arn:aws:iam::123456789012:role/There\nsource_profile = troy\n";

fn read(text: &str) -> Import {
    Import::read(text).unwrap_or_else(|why| panic!("{why}: {text}"))
}

fn plan(text: &str, from: Option<&str>) -> ImportPlan {
    Catalog::build(&shared(OWN, ""), &Besides::default()).plan_import(read(text), from)
}

fn added(plan: &ImportPlan) -> Vec<(&str, &str, String)> {
    let tell = |role: &'_ AddedRole| role.role.to_string();
    plan.add
        .iter()
        .map(|planned| {
            let role = &planned.role;
            (
                role.display_name.as_deref().unwrap(),
                role.source_profile.as_str(),
                tell(role),
            )
        })
        .collect()
}

fn unusable(plan: &ImportPlan) -> Vec<&str> {
    plan.unusable.iter().map(|one| one.name.as_str()).collect()
}

const EXTEND: &str = "; the bases\n[organisation]\naws_account_id = my-alias\ntarget_role_name = Shared\n\n\
    [profile marketing]\nrole_arn = arn:aws:iam::123456789012:role/team/Marketing\ncolor = ffaaee\n\n\
    [one]\naws_account_id = 0812-7805-7606\nrole_name = One\nsource_profile = organisation\nregion = cn-north-1\n\n\
    [two]\naws_account_id = 081278057606\nsource_profile = organisation\n\n\
    [mine]\nrole_arn = arn:aws:iam::123456789012:role/Mine\nsource_profile = troy\n\
    external_id = x-1\nmfa_serial = arn:aws:iam::1:mfa/t\n\n\
    [there]\nrole_arn = arn:aws:iam::123456789012:role/There\nsource_profile = troy\n\n\
    [again]\nrole_arn = arn:aws:iam::123456789012:role/Mine\nsource_profile = troy\n\n\
    [aliased]\naws_account_id = account-3-alias\nrole_name = Other\n\n\
    [broken]\nrole_arn = arn:aws:iam::123456789012:user/U\n";

#[test]
fn the_extensions_configuration_is_read_and_planned() {
    let import = read(EXTEND);
    assert_eq!(import.format, ImportFormat::ExtendSwitchRoles);
    let plan = plan(EXTEND, Some("troy"));
    assert_eq!(
        added(&plan),
        [
            (
                "marketing",
                "troy",
                "arn:aws:iam::123456789012:role/team/Marketing".into()
            ),
            ("one", "troy", "arn:aws-cn:iam::081278057606:role/One".into()),
            ("two", "troy", "arn:aws:iam::081278057606:role/Shared".into()),
            ("mine", "troy", "arn:aws:iam::123456789012:role/Mine".into()),
        ]
    );
    assert_eq!(plan.add[0].colour, Some(HatColour::Pink));
    assert_eq!(plan.add[1].role.region.as_deref(), Some("cn-north-1"));
    assert_eq!(plan.add[3].role.external_id.as_ref().unwrap().as_str(), "x-1");
    assert!(plan.add[3].role.mfa_serial.is_some());
    let present: Vec<_> = plan
        .present
        .iter()
        .map(|one| (one.name.as_str(), one.key.as_str()))
        .collect();
    assert_eq!(present, [("there", "there")]);
    assert_eq!(unusable(&plan), ["aliased", "broken", "again"]);
}

#[test]
fn without_a_start_only_what_starts_from_a_known_profile_is_added() {
    let plan = plan(EXTEND, None);
    let names: Vec<&str> = added(&plan).into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["mine"]);
    let marketing = plan.unusable.iter().find(|one| one.name == "marketing").unwrap();
    assert!(marketing.why.contains("--from"), "{marketing:?}");
}

const LEAPP: &str = r#"{
  "_sessions": [
    {"sessionId": "3", "type": "awsIamRoleChained", "sessionName": "far", "region": "eu-west-1", "parentSessionId": "2",
     "roleArn": "arn:aws:iam::444455556666:role/Far", "profileId": "p", "roleSessionName": "assumed-from-leapp"},
    {"sessionId": "2", "type": "awsIamRoleChained", "sessionName": "near", "region": "$(id)", "parentSessionId": "1",
     "roleArn": "arn:aws:iam::123456789012:role/Near", "profileId": "p"},
    {"sessionId": "1", "type": "awsIamUser", "sessionName": "me", "region": "eu-west-1", "profileId": "t",
     "mfaDevice": "arn:aws:iam::183438944504:mfa/troy", "secretKey": "canary"},
    {"sessionId": "4", "type": "awsSsoRole", "sessionName": "sso", "roleArn": "arn:aws:iam::1/Admin", "region": "x"},
    {"sessionId": "5", "type": "awsIamRoleFederated", "sessionName": "saml", "region": "x"},
    {"sessionId": "6", "type": "azure", "sessionName": "cloud", "region": "x"},
    {"sessionId": "7", "type": "awsIamRoleChained", "sessionName": "loop", "region": "x", "parentSessionId": "7",
     "roleArn": "arn:aws:iam::123456789012:role/Loop", "profileId": "p"},
    {"sessionId": "8", "type": "awsIamRoleChained", "sessionName": "lost", "region": "x", "parentSessionId": "4",
     "roleArn": "arn:aws:iam::123456789012:role/Lost", "profileId": "p"}
  ],
  "_profiles": [{"id": "p", "name": "default"}, {"id": "t", "name": "troy"}],
  "_proxyConfiguration": {"username": "me", "password": "canary"},
  "_workspaceVersion": 6
}"#;

#[test]
fn of_leapps_workspace_the_chained_roles_are_taken_each_after_its_start() {
    assert_eq!(read(LEAPP).format, ImportFormat::Leapp);
    let plan = plan(LEAPP, None);
    let near = "arn:aws:iam::123456789012:role/Near";
    assert_eq!(
        added(&plan),
        [
            ("near", "troy", near.to_owned()),
            (
                "far",
                &*format!("added:troy:{near}"),
                "arn:aws:iam::444455556666:role/Far".into()
            ),
        ]
    );
    let first = &plan.add[0].role;
    assert_eq!(
        first.mfa_serial.as_ref().unwrap().as_str(),
        "arn:aws:iam::183438944504:mfa/troy"
    );
    assert_eq!(
        (first.region.as_deref(), plan.add[1].role.region.as_deref()),
        (None, Some("eu-west-1"))
    );
    assert_eq!(unusable(&plan), ["me", "sso", "saml", "cloud", "lost", "loop"]);

    let besides = Besides {
        added: plan.add.into_iter().map(|planned| planned.role).collect(),
        ..Besides::default()
    };
    let catalog = Catalog::build(&shared(OWN, ""), &besides);
    assert_eq!(catalog.problems, []);
    assert_eq!(catalog.roles.last().unwrap().route.hops.len(), 2);
    let again = catalog.plan_import(read(LEAPP), None);
    assert_eq!((again.add.len(), again.present.len()), (0, 2));
}

#[test]
fn no_secret_of_a_file_is_taken_over_or_told() {
    let extend = "[a]\nrole_arn = arn:aws:iam::123456789012:role/A\naws_access_key_id = canary\n\
                  aws_secret_access_key = canary\ncredential_process = canary\nsource_profile = troy\n";
    for text in [LEAPP, extend] {
        let told = format!("{:?} {:?}", read(text), plan(text, Some("troy")));
        assert!(!told.contains("canary"), "{told}");
    }
    for broken in [
        "[a]\naws_secret_access_key canary",
        r#"{"_sessions": [{"sessionId": "canary", "canary"#,
        r#"{"_sessions": "canary"}"#,
    ] {
        let why = Import::read(broken).unwrap_err();
        assert!(!format!("{why} {why:?}").contains("canary"), "{why}");
    }
}

#[test]
fn what_is_no_such_file_is_refused() {
    assert_eq!(Import::read("U2FsdGVkX1+abcdef=="), Err(NotAnImport::Encrypted));
    assert_eq!(
        Import::read("\"U2FsdGVkX1+abcdef==\""),
        Err(NotAnImport::Encrypted)
    );
    assert_eq!(
        Import::read("name = \"t\"\n[[roles]]\n"),
        Err(NotAnImport::TeamFile)
    );
    for text in ["", "hello", "{}", "{", "[]", "\u{0}[a]", "{\"_sessions\": 1}"] {
        let read = Import::read(text);
        assert!(
            matches!(&read, Err(NotAnImport::Form(_))) || read.is_ok_and(|import| import.roles.is_empty()),
            "{text}"
        );
    }
}

#[test]
fn a9_hostile_names_are_listed_as_inert_text_and_not_added() {
    let text = "[\u{202e}evil]\nrole_arn = arn:aws:iam::123456789012:role/A\n[$(id)]\nrole_arn = arn:aws:iam::123456789012:role/B\n\
                [start]\nrole_arn = arn:aws:iam::123456789012:role/C\nsource_profile = \u{1b}[2J\n";
    let plan = plan(text, None);
    assert!(plan.add.is_empty());
    for one in &plan.unusable {
        let told = format!("{} {}", one.name, one.why);
        assert!(
            !told.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{told:?}"
        );
    }
    assert_eq!(plan.unusable.len(), 3);
}
