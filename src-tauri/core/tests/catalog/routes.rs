//! Routes as AWS's SDK resolves profiles.

use hatrack_core::route::{Identity, ProcessCommand};

use crate::{catalog, identity, problem, role, way};

const KEYS: &str = "aws_access_key_id = AKIA1\naws_secret_access_key = s\n";

fn arn(name: &str) -> String {
    format!("role_arn = arn:aws:iam::123456789012:role/{name}\n")
}

#[test]
fn a_role_starts_from_the_keys_of_its_source_profile() {
    let config = format!(
        "[profile rdsadmin]\n{}source_profile = default\nexternal_id = Ext/1:2\n\
         mfa_serial = arn:aws:iam::123456789012:mfa/troy\nrole_session_name = troy@acme\nduration_seconds = 7200\n\
         region = eu-west-1\n",
        arn("team/RdsAdmin")
    );
    let catalog = catalog(&config, &format!("[default]\n{KEYS}"));
    let entry = role(&catalog, "rdsadmin");
    let [hop] = &entry.route.hops[..] else {
        panic!("{entry:?}")
    };
    assert_eq!(
        entry.route.identity,
        Identity::Keys {
            profile: "default".into(),
            access_key_id: "AKIA1".into(),
            temporary: false,
            in_vault: false,
        }
    );
    assert_eq!(entry.route.identity_profile, "default");
    assert_eq!(
        hop.role.to_string(),
        "arn:aws:iam::123456789012:role/team/RdsAdmin"
    );
    assert_eq!(hop.external_id.as_ref().unwrap().as_str(), "Ext/1:2");
    assert_eq!(hop.session_name.as_ref().unwrap().as_str(), "troy@acme");
    assert_eq!(entry.duration.unwrap().seconds(), 7200);
    assert_eq!(
        entry.route.mfa_serial().unwrap().as_str(),
        "arn:aws:iam::123456789012:mfa/troy"
    );
    assert_eq!(
        (entry.role_name.as_str(), entry.settings.region.as_deref()),
        ("RdsAdmin", Some("eu-west-1"))
    );
    assert_eq!(entry.route.is_chained(), Some(false));
    assert_eq!(entry.defined_at.as_ref().unwrap().line, 1);
    assert!(catalog.problems.is_empty(), "{:?}", catalog.problems);
}

#[test]
fn a_chain_of_any_length_goes_from_the_identity_to_the_role() {
    let mut config = format!("[profile r0]\n{}source_profile = base\n", arn("R0"));
    for i in 1..40 {
        config += &format!(
            "[profile r{i}]\n{}source_profile = r{}\n",
            arn(&format!("R{i}")),
            i - 1
        );
    }
    let catalog = catalog(&config, &format!("[base]\n{KEYS}"));
    let last = role(&catalog, "r39");
    assert_eq!(last.route.hops.len(), 40);
    assert_eq!(last.route.hops[0].role.role_name(), "R0");
    assert_eq!(last.route.hops[39].role.role_name(), "R39");
    assert_eq!(last.route.is_chained(), Some(true));
    assert_eq!(role(&catalog, "r0").route.is_chained(), Some(false));
}

#[test]
fn a_profile_that_names_itself_starts_from_its_own_keys() {
    let catalog = catalog(
        &format!("[profile a]\n{}source_profile = a\n{KEYS}", arn("A")),
        "",
    );
    assert_eq!(way(role(&catalog, "a")), ["a", "a"]);
    assert!(matches!(&role(&catalog, "a").route.identity, Identity::Keys { profile, .. } if profile == "a"));
}

#[test]
fn a_source_with_keys_ends_the_chain_whatever_else_it_has() {
    let config = format!(
        "[profile a]\n{}source_profile = b\n[profile b]\n{}source_profile = c\n{KEYS}[profile c]\n{KEYS}",
        arn("A"),
        arn("B")
    );
    let catalog = catalog(&config, "");
    assert_eq!(way(role(&catalog, "a")), ["a", "b"]);
    assert_eq!(way(role(&catalog, "b")), ["b", "c"]);
}

