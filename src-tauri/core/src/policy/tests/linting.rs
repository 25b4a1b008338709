//! What lint finds, and what it leaves alone.

use super::*;
use crate::policy::lint::{Check, Known, LintReport, Severity, lint};

fn look(text: &str) -> LintReport {
    lint(text, None, &Known::default())
}

fn identity(statement: Value) -> LintReport {
    look(&document(statement).to_string())
}

/// The findings of a check: severity, what and advice.
fn of(report: &LintReport, check: Check) -> Vec<(Severity, String)> {
    let told = |f: &lint::LintFinding| {
        let advice = f.advice.clone().unwrap_or_default();
        (f.severity, format!("{} {advice}", f.what))
    };
    report
        .findings
        .iter()
        .filter(|f| f.check == check)
        .map(told)
        .collect()
}

#[track_caller]
fn finds(report: &LintReport, check: Check, severity: Severity, words: &[&str]) {
    let found = of(report, check);
    let fits = |(s, text): &&(Severity, String)| *s == severity && words.iter().all(|w| text.contains(w));
    assert!(
        found.iter().any(|f| fits(&f)),
        "{check:?} {words:?} not in {:#?}",
        report.findings
    );
}

const PASTED: &str = "{\n  \u{201c}Version\u{201d}: \u{201c}2012-10-17\u{201d},\n  \u{201c}Statement\u{201d}: [{\n    \u{201c}Effect\u{201d}: \u{201c}Allow\u{201d},\n    \u{201c}Action\u{201d}: [\u{201c}s3:ListBucket\u{201d}],\n    \u{201c}Resource\u{201d}:\u{a0}[\"arn:aws:s3:::com.stuzio.project\u{2013}x\"],\n  }]\n}\n";

#[test]
fn quotes_of_a_web_page_are_found_by_line_and_mended() {
    let report = look(PASTED);
    let quotes: Vec<(u32, u32)> = report
        .findings
        .iter()
        .filter(|f| f.what.contains("typographic"))
        .map(|f| (f.line, f.column))
        .collect();
    assert_eq!(quotes, [(2, 3), (3, 3), (4, 5), (5, 5), (6, 5)]);
    finds(
        &report,
        Check::PastedCharacter,
        Severity::Error,
        &["4 typographic quotes", "straight"],
    );
    finds(
        &report,
        Check::PastedCharacter,
        Severity::Error,
        &["special space"],
    );
    finds(&report, Check::PastedCharacter, Severity::Error, &["hyphen"]);
    finds(
        &report,
        Check::PastedCharacter,
        Severity::Error,
        &["comma before a closing bracket"],
    );
    let mended = report.mended.as_deref().unwrap();
    let read: Value = serde_json::from_str(mended).unwrap();
    assert_eq!(
        read["Statement"][0]["Resource"][0],
        "arn:aws:s3:::com.stuzio.project-x"
    );
    assert!(!lint(mended, None, &Known::default()).has_errors());
    assert_eq!(mended.lines().count(), PASTED.lines().count());
}

#[test]
fn a_sound_text_is_left_as_it_is() {
    let text = document(
        json!({ "Sid": "One", "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b" }),
    )
    .to_string();
    let report = look(&text);
    assert_eq!((report.findings, report.mended), (Vec::new(), None));
    // Quotes inside a text are its own.
    let quoting = text.replace("One", "\u{201c}One\u{201d} and more");
    assert!(
        of(
            &lint(&quoting, Some(Kind::Resource), &Known::default()),
            Check::PastedCharacter
        )
        .is_empty()
    );
}

#[test]
fn a_text_that_cannot_be_mended_is_said_to_be_broken() {
    let report = look("{ \u{201c}Version\u{201d}: ");
    assert_eq!(report.mended, None);
    finds(&report, Check::Json, Severity::Error, &["typographic"]);
}

