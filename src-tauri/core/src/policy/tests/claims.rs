//! Who is let in from outside shows something: an external ID, a claim in a token.

use super::linting::{finds, identity, look, of};
use super::*;
use crate::policy::lint::{Check, Known, Severity, lint};

#[test]
fn a_third_party_is_asked_for_an_external_id() {
    let theirs = json!({ "AWS": "arn:aws:iam::444455556666:role/Audit" });
    let text = |condition: Value| {
        document(json!({ "Effect": "Allow", "Principal": theirs, "Action": "sts:AssumeRole", "Condition": condition })).to_string()
    };
    let known = Known {
        own_accounts: vec!["111122223333".parse().unwrap()],
    };
    let report = lint(&text(json!({})), None, &known);
    finds(
        &report,
        Check::ExternalId,
        Severity::Warning,
        &["444455556666", "sts:ExternalId"],
    );
    finds(
        &look(&text(json!({}))),
        Check::ExternalId,
        Severity::Note,
        &["another company"],
    );
    let asked = lint(
        &text(json!({ "StringEquals": { "sts:ExternalId": "x1" } })),
        None,
        &known,
    );
    assert!(of(&asked, Check::ExternalId).is_empty());
    let own = Known {
        own_accounts: vec!["444455556666".parse().unwrap()],
    };
    assert!(of(&lint(&text(json!({})), None, &own), Check::ExternalId).is_empty());
}

#[test]
fn what_a_provider_says_must_be_looked_at() {
    let open = |provider: &str, action: &str, condition: Value| {
        identity(
            json!({ "Effect": "Allow", "Principal": { "Federated": provider }, "Action": action, "Condition": condition }),
        )
    };
    let github = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    let web = "sts:AssumeRoleWithWebIdentity";
    let any = open(github, web, json!({}));
    finds(&any, Check::ProviderClaims, Severity::Warning, &["Any token"]);
    let audience =
        json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" } });
    finds(
        &open(github, web, audience),
        Check::ProviderClaims,
        Severity::Warning,
        &["Any repository"],
    );
    let saml = "arn:aws:iam::111122223333:saml-provider/p";
    finds(
        &open(saml, "sts:AssumeRoleWithSAML", json!({})),
        Check::ProviderClaims,
        Severity::Warning,
        &["SAML:aud"],
    );
    finds(
        &open(saml, "sts:AssumeRole", json!({})),
        Check::Principal,
        Severity::Error,
        &["sts:AssumeRoleWithSAML"],
    );
}

#[test]
fn an_external_id_is_asked_for_only_where_nothing_passes_without_it() {
    let theirs = json!({ "AWS": "arn:aws:iam::444455556666:role/Audit" });
    let open = |condition: Value| {
        let statement = json!({ "Effect": "Allow", "Principal": theirs, "Action": "sts:AssumeRole", "Condition": condition });
        !of(&identity(statement), Check::ExternalId).is_empty()
    };
    assert!(!open(
        json!({ "StringEquals": { "sts:ExternalId": ["x1", "x2"] } })
    ));
    assert!(!open(json!({ "StringLike": { "sts:ExternalId": "x-*" } })));
    for condition in [
        json!({ "StringNotEquals": { "sts:ExternalId": "x1" } }),
        json!({ "Null": { "sts:ExternalId": "true" } }),
        json!({ "StringEqualsIfExists": { "sts:ExternalId": "x1" } }),
        json!({ "StringLike": { "sts:ExternalId": "*" } }),
    ] {
        assert!(open(condition.clone()), "{condition}");
    }
}

#[test]
fn a_subject_of_github_names_its_owner() {
    let with = |operator: &str, subject: &str| {
        let condition = json!({ "StringEquals": { "token.actions.githubusercontent.com:aud": "sts.amazonaws.com" },
            operator: { "token.actions.githubusercontent.com:sub": subject } });
        identity(json!({ "Effect": "Allow",
            "Principal": { "Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com" },
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition }))
    };
    for open in [
        "repo:*",
        "*:ref:refs/heads/main",
        "repo:acme*",
        "repo:acme-*/app:*",
        "repo:?cme/app:*",
    ] {
        finds(
            &with("StringLike", open),
            Check::ProviderClaims,
            Severity::Warning,
            &[open, "of others"],
        );
    }
    for (operator, subject) in [
        ("StringLike", "*"),
        ("StringNotLike", "repo:acme/*"),
        ("StringLikeIfExists", "repo:acme/*"),
    ] {
        let report = with(operator, subject);
        finds(
            &report,
            Check::ProviderClaims,
            Severity::Warning,
            &["Any repository"],
        );
    }
    for fine in [
        "repo:acme/app:ref:refs/heads/main",
        "repo:acme/*",
        "repository_owner_id:1:repository_id:*",
    ] {
        let report = with("StringLike", fine);
        assert!(
            of(&report, Check::ProviderClaims).is_empty(),
            "{fine}: {:#?}",
            report.findings
        );
    }
}

#[test]
fn an_action_is_added_where_others_of_the_statement_need_theirs() {
    let with = |principal: Value| {
        identity(json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" }))
    };
    let saml = "arn:aws:iam::111122223333:saml-provider/p";
    let both = with(json!({ "AWS": "arn:aws:iam::111122223333:role/r", "Federated": saml }));
    finds(
        &both,
        Check::Principal,
        Severity::Error,
        &["Add sts:AssumeRoleWithSAML"],
    );
    let alone = with(json!({ "Federated": saml }));
    finds(
        &alone,
        Check::Principal,
        Severity::Error,
        &["Write sts:AssumeRoleWithSAML"],
    );
}
