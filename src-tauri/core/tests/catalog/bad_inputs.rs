//! Bad inputs of section A that touch the catalog. The numbers are the rows of the list of bad inputs.

use hatrack_core::catalog::{Exactness, FindError, Severity};

use crate::{CONFIG, CREDENTIALS, catalog, identity, problem, role};

const GOOD: &str = "[profile good]\naws_access_key_id = A\naws_secret_access_key = s\n";
const ARN: &str = "role_arn = arn:aws:iam::123456789012:role/R\n";

/// One broken profile beside a good one: its problem names the line, and the good one is listed.
fn breaks_alone(broken: &str, line: u32) {
    let catalog = catalog(&format!("{GOOD}[profile bad]\n{broken}"), "");
    identity(&catalog, "good");
    let problem = problem(&catalog, "bad");
    assert_eq!(
        (problem.line, problem.file.as_ref()),
        (Some(line), CONFIG),
        "{problem}"
    );
    assert_eq!(problem.severity, Severity::Error, "{problem}");
    assert!(!catalog.roles.iter().any(|r| r.profile.as_deref() == Some("bad")));
    assert!(matches!(
        catalog.find("bad", Exactness::Exact),
        Err(FindError::Broken(_))
    ));
}

#[test]
fn a1_no_profiles_is_an_empty_catalog() {
    let catalog = catalog("", "");
    assert!(catalog.roles.is_empty() && catalog.identities.is_empty() && catalog.problems.is_empty());
}

#[test]
fn a6_a_loop_is_named_at_each_profile_of_it() {
    let config = format!(
        "[profile a]\n{ARN}source_profile = b\n[profile b]\n{ARN}source_profile = c\n\
         [profile c]\n{ARN}source_profile = a\n[profile outside]\n{ARN}source_profile = a\n{GOOD}"
    );
    let catalog = catalog(&config, "");
    identity(&catalog, "good");
    assert!(catalog.roles.is_empty());
    for (profile, line, path) in [
        ("a", 3, "a → b → c → a"),
        ("b", 6, "b → c → a → b"),
        ("c", 9, "c → a → b → c"),
        ("outside", 3, "a → b → c → a"),
    ] {
        let problem = problem(&catalog, profile);
        assert_eq!(problem.line, Some(line), "{problem}");
        assert!(problem.message.contains(path), "{problem}");
    }
}

#[test]
fn a6_a_profile_that_comes_back_to_its_own_keys_is_a_loop_too() {
    let keys = "aws_access_key_id = A\naws_secret_access_key = s\n";
    let config =
        format!("[profile a]\n{ARN}source_profile = b\n{keys}[profile b]\n{ARN}source_profile = a\n");
    let catalog = catalog(&config, "");
    assert!(problem(&catalog, "a").message.contains("a → b → a"));
    // From b the way ends at a's keys, as in the SDK.
    assert_eq!(role(&catalog, "b").route.identity_profile, "a");
}

#[test]
fn a6_a_chain_without_end_is_cut() {
    let mut config = format!("[profile p0]\n{ARN}source_profile = good\n{GOOD}");
    for i in 1..5000 {
        config += &format!("[profile p{i}]\n{ARN}source_profile = p{}\n", i - 1);
    }
    let catalog = catalog(&config, "");
    assert_eq!(catalog.roles.len(), hatrack_core::catalog::MOST_HOPS);
    assert_eq!(catalog.problems.len(), 5000 - hatrack_core::catalog::MOST_HOPS);
}

#[test]
fn a_missing_source_is_named_with_file_and_line() {
    breaks_alone(&format!("{ARN}source_profile = gone\n"), 6);
    breaks_alone(ARN, 5);
    breaks_alone(
        &format!("{ARN}source_profile = good\ncredential_source = Environment\n"),
        7,
    );
    breaks_alone(&format!("{ARN}credential_source = Toaster\n"), 6);
}

#[test]
fn a_missing_source_further_up_is_named_where_it_is() {
    let config = format!("[profile a]\n{ARN}source_profile = b\n[profile b]\n{ARN}source_profile = gone\n");
    let catalog = catalog(&config, "");
    assert_eq!(
        (problem(&catalog, "a").line, problem(&catalog, "b").line),
        (Some(6), Some(6))
    );
    assert!(problem(&catalog, "a").message.contains("\"b\""));
}

#[test]
fn values_that_sts_would_refuse_are_named_with_file_and_line() {
    for (line, broken) in [
        (
            5,
            "role_arn = arn:aws:iam::123456789012:user/troy\nsource_profile = good\n".to_owned(),
        ),
        (7, format!("{ARN}source_profile = good\nexternal_id = a b\n")),
        (7, format!("{ARN}source_profile = good\nduration_seconds = 899\n")),
        (7, format!("{ARN}source_profile = good\nduration_seconds = 1h\n")),
        (
            7,
            format!("{ARN}source_profile = good\nduration_seconds = +3600\n"),
        ),
        (7, format!("{ARN}source_profile = good\nrole_session_name = x\n")),
        (7, format!("{ARN}source_profile = good\nmfa_serial = no\n")),
        (
            7,
            format!("{ARN}source_profile = good\nregion = evil.example/#\n"),
        ),
        (7, format!("{ARN}source_profile = good\nendpoint_url = ftp://x\n")),
    ] {
        breaks_alone(&broken, line);
    }
}