#[test]
fn keys_of_the_credentials_file_win_over_those_of_the_config() {
    let catalog = catalog(
        "[profile a]\naws_access_key_id = OLD\naws_secret_access_key = x\n",
        "[a]\naws_access_key_id = NEW\naws_secret_access_key = y\n",
    );
    let Identity::Keys { access_key_id, .. } = &identity(&catalog, "a").route.identity else {
        panic!()
    };
    assert_eq!(access_key_id, "NEW");
}

#[test]
fn credential_sources_are_known_in_any_case() {
    let named = |source: &str| {
        let config = format!("[profile a]\n{}credential_source = {source}\n", arn("A"));
        let catalog = catalog(&config, "");
        role(&catalog, "a").route.clone()
    };
    assert_eq!(named("Environment").identity, Identity::Environment);
    assert_eq!(
        named("ec2instancemetadata").identity,
        Identity::Ec2InstanceMetadata
    );
    assert_eq!(named("EcsContainer").identity, Identity::EcsContainer);
    assert_eq!(named("Environment").is_chained(), None);
    assert_eq!(named("Ec2InstanceMetadata").is_chained(), Some(true));
}

#[test]
fn temporary_keys_are_seen_and_make_one_hop_a_chain() {
    let config = format!(
        "[profile a]\n{}source_profile = t\nmfa_serial = 123456789\n",
        arn("A")
    );
    let catalog = catalog(&config, &format!("[t]\n{KEYS}aws_session_token = tok\n"));
    let route = &role(&catalog, "a").route;
    assert!(matches!(route.identity, Identity::Keys { temporary: true, .. }));
    assert_eq!((route.is_chained(), route.mfa_serial()), (Some(true), None));
}

#[test]
fn of_several_kinds_in_one_profile_the_first_in_the_sdks_order_wins() {
    let role_line = arn("A");
    let sso = "sso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\n\
               sso_account_id = 123456789012\nsso_role_name = Reader\n";
    let process = "credential_process = /bin/creds --token CANARY\n";
    let login = "login_session = arn:aws:iam::123456789012:user/troy\n";
    let token = "web_identity_token_file = /token\n";
    let kind = |parts: &[&str]| {
        let catalog = catalog(&format!("[profile a]\n{}", parts.concat()), "");
        let route = catalog
            .roles
            .first()
            .map(|r| &r.route)
            .or(catalog.identities.first().map(|i| &i.route));
        (route.unwrap().identity.kind(), route.unwrap().hops.len())
    };
    let (role, source) = (role_line.as_str(), "source_profile = a\n");
    assert_eq!(
        kind(&[role, token, source, sso, login, process, KEYS]),
        ("web_identity", 0)
    );
    assert_eq!(
        kind(&[role, "credential_source = Environment\n", KEYS]),
        ("environment", 1)
    );
    assert_eq!(kind(&[role, source, sso, KEYS]), ("identity_center", 1));
    assert_eq!(kind(&[sso, login, process, KEYS]), ("identity_center", 0));
    assert_eq!(kind(&[login, process, KEYS]), ("login", 0));
    assert_eq!(kind(&[process, KEYS]), ("credential_process", 0));
    assert_eq!(kind(&[KEYS]), ("keys", 0));
}

#[test]
fn a_role_got_by_a_token_has_its_profiles_session_name() {
    let config = format!(
        "[profile a]\n{}web_identity_token_file = t\nrole_session_name = build-7\n",
        arn("A")
    );
    let catalog = catalog(&config, "");
    let entry = role(&catalog, "a");
    assert_eq!(entry.session_name.as_ref().unwrap().as_str(), "build-7");
    assert_eq!(entry.role_name, "A");
}