#[test]
fn slips_of_the_pen_are_named_with_what_was_meant() {
    for (action, words) in [
        ("s3:GetObjcet", ["no action", "s3:GetObject?"]),
        (
            "s3:ListObjectsV2",
            ["operation of the API", "Write s3:ListBucket."],
        ),
        ("s33:GetObject", ["prefix", "s3:GetObject?"]),
        ("sts:AssumeRol", ["no action", "sts:AssumeRole?"]),
        ("ec2:Frobnicate", ["no action", "newer"]),
    ] {
        let report = identity(json!({ "Effect": "Allow", "Action": action, "Resource": "*" }));
        finds(&report, Check::UnknownAction, Severity::Warning, &words);
        assert!(!report.has_errors());
    }
    let bare = identity(json!({ "Effect": "Allow", "Action": "GetObject", "Resource": "*" }));
    finds(
        &bare,
        Check::UnknownAction,
        Severity::Error,
        &["service", "s3:GetObject?"],
    );
    let wild = identity(json!({ "Effect": "Allow", "Action": "s3:Gett*", "Resource": "*" }));
    finds(&wild, Check::UnknownAction, Severity::Note, &["s3:Gett*"]);
    let element = identity(
        json!({ "Effect": "Allow", "Actions": "s3:GetObject", "Action": "s3:GetObject", "Resource": "*" }),
    );
    finds(
        &element,
        Check::Grammar,
        Severity::Error,
        &["\"Actions\"", "Action?"],
    );
    let operator = identity(
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": { "ForAnyValues:StringEqualIfExists": { "aws:TagKeys": "a" } } }),
    );
    finds(
        &operator,
        Check::Grammar,
        Severity::Error,
        &["ForAnyValue:StringEqualsIfExists?"],
    );
}