#[test]
fn half_of_a_key_pair_is_named() {
    breaks_alone("aws_access_key_id = A\n", 5);
    breaks_alone("aws_secret_access_key = s\n", 5);
    breaks_alone("aws_session_token = t\n", 5);
    breaks_alone("web_identity_token_file = /t\n", 5);
}

#[test]
fn a12_a_missing_sso_session_is_named() {
    let sso = "sso_session = gone\nsso_account_id = 123456789012\nsso_role_name = R\n";
    breaks_alone(sso, 5);
    let catalog = catalog(&format!("[profile bad]\n{sso}"), "");
    assert!(problem(&catalog, "bad").message.contains("[sso-session gone]"));
}

#[test]
fn identity_center_keys_that_clash_or_lack_are_named() {
    let session = "[sso-session s]\nsso_region = eu-west-1\nsso_start_url = https://acme.awsapps.com/start\n";
    for (line, keys) in [
        (
            6,
            "sso_session = s\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = R\n",
        ),
        (5, "sso_session = s\nsso_account_id = 123456789012\n"),
        (6, "sso_session = s\nsso_account_id = 12\nsso_role_name = R\n"),
        (
            6,
            "sso_start_url = https://acme.awsapps.com/start\nsso_account_id = 123456789012\nsso_role_name = R\n",
        ),
    ] {
        let catalog = catalog(&format!("{session}[profile bad]\n{keys}"), "");
        let problem = problem(&catalog, "bad");
        assert_eq!(
            (problem.line, problem.severity),
            (Some(line), Severity::Error),
            "{problem}"
        );
    }
    let token_only = catalog(&format!("{session}[profile t]\nsso_session = s\n"), "");
    assert_eq!(problem(&token_only, "t").severity, Severity::Note);
}

#[test]
fn a13_a_login_session_profile_is_recognised() {
    let catalog = catalog(
        "[profile c]\nlogin_session = arn:aws:iam::012345678901:user/Admin\n",
        "",
    );
    let entry = identity(&catalog, "c");
    assert_eq!(entry.route.identity.kind(), "login");
    assert_eq!(entry.account_id.unwrap().as_str(), "012345678901");
}

#[test]
fn a16_a_start_url_that_is_no_web_page_is_refused() {
    for url in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://evil.example/start",
        "acme",
        "https://",
    ] {
        let sso = format!(
            "sso_start_url = {url}\nsso_region = eu-west-1\nsso_account_id = 123456789012\nsso_role_name = R\n"
        );
        breaks_alone(&sso, 5);
    }
}

#[test]
fn a9_a_hostile_value_is_inert_in_its_problem() {
    let hostile = "x\u{1b}[31m\u{202e}y\u{9b}2J";
    for broken in [
        format!("role_arn = {hostile}\nsource_profile = good\n"),
        format!("{ARN}source_profile = good\nexternal_id = {hostile}\n"),
        format!(
            "sso_start_url = https://acme.awsapps.com/start\nsso_region = eu-west-1\nsso_role_name = R\n\
             sso_account_id = {hostile}\n"
        ),
        format!("{ARN}credential_source = {hostile}\n"),
    ] {
        let catalog = catalog(&format!("{GOOD}[profile bad]\n{broken}"), "");
        let message = &problem(&catalog, "bad").message;
        let steers = |c: char| c.is_control() || c == '\u{202e}';
        assert!(!message.contains(steers) && message.len() < 400, "{message:?}");
    }
    let long = format!(
        "[profile bad]\nrole_arn = {}\nsource_profile = good\n{GOOD}",
        "x".repeat(60_000)
    );
    assert!(problem(&catalog(&long, ""), "bad").message.len() < 400);
}

#[test]
fn a6_a_loop_of_thousands_costs_what_its_profiles_cost() {
    let mut config = String::new();
    for i in 0..5000 {
        config += &format!("[profile p{i}]\n{ARN}source_profile = p{}\n", (i + 1) % 5000);
    }
    let catalog = catalog(&config, "");
    assert_eq!(catalog.problems.len(), 5000);
    let problem = problem(&catalog, "p7");
    assert!(
        problem
            .message
            .contains("p7 → p8 → p9 → p10 → p11 → p12 → … → p7"),
        "{problem}"
    );
}

#[test]
fn problems_show_no_control_characters_and_no_secret() {
    let catalog = catalog(
        &format!(
            "[profile a]\n{ARN}source_profile = x\u{1b}[31m\u{202e}y\n[profile b\u{202e}]\nk\u{7} k = v\n"
        ),
        "[c]\naws_secret_access_key = CANARY\n[profile d]\n",
    );
    assert_eq!(catalog.problems.len(), 4, "{:?}", catalog.problems);
    for problem in &catalog.problems {
        assert!(
            !problem
                .message
                .contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{problem:?}"
        );
    }
    assert_eq!(problem(&catalog, "c").file.as_ref(), CREDENTIALS);
    assert!(!format!("{catalog:?}").contains("CANARY"));
}
