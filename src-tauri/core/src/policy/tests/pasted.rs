//! What copying does to a text, and what is left alone.

use super::linting::{finds, look, of};
use super::*;
use crate::policy::lint::{Check, Known, Severity, lint};

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

/// A bucket policy as valid JSON, with these texts in it.
fn sound(resource: &str, tag: &str) -> String {
    document(
        json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource,
        "Condition": { "StringEquals": { "aws:PrincipalTag/t": tag } } }),
    )
    .to_string()
}

#[test]
fn what_may_stand_in_a_name_is_told_and_left() {
    for (resource, tag, word) in [
        (
            "arn:aws:s3:::b/Bericht \u{2013} 2024/*",
            "t",
            "looks like a hyphen",
        ),
        (
            "arn:aws:s3:::b/\u{1f468}\u{200d}\u{1f33e}.png",
            "t",
            "invisible character",
        ),
        (
            "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:CPU \u{2013} high",
            "t",
            "looks like a hyphen",
        ),
        ("arn:aws:s3:::b/*", "a \u{2014} b", "looks like a hyphen"),
    ] {
        let report = look(&sound(resource, tag));
        assert_eq!(report.mended, None, "{resource} {tag}");
        assert!(!report.has_errors(), "{:#?}", report.findings);
        finds(&report, Check::PastedCharacter, Severity::Warning, &[word]);
    }
    let named = json!({ "Version": "2012-10-17", "Id": "a \u{2013} b", "Statement": { "Effect": "Allow", "Action": "s3:*",
        "Resource": "*", "Condition": { "StringEquals": { "aws:PrincipalTag/a\u{2013}b": "x" } } } });
    let named = look(&named.to_string());
    assert_eq!(
        (named.mended.as_deref(), named.has_errors()),
        (None, false),
        "{:#?}",
        named.findings
    );
    // Quotes inside of a text are its own, whatever follows them.
    let quoting = look(&sound("arn:aws:s3:::b/*", "so \u{201c}A\u{201d}, B"));
    assert!(
        of(&quoting, Check::PastedCharacter).is_empty(),
        "{:#?}",
        quoting.findings
    );
    assert_eq!(quoting.mended, None);
}

#[test]
fn what_no_name_has_is_mended_in_valid_json_too() {
    let report = look(&sound("arn:aws:s3:::my\u{2011}bucket/a\u{2013}b", "t"));
    finds(
        &report,
        Check::PastedCharacter,
        Severity::Error,
        &["hyphen belongs"],
    );
    let read: Value = serde_json::from_str(report.mended.as_deref().unwrap()).unwrap();
    assert_eq!(read["Statement"]["Resource"], "arn:aws:s3:::my-bucket/a\u{2013}b");
    let role = document(json!({ "Effect": "Allow", "Action": "sts:Assume\u{200b}Role",
        "Resource": "arn:aws:iam::111122223333:role/my\u{2013}role" }))
    .to_string();
    let read: Value = serde_json::from_str(look(&role).mended.as_deref().unwrap()).unwrap();
    assert_eq!(
        (&read["Statement"]["Action"], &read["Statement"]["Resource"]),
        (
            &json!("sts:AssumeRole"),
            &json!("arn:aws:iam::111122223333:role/my-role")
        )
    );
}

#[test]
fn a_straight_quote_is_closed_by_a_typographic_one_only_where_nothing_else_is_json() {
    let text = "{ \"Version\u{201d}: \"2012-10-17\", \"Statement\": [{ \"Effect\": \"Allow\u{201d}, \"Action\": \"s3:GetObject\", \"Resource\": \"*\" }] }";
    let report = look(text);
    finds(
        &report,
        Check::PastedCharacter,
        Severity::Error,
        &["2 typographic quotes", "mended text"],
    );
    let read: Value = serde_json::from_str(report.mended.as_deref().unwrap()).unwrap();
    assert_eq!(read["Statement"][0]["Effect"], "Allow");
}

#[test]
fn many_kinds_of_damage_are_counted_once_each() {
    // One look for each of them would not come to an end.
    let report = look(&"\u{2013}\u{200b}\u{a0}".repeat(100_000));
    let kinds = of(&report, Check::PastedCharacter);
    assert_eq!(kinds.len(), 2, "{kinds:?}");
    let inside = look(&format!("\"{}", "\u{2013}\u{200b}".repeat(100_000)));
    let kinds = of(&inside, Check::PastedCharacter);
    assert!(kinds.iter().all(|(_, what)| what.contains("100000")), "{kinds:?}");
    assert_eq!(kinds.len(), 2, "{kinds:?}");
}