#[test]
fn arns_of_the_wrong_form() {
    for (action, resource, words) in [
        (
            "s3:ListBucket",
            "arn:aws:s3:eu-west-1:111122223333:b",
            ["neither region nor account", "arn:aws:s3:::b"],
        ),
        ("s3:ListBucket", "arn:aws:s3:b", ["only 4 parts", "three colons"]),
        ("s3:ListBucket", "s3://b", ["no ARN", "arn:aws:s3:::b"]),
        (
            "s3:ListBucket",
            "arn:aws:s3:::/b",
            ["no bucket", "arn:aws:s3:::b"],
        ),
        (
            "sts:AssumeRole",
            "arn:aws:iam:eu-west-1:111122223333:role/r",
            ["no regions", "empty"],
        ),
        (
            "sts:AssumeRole",
            "arn:aws:iam::1111-2222-3333:role/r",
            ["no account ID", "12 digits"],
        ),
        (
            "sts:AssumeRole",
            "arn:amazon:iam::111122223333:role/r",
            ["partition", "aws"],
        ),
    ] {
        let report = identity(json!({ "Effect": "Allow", "Action": action, "Resource": resource }));
        finds(&report, Check::ArnForm, Severity::Error, &words);
    }
    let session = identity(json!({ "Effect": "Allow", "Action": "sts:AssumeRole",
        "Resource": "arn:aws:sts::111122223333:assumed-role/Reader/ann" }));
    finds(&session, Check::SessionOrRole, Severity::Error, &["role/Reader"]);
    for fine in [
        "arn:aws:s3:eu-west-1:111122223333:accesspoint/a",
        "arn:aws:s3:::${aws:username}/*",
        "arn:*",
        "*",
    ] {
        let report = identity(json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": fine }));
        assert!(
            of(&report, Check::ArnForm).is_empty(),
            "{fine}: {:?}",
            report.findings
        );
    }
}

#[test]
fn a_bucket_is_not_its_objects() {
    let objects =
        identity(json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b" }));
    finds(
        &objects,
        Check::BucketOrObjects,
        Severity::Warning,
        &["objects", "arn:aws:s3:::b/*"],
    );
    let bucket =
        identity(json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*" }));
    finds(
        &bucket,
        Check::BucketOrObjects,
        Severity::Warning,
        &["the bucket", "\"arn:aws:s3:::b\""],
    );
    for fine in [
        json!({ "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"] }),
        json!({ "Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": "arn:aws:s3:::b*" }),
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::${aws:username}" }),
        json!({ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::${aws:PrincipalTag/team}" }),
        json!({ "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }),
    ] {
        assert!(
            of(&identity(fine.clone()), Check::BucketOrObjects).is_empty(),
            "{fine}"
        );
    }
}

fn trust(principal: Value, condition: Value) -> LintReport {
    let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    identity(statement)
}

#[test]
fn principals_that_are_not_what_they_look_like() {
    let root = trust(json!({ "AWS": "arn:aws:iam::111122223333:root" }), json!({}));
    finds(
        &root,
        Check::AccountPrincipal,
        Severity::Note,
        &["whole account 111122223333"],
    );
    for (id, what) in [
        ("AIDAJQABLZS4A3QDU576Q", "user"),
        ("AROADBQP57FF2AEXAMPLE", "role"),
    ] {
        let report = trust(json!({ "AWS": id }), json!({}));
        finds(
            &report,
            Check::DeletedPrincipal,
            Severity::Warning,
            &[id, what, "deleted"],
        );
    }
    for (principal, words) in [
        (
            json!({ "AWS": "arn:aws:iam::111122223333:role/*" }),
            "no wildcards",
        ),
        (
            json!({ "AWS": "arn:aws:iam::111122223333:group/g" }),
            "group cannot",
        ),
        (
            json!({ "AWS": "arn:aws:iam::111122223333:instance-profile/p" }),
            "instance profile",
        ),
        (json!({ "AWS": "ec2.amazonaws.com" }), "\"Service\""),
        (json!("111122223333"), "{\"AWS\": \"111122223333\"}"),
        (json!({ "Service": "EC2" }), "ec2.amazonaws.com"),
    ] {
        finds(
            &trust(principal, json!({})),
            Check::Principal,
            Severity::Error,
            &[words],
        );
    }
    let session = trust(
        json!({ "AWS": "arn:aws:sts::111122223333:assumed-role/Reader/ann" }),
        json!({}),
    );
    finds(
        &session,
        Check::SessionOrRole,
        Severity::Note,
        &["one session", "role/Reader"],
    );
    finds(
        &trust(json!("*"), json!({})),
        Check::Public,
        Severity::Warning,
        &["every AWS account"],
    );
    let mut outside = json!({ "Effect": "Allow", "NotPrincipal": { "AWS": "111122223333" }, "Action": "s3:*", "Resource": "*" });
    finds(
        &identity(outside.clone()),
        Check::Public,
        Severity::Error,
        &["everybody else"],
    );
    outside["Effect"] = json!("Deny");
    assert!(of(&identity(outside), Check::Public).is_empty());
}

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
fn conditions_that_do_not_do_what_they_seem_to() {
    let with = |effect: &str, condition: Value| {
        identity(
            json!({ "Effect": effect, "Action": "s3:ListAllMyBuckets", "Resource": "*", "Condition": condition }),
        )
    };
    let literal = with(
        "Allow",
        json!({ "StringEquals": { "aws:PrincipalArn": "arn:aws:iam::*:role/x" } }),
    );
    finds(
        &literal,
        Check::Condition,
        Severity::Warning,
        &["letter by letter", "StringLike"],
    );
    let private = with("Allow", json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } }));
    finds(&private, Check::Condition, Severity::Warning, &["10.0.0.0/8"]);
    let sets = with(
        "Allow",
        json!({ "ForAllValues:StringEquals": { "aws:TagKeys": "a" } }),
    );
    finds(&sets, Check::Condition, Severity::Note, &["without aws:TagKeys"]);
    let mfa = with(
        "Deny",
        json!({ "Bool": { "aws:MultiFactorAuthPresent": "false" } }),
    );
    finds(&mfa, Check::Condition, Severity::Warning, &["BoolIfExists"]);
    let session = with(
        "Allow",
        json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:sts::111122223333:assumed-role/r/*" } }),
    );
    finds(&session, Check::SessionOrRole, Severity::Warning, &["its role"]);
}

#[test]
fn sizes_are_counted_as_aws_counts_them() {
    let long = "a".repeat(7_000);
    let statement =
        json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{long}/*") });
    let report = identity(statement.clone());
    assert!(report.size.used > 7_000 && report.size.limit == 6_144);
    finds(&report, Check::TooLarge, Severity::Warning, &["of 6144"]);
    let spaced = serde_json::to_string_pretty(&document(statement)).unwrap();
    assert_eq!(look(&spaced).size.used, report.size.used);
    let bucket = lint(&spaced, Some(Kind::Resource), &Known::default());
    assert_eq!(
        (bucket.size.used as usize, bucket.size.limit),
        (spaced.len(), 20_480)
    );
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in proptest::prelude::any::<String>()) {
        let _ = look(&text);
    }

    #[test]
    fn no_damaged_policy_makes_it_panic(at in 0usize..400, with in proptest::prelude::any::<char>()) {
        let text = document(json!([{ "Sid": "a", "Effect": "Allow", "Principal": { "AWS": ["arn:aws:iam::111122223333:root", "*"] },
            "Action": ["s3:*"], "Resource": ["arn:aws:s3:::b/${aws:username, 'x'}"],
            "Condition": { "ForAllValues:StringLike": { "aws:TagKeys": ["\u{e9}*"] } } }])).to_string();
        let mut chars: Vec<char> = text.chars().collect();
        let at = at % chars.len();
        chars[at] = with;
        let _ = look(&chars.into_iter().collect::<String>());
    }
}
