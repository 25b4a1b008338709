//! What lint finds, and what it leaves alone.

use super::*;
use crate::policy::lint::{Check, Known, LintReport, Severity, lint};

pub(super) fn look(text: &str) -> LintReport {
    lint(text, None, &Known::default())
}

pub(super) fn identity(statement: Value) -> LintReport {
    look(&document(statement).to_string())
}

/// The findings of a check: severity, what and advice.
pub(super) fn of(report: &LintReport, check: Check) -> Vec<(Severity, String)> {
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
pub(super) fn finds(report: &LintReport, check: Check, severity: Severity, words: &[&str]) {
    let found = of(report, check);
    let fits = |(s, text): &&(Severity, String)| *s == severity && words.iter().all(|w| text.contains(w));
    assert!(
        found.iter().any(|f| fits(&f)),
        "{check:?} {words:?} not in {:#?}",
        report.findings
    );
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

pub(super) fn trust(principal: Value, condition: Value) -> LintReport {
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
fn condition_keys_that_aws_does_not_have() {
    let with = |key: &str| {
        identity(
            json!({ "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*",
            "Condition": { "StringEquals": { key: "v" } } }),
        )
    };
    for (key, advice) in [
        ("aws:PrincipleOrgID", "Did you mean aws:PrincipalOrgID?"),
        ("aws:SourceIP4", "Did you mean aws:SourceIp?"),
        ("aws:ResourceTags/team", "Did you mean aws:ResourceTag/team?"),
        ("sts:ExternalID2", "Did you mean sts:ExternalId?"),
        ("s3:prefixes", "Did you mean s3:prefix?"),
        ("kms:ViaServices", "Did you mean kms:ViaService?"),
        ("aws:Nothing-of-the-sort", "it may be newer"),
        ("aws:PrincipalTag", "Write aws:PrincipalTag/ with a name"),
        ("s3:ExistingObjectTag/", "Write s3:ExistingObjectTag/ with a name"),
    ] {
        finds(&with(key), Check::Condition, Severity::Warning, &[key, advice]);
    }
    for key in [
        "AWS:principalorgid",
        "aws:PrincipalTag/team/a",
        "s3:VersionId",
        "kms:EncryptionContext:aws:s3:arn",
        "kms:RecipientAttestation:PCR0",
        "iam:PassedToService",
        "sts:ExternalId",
        "ec2:Anything",
        "token.actions.githubusercontent.com:sub",
        "SAML:aud",
    ] {
        assert!(
            of(&with(key), Check::Condition).is_empty(),
            "{key}: {:?}",
            with(key).findings
        );
    }
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
    // A key has one policy only, which may have more.
    let key = document(
        json!({ "Effect": "Allow", "Principal": { "AWS": OWN }, "Action": "kms:*",
        "Resource": "*", "Sid": "a".repeat(23_000) }),
    );
    let key = look(&key.to_string());
    assert_eq!(key.size.limit, 32_768);
    assert!(of(&key, Check::TooLarge).is_empty(), "{:?}", key.findings);
}

#[test]
fn what_is_too_long_for_an_inline_policy_is_said() {
    let of_length = |length: usize| {
        identity(
            json!({ "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/{}", "a".repeat(length)) }),
        )
    };
    assert!(of(&of_length(1_000), Check::TooLarge).is_empty());
    finds(
        &of_length(3_000),
        Check::TooLarge,
        Severity::Note,
        &["inline policy of a user (2048)."],
    );
    finds(
        &of_length(5_500),
        Check::TooLarge,
        Severity::Note,
        &["a user (2048) or a group (5120)."],
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