#[test]
fn identity_center_roles_are_listed_by_account_and_role() {
    let config = "[sso-session corp]\nsso_region = cn-north-1\nsso_start_url = https://corp.awsapps.cn/start\n\
                  [profile r]\nsso_session = corp\nsso_account_id = 081278057606\nsso_role_name = Reader\n";
    let catalog = catalog(config, "");
    let entry = role(&catalog, "r");
    assert_eq!((entry.arn.as_ref(), entry.role_name.as_str()), (None, "Reader"));
    assert_eq!(
        (entry.account_id.as_str(), entry.partition.as_str()),
        ("081278057606", "aws-cn")
    );
    let Identity::IdentityCenter(center) = &entry.route.identity else {
        panic!()
    };
    assert_eq!(
        (center.portal.session.as_deref(), center.portal.region.as_str()),
        (Some("corp"), "cn-north-1")
    );
}

#[test]
fn a_process_is_listed_without_its_arguments() {
    let catalog = catalog(
        "[profile p]\ncredential_process = \"/opt/my creds\" --token CANARY\n",
        "",
    );
    let Identity::CredentialProcess { command, .. } = &identity(&catalog, "p").route.identity else {
        panic!()
    };
    assert_eq!(command.program(), "/opt/my creds");
    assert!(!format!("{catalog:?}").contains("CANARY"));
}

#[test]
fn a_command_line_is_split_like_a_shell_would() {
    let words = |line: &str| ProcessCommand::new(line).words();
    assert_eq!(
        words(r#"/a/b  --x 'a b' "c \" d" e\ f"#),
        ["/a/b", "--x", "a b", "c \" d", "e f"]
    );
    assert_eq!(
        words(r#""C:\Program Files\hat.exe" x"#),
        [r"C:\Program Files\hat.exe", "x"]
    );
    assert_eq!(words(""), [""; 0]);
    assert_eq!(words("'' $(id) `id`"), ["", "$(id)", "`id`"]);
}

#[test]
fn the_role_of_an_alias_is_told_from_the_values_of_options() {
    let role = |arguments: &str| {
        let line = format!("/usr/bin/hat credential-process {arguments}");
        ProcessCommand::new(line).hat_role().unwrap().role
    };
    for arguments in [
        "reader",
        "reader --duration 1h",
        "--duration 1h reader",
        "--duration=1h --raw reader",
        "--allow-endpoint --session-name x -- reader",
    ] {
        assert_eq!(role(arguments).as_deref(), Some("reader"), "{arguments}");
    }
    assert_eq!(role("--duration 1h"), None);
    assert_eq!(role("-- -odd").as_deref(), Some("-odd"));
}

#[test]
fn a_profile_whose_command_is_hat_is_an_alias_and_no_identity() {
    let config = format!(
        "[profile reader]\n{}source_profile = keys\n[profile keys]\n{KEYS}\
         [profile alias]\ncredential_process = /usr/bin/hat credential-process reader\n\
         [profile by-arn]\ncredential_process = \"C:\\Tools\\hat.exe\" credential-process arn:aws:iam::123456789012:role/Reader\n\
         [profile next]\n{}source_profile = alias\n\
         [profile lost]\ncredential_process = hat credential-process nowhere\n\
         [profile loop]\ncredential_process = hat credential-process loop\n",
        arn("Reader"),
        arn("Next")
    );
    let catalog = catalog(&config, "");
    let exact = hatrack_core::catalog::Exactness::Exact;
    assert_eq!(catalog.find("alias", exact).unwrap().key(), "reader");
    assert_eq!(catalog.find("by-arn", exact).unwrap().key(), "reader");
    assert_eq!(way(role(&catalog, "next")), ["next", "reader", "keys"]);
    assert_eq!(
        catalog
            .identities
            .iter()
            .map(|i| i.profile.as_str())
            .collect::<Vec<_>>(),
        ["keys"]
    );
    assert_eq!(
        (problem(&catalog, "lost").line, problem(&catalog, "loop").line),
        (Some(15), Some(17))
    );
}

#[test]
fn aliases_of_each_other_end_as_a_problem() {
    let config = "[profile a]\ncredential_process = hat credential-process b\n\
                  [profile b]\ncredential_process = hat credential-process a\n";
    let catalog = catalog(config, "");
    assert!(catalog.identities.is_empty() && catalog.roles.is_empty());
    assert_eq!(
        (problem(&catalog, "a").file.as_ref(), catalog.problems.len()),
        (crate::CONFIG, 2)
    );
}
