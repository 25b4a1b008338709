//! ARNs that leave parts out, and how far a wildcard in one goes.

use super::linting::{finds, identity, of};
use super::*;
use crate::policy::lint::{Check, Known, Severity, lint};

fn outcome(kind: Kind, effect: &str, element: &str, arn: &str, of: &str) -> Outcome {
    let mut statement = json!({ "Effect": effect, "Action": "*", element: arn });
    if kind == Kind::Resource {
        statement["Principal"] = json!("*");
    }
    let policy = policy(kind, &document(statement));
    evaluate(&policy, "p", &request(user(), "sqs:SendMessage", of)).outcome
}

const QUEUE: &str = "arn:aws:sqs:eu-west-1:111122223333:queue";
const TOPIC: &str = "arn:aws:sns:eu-west-1:111122223333:topic";

#[test]
fn an_identity_policys_short_arn_means_any_in_what_it_leaves_out() {
    for short in [
        "arn:aws:sqs",
        "arn:aws:sqs:eu-west-1",
        "arn:aws:sqs:eu-west-1:111122223333",
    ] {
        for kind in [Kind::Identity, Kind::Boundary] {
            assert_eq!(
                outcome(kind, "Allow", "Resource", short, QUEUE),
                Outcome::Allows,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Allow", "Resource", short, TOPIC),
                Outcome::Silent,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Deny", "Resource", short, QUEUE),
                Outcome::Denies,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Deny", "Resource", short, TOPIC),
                Outcome::Silent,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Allow", "NotResource", short, QUEUE),
                Outcome::Silent,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Allow", "NotResource", short, TOPIC),
                Outcome::Allows,
                "{short}"
            );
        }
        // Elsewhere it is not understood, so it allows nothing and denies everything.
        for kind in [Kind::Session, Kind::Resource] {
            assert_eq!(
                outcome(kind, "Allow", "Resource", short, QUEUE),
                Outcome::Silent,
                "{short}"
            );
            assert_eq!(
                outcome(kind, "Deny", "Resource", short, TOPIC),
                Outcome::Denies,
                "{short}"
            );
        }
        let text = document(json!({ "Effect": "Allow", "Action": "sqs:*", "Resource": short }));
        let printed = policy(Kind::Identity, &text).print().unwrap();
        assert!(printed.contains(&format!("\"{short}\"")), "{printed}");
    }
    // The colon in a variable's name is none of the ARN's.
    let own = "arn:aws:sqs:${aws:RequestedRegion}:111122223333";
    let policy = policy(
        Kind::Identity,
        &document(json!({ "Effect": "Allow", "Action": "*", "Resource": own })),
    );
    let mut asked = request(user(), "sqs:SendMessage", QUEUE);
    assert_eq!(evaluate(&policy, "p", &asked).outcome, Outcome::Silent);
    asked.context.set("aws:RequestedRegion", "eu-west-1");
    assert_eq!(evaluate(&policy, "p", &asked).outcome, Outcome::Allows);
}

#[test]
fn a_wildcard_goes_over_colons_only_where_it_ends_its_segment() {
    let fits = |arn: &str, of: &str| outcome(Kind::Identity, "Allow", "Resource", arn, of) == Outcome::Allows;
    for arn in [
        "*",
        "arn:*",
        "arn:aws:sns:*",
        "arn:aws:sns:*:topic",
        "arn:aws:sns:eu-*:topic",
        "arn:aws:sns:*-1:111122223333:topic",
        "arn:aws:sns:**-1:111122223333:t*c",
        "arn:a*s:s?s:eu-w*t-1:*:*",
    ] {
        assert!(fits(arn, TOPIC), "{arn}");
    }
    for arn in [
        "arn:aws:sns:*3:topic",
        "arn:aws:sns:e*3:topic",
        "arn:a*t-1:111122223333:topic",
        "arn:aws:**3:topic",
    ] {
        assert!(!fits(arn, TOPIC), "{arn}");
    }
    assert!(!fits(
        "arn:aws:sns:*-1:1111:topic",
        "arn:aws:sns:eu:999-1:1111:topic"
    ));
    // The last part keeps its colons.
    assert!(fits(
        "arn:aws:logs:*:*:log-group:/a*z:log-stream:s",
        "arn:aws:logs:eu-west-1:1:log-group:/a:b:z:log-stream:s"
    ));
}

#[test]
fn what_is_no_whole_arn_in_a_condition_allows_nothing_and_denies() {
    let with = |effect: &str, value: &str| {
        condition_outcome(
            effect,
            json!({ "ArnLike": { "aws:PrincipalArn": value } }),
            &[("aws:PrincipalArn", &["arn:aws:iam::111122223333:role/r"])],
        )
    };
    assert_eq!(with("Deny", "*"), Outcome::Denies);
    assert_eq!(with("Allow", "*"), Outcome::Silent);
    assert_eq!(with("Allow", "arn:aws:iam::*:role/*"), Outcome::Allows);
    assert_eq!(with("Allow", "${aws:PrincipalArn}"), Outcome::Allows);
    let report = identity(json!({ "Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": { "ArnLike": { "aws:PrincipalArn": "*" } } }));
    finds(
        &report,
        Check::ArnForm,
        Severity::Warning,
        &["no whole ARN", "six parts"],
    );
}

#[test]
fn a_short_arn_is_said_to_mean_more_or_to_be_refused() {
    let text =
        document(json!({ "Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs" })).to_string();
    let of_kind = |kind| lint(&text, Some(kind), &Known::default());
    finds(
        &of_kind(Kind::Identity),
        Check::ArnForm,
        Severity::Warning,
        &["arn:aws:sqs:*:*:*"],
    );
    finds(
        &of_kind(Kind::Session),
        Check::ArnForm,
        Severity::Error,
        &["only 3 parts"],
    );
}

#[test]
fn a_name_may_have_spaces() {
    let with = |resource: &str| {
        identity(json!({ "Effect": "Allow", "Action": "cloudwatch:DescribeAlarms", "Resource": resource }))
    };
    let alarm = with("arn:aws:cloudwatch:eu-west-1:111122223333:alarm:CPU too high");
    assert!(of(&alarm, Check::ArnForm).is_empty(), "{:?}", alarm.findings);
    for wrong in [
        "arn:aws:cloudwatch: eu-west-1:111122223333:alarm:a",
        "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:a ",
    ] {
        finds(&with(wrong), Check::ArnForm, Severity::Error, &["white space"]);
    }
}

#[test]
fn a_pattern_covers_no_escaped_wildcard() {
    let pattern = |text: &str| -> Pattern {
        let policy = policy(
            Kind::Identity,
            &document(
                json!({ "Effect": "Allow", "Action": "*", "Resource": format!("arn:aws:s3:::{text}") }),
            ),
        );
        match &policy.statements()[0].resources {
            Some(Matches::AnyOf(listed)) => listed[0].clone(),
            other => panic!("{other:?}"),
        }
    };
    assert!(!pattern("a${*}").covers(&pattern("a*")));
    assert!(pattern("a*").covers(&pattern("a${*}")));
    assert!(pattern("a*").covers(&pattern("ab*")));
}
