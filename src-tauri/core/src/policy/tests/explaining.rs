//! Policies told in sentences.

use super::*;
use crate::policy::explain::{explain, explain_lines};

#[test]
fn a_policy_is_told_in_sentences() {
    let text = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{OTHER}:root") }, "Action": "sts:AssumeRole",
          "Condition": { "StringEquals": { "sts:ExternalId": "x1" }, "Bool": { "aws:MultiFactorAuthPresent": "true" } } },
        { "Effect": "Deny", "Principal": "*", "NotAction": "sts:AssumeRole" } ] });
    let text = serde_json::to_string_pretty(&text).unwrap();
    let told = explain(&Policy::parse(Kind::Trust, &text).unwrap());
    assert!(told.summary.contains("who may take the role") && told.summary.contains("2 statements"));
    let first = &told.statements[0];
    assert_eq!(
        first.sentence,
        format!(
            "Allows account {OTHER} (whom its own policies let): take a role (sts:AssumeRole), but only if"
        )
    );
    assert_eq!(
        first.conditions,
        [
            "the caller gives the external ID x1",
            "the caller signed in with an MFA code"
        ]
    );
    assert!(
        told.statements[1]
            .sentence
            .starts_with("Denies everybody: every action except take a role")
    );
    let lines = explain_lines(&text, Kind::Trust).unwrap();
    assert!(
        lines
            .iter()
            .any(|l| l.text == "only if the caller gives the external ID x1"),
        "{lines:?}"
    );

    let objects = json!({ "Effect": "Allow", "Action": ["s3:Get*", "s3:PutObject"],
        "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/in/*"], "Condition": { "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } } });
    let told = explain(&policy(Kind::Identity, &document(objects)));
    let one = &told.statements[0];
    assert!(
        one.sentence.contains("what fits s3:Get*") && one.sentence.contains("write objects (s3:PutObject)")
    );
    assert!(
        one.sentence
            .contains("the bucket b and the objects under in/ in the bucket b"),
        "{}",
        one.sentence
    );
    assert_eq!(one.conditions, ["aws:SourceIp lies in \"203.0.113.0/24\""]);
    let condition = |condition: Value| {
        let statement = json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition });
        explain(&policy(Kind::Identity, &document(statement))).statements[0]
            .conditions
            .clone()
    };
    // It holds where the request has no such key, which a person with long-term keys has not.
    assert_eq!(
        condition(json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } })),
        ["the caller signed in without an MFA code, or the request does not tell"]
    );
    assert_eq!(
        condition(json!({ "StringEquals": { "s3:prefix": "reports/" } })),
        ["the prefix that is listed is exactly reports/"]
    );
    assert_eq!(
        condition(json!({ "StringLike": { "s3:prefix": "reports/*" } })),
        ["what is listed lies under reports/*"]
    );
    let unknown = json!({ "Effect": "Deny", "Action": "*", "Resource": "*", "Surprise": 1 });
    let told = explain(&policy(Kind::Identity, &document(unknown)));
    assert!(
        told.statements[0].unknown[0].contains("Surprise")
            && told.statements[0].unknown[0].contains("deny all the same")
    );
}
