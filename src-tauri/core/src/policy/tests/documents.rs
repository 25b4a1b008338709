//! Reading policy documents.

use super::*;

const ALLOW: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

fn fault(kind: Kind, text: &str) -> (u32, u32, Fault) {
    let error = Policy::parse(kind, text).unwrap_err();
    (error.at.line, error.at.column, error.fault)
}

#[test]
fn one_value_and_a_list_of_one_mean_the_same() {
    let bare = policy(
        Kind::Identity,
        &json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "s3:Get*", "Resource": "*" } }),
    );
    let listed = document(json!([{ "Effect": "Allow", "Action": ["s3:Get*"], "Resource": ["*"] }]));
    let listed = policy(Kind::Identity, &listed);
    assert_eq!(bare.statements[0].actions, listed.statements[0].actions);
    assert_eq!(bare.statements[0].resources, listed.statements[0].resources);
}

#[test]
fn faults_name_their_place() {
    for (text, expected) in [
        ("", (1, 1, Fault::UnexpectedEnd)),
        (
            "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [",
            (3, 17, Fault::UnexpectedEnd),
        ),
        (
            "{\n  \u{201c}Version\u{201d}: \"2012-10-17\" }",
            (2, 3, Fault::TypographicQuote('\u{201c}')),
        ),
        (
            "{ \"Statement\": [] ,}",
            (
                1,
                20,
                Fault::UnexpectedCharacter {
                    found: '}',
                    expected: "a quoted name",
                },
            ),
        ),
        (
            "{ \"Id\": \"a\", \"Id\": \"b\" }",
            (1, 14, Fault::DuplicateName("Id".to_owned())),
        ),
        ("{ \"Id\": \"a\nb\" }", (1, 11, Fault::ControlCharacter)),
        ("{ \"Id\": \"\\x\" }", (1, 11, Fault::BadEscape)),
        ("{ \"Id\": 01 }", (1, 9, Fault::BadNumber)),
        ("{}", (1, 1, Fault::Missing("Statement"))),
        (
            "{\"Version\": \"2012-10-18\"}",
            (1, 13, Fault::UnknownVersion("2012-10-18".to_owned())),
        ),
        (
            "{\"Statement\":\n[{\"Effect\": \"allow\"}]}",
            (2, 13, Fault::UnknownEffect("allow".to_owned())),
        ),
        (
            "{\"Statement\": [{\"Effect\": \"Allow\"}]}",
            (1, 16, Fault::Missing("Action")),
        ),
        (
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\"}]}",
            (1, 16, Fault::Missing("Resource")),
        ),
        (
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": [], \"Resource\": \"*\"}]}",
            (1, 46, Fault::Empty("Action")),
        ),
        (
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"NotAction\": \"*\", \"Resource\": \"*\"}]}",
            (1, 64, Fault::Both("Action", "NotAction")),
        ),
        (
            "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": 7, \"Resource\": \"*\"}]}",
            (
                1,
                46,
                Fault::WrongType {
                    element: "Action".to_owned(),
                    expected: "a text or a list of texts",
                },
            ),
        ),
    ] {
        assert_eq!(fault(Kind::Identity, text), expected, "{text}");
    }
}

#[test]
fn each_kind_of_policy_has_its_own_elements() {
    let with = |extra: &str| ALLOW.replace("\"Action\"", &format!("{extra}\"Action\""));
    let principal = with("\"Principal\":\"*\",");
    assert!(matches!(
        fault(Kind::Identity, &principal).2,
        Fault::NotHere {
            element: "Principal",
            ..
        }
    ));
    assert!(matches!(
        fault(Kind::Trust, &principal).2,
        Fault::NotHere {
            element: "Resource",
            ..
        }
    ));
    assert_eq!(fault(Kind::Resource, ALLOW).2, Fault::Missing("Principal"));
    assert!(Policy::parse(Kind::Resource, &principal).is_ok());
    assert!(Policy::parse(Kind::Boundary, ALLOW).is_ok());
}

#[test]
fn a_policy_of_web_pages_and_windows_reads_too() {
    let text = format!("\u{feff}{}", ALLOW.replace(',', ",\r\n\t"));
    assert!(Policy::parse(Kind::Identity, &text).is_ok());
}

#[test]
fn what_is_unknown_is_named_with_its_place_and_never_allows() {
    for (statement, what) in [
        (
            json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Actoin": "*" }),
            "element \"Actoin\"",
        ),
        (
            json!({ "Effect": "Allow", "Action": ["*", "get object"], "Resource": "*" }),
            "action \"get object\"",
        ),
        (
            json!({ "Effect": "Allow", "Action": "*", "Resource": ["*", "my-bucket"] }),
            "resource \"my-bucket\"",
        ),
        (
            json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": { "StringSoundsLike": { "aws:username": "x" } } }),
            "condition operator \"StringSoundsLike\"",
        ),
        (
            json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
                "Condition": { "NumericEquals": { "s3:max-keys": "ten" } } }),
            "value \"ten\" for NumericEquals",
        ),
        (
            json!({ "Effect": "Allow", "Action": "*", "Resource": ["*", "arn:aws:s3:::${aws:username"] }),
            "policy variable in \"arn:aws:s3:::${aws:username\"",
        ),
    ] {
        let read = policy(Kind::Identity, &document(statement.clone()));
        let said: Vec<_> = read.unknowns().map(|u| u.what.as_str()).collect();
        assert_eq!(said, [what]);
        let finding = evaluate(&read, "p", &request(user(), "s3:GetObject", "arn:aws:s3:::b/k"));
        assert_eq!(finding.outcome, Outcome::Silent, "{statement}");
        assert_eq!(finding.statements[0].misses, [Miss::Unknown(what.to_owned())]);
    }
}

#[test]
fn an_unknown_element_of_the_document_keeps_its_allows_from_applying() {
    let text = ALLOW.replace("\"Version\"", "\"Sttaement\":1,\"Version\"");
    let read = Policy::parse(Kind::Identity, &text).unwrap();
    let finding = evaluate(&read, "p", &request(user(), "s3:GetObject", "arn:aws:s3:::b/k"));
    assert_eq!(finding.outcome, Outcome::Silent);
}

#[test]
fn what_is_unknown_in_a_deny_counts_as_fitting() {
    for statement in [
        json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": { "Soon": { "aws:x": "y" } } }),
        json!({ "Effect": "Deny", "Action": "get object", "Resource": "*" }),
        json!({ "Effect": "Deny", "Action": "*", "Resource": "my-bucket" }),
        json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Unless": "Friday" }),
    ] {
        let read = policy(Kind::Identity, &document(statement.clone()));
        let finding = evaluate(&read, "p", &request(user(), "s3:GetObject", "arn:aws:s3:::b/k"));
        assert_eq!(finding.outcome, Outcome::Denies, "{statement}");
    }
}

#[test]
fn two_statements_cannot_share_a_sid() {
    let one = json!({ "Sid": "Same", "Effect": "Allow", "Action": "*", "Resource": "*" });
    let text = document(json!([one, one])).to_string();
    assert_eq!(
        fault(Kind::Identity, &text).2,
        Fault::DuplicateSid("Same".to_owned())
    );
}

#[test]
fn nesting_is_bounded() {
    let text = format!("{{\"Statement\": {}", "[".repeat(100_000));
    assert_eq!(fault(Kind::Identity, &text).2, Fault::TooDeep);
}
