//! What must hold for any policy.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

/// The obvious matcher, by recursion, as the oracle for the one in use.
fn matches_slowly(pattern: &[char], text: &[char]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some('*'), _) => {
            matches_slowly(&pattern[1..], text) || (!text.is_empty() && matches_slowly(pattern, &text[1..]))
        }
        (Some('?'), Some(_)) => matches_slowly(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => matches_slowly(&pattern[1..], &text[1..]),
        _ => false,
    }
}

fn resource_outcome(effect: &str, pattern: &str, key: &str) -> Outcome {
    let statement = json!({ "Effect": effect, "Action": "*", "Resource": pattern });
    let request = request(user(), "s3:GetObject", &format!("arn:aws:s3:::{key}"));
    evaluate(&policy(Kind::Identity, &document(statement)), "p", &request).outcome
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = select(vec!["Allow", "Deny"]);
    let action = select(vec!["*", "s3:*", "s3:Get*", "ec2:*", "S3:getobject", "nonsense"]);
    let resource = select(vec![
        "*",
        "arn:aws:s3:::b/*",
        "arn:aws:s3:::${aws:username}/*",
        "arn:aws:s3:::c/*",
        "bad",
    ]);
    let condition = select(vec![
        json!({}),
        json!({ "StringEquals": { "aws:username": "operator" } }),
        json!({ "StringNotEquals": { "aws:username": "operator" } }),
        json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } }),
        json!({ "Whatever": { "aws:x": "y" } }),
        json!({ "NumericLessThan": { "aws:username": "5" } }),
    ]);
    (effect, action, resource, condition)
        .prop_map(|(e, a, r, c)| json!({ "Effect": e, "Action": a, "Resource": r, "Condition": c }))
}

fn decide_by(statements: &[Value], keys: bool) -> Decision {
    let read = policy(Kind::Identity, &document(json!(statements)));
    let mut request = request(user(), "s3:GetObject", "arn:aws:s3:::b/k");
    if keys {
        request.context.set("aws:username", "operator");
    }
    decide(
        &request,
        &Policies {
            identity: vec![Named {
                name: "p",
                policy: &read,
            }],
            boundary: None,
            session: vec![],
            resource: None,
            ..Policies::none()
        },
    )
}

proptest! {
    #[test]
    fn wildcards_match_as_the_obvious_matcher_does(pattern in "[ab*?]{0,9}", text in "[ab]{0,9}") {
        let whole = format!("arn:aws:s3:::{pattern}");
        let expected = matches_slowly(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>());
        prop_assert_eq!(resource_outcome("Allow", &whole, &text) == Outcome::Allows, expected);
        prop_assert_eq!(resource_outcome("Deny", &whole, &text) == Outcome::Denies, expected);
    }

    #[test]
    fn a_variable_never_acts_as_a_wildcard(name in "[a*?${}:]{1,8}", key in "[a-c]{1,8}") {
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${aws:username}" });
        let mut request = request(user(), "s3:GetObject", &format!("arn:aws:s3:::{key}"));
        request.context.set("aws:username", name.clone());
        let outcome = evaluate(&policy(Kind::Identity, &document(statement)), "p", &request).outcome;
        prop_assert_eq!(outcome == Outcome::Allows, name == key);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>()) {
        for kind in [Kind::Identity, Kind::Trust, Kind::Resource] {
            let _ = Policy::parse(kind, &text);
        }
    }

    #[test]
    fn no_broken_policy_makes_the_reader_panic(at in 0usize..400, with in any::<char>()) {
        let text = document(json!([{ "Sid": "a", "Effect": "Allow", "Principal": { "AWS": [OWN, "*"] },
            "Action": ["s3:*"], "Resource": ["arn:aws:s3:::b/${aws:username, 'x'}"],
            "Condition": { "ForAllValues:StringLike": { "aws:TagKeys": ["\u{e9}*"] }, "Null": { "a:b": true } } }])).to_string();
        let mut chars: Vec<char> = text.chars().collect();
        let at = at % chars.len();
        chars[at] = with;
        let _ = Policy::parse(Kind::Resource, &chars.into_iter().collect::<String>());
    }

    #[test]
    fn json_reads_as_other_readers_read_it(sid in any::<String>()) {
        let statement = json!({ "Sid": sid, "Effect": "Allow", "Action": "*", "Resource": "*" });
        let read = policy(Kind::Identity, &document(statement));
        prop_assert_eq!(read.statements[0].sid.as_deref(), Some(sid.as_str()));
    }

    #[test]
    fn a_deny_more_never_allows_more(statements in prop::collection::vec(statement(), 1..5), denial in statement(), keys: bool) {
        let mut denial = denial;
        denial["Effect"] = json!("Deny");
        let before = decide_by(&statements, keys);
        let mut more = statements.clone();
        more.push(denial);
        prop_assert!(before.allowed || !decide_by(&more, keys).allowed);
    }

    #[test]
    fn an_allow_more_never_allows_less(statements in prop::collection::vec(statement(), 1..5), more in statement(), keys: bool) {
        let mut more = more;
        more["Effect"] = json!("Allow");
        let before = decide_by(&statements, keys);
        let mut all = statements.clone();
        all.push(more);
        prop_assert!(!before.allowed || decide_by(&all, keys).allowed);
    }

    #[test]
    fn a_deny_that_fits_always_wins(statements in prop::collection::vec(statement(), 1..5), at in 0usize..5, keys: bool) {
        let mut all = statements.clone();
        all.insert(at.min(all.len()), json!({ "Effect": "Deny", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*" }));
        prop_assert_eq!(decide_by(&all, keys).reason, Reason::ExplicitDeny);
    }

    #[test]
    fn no_request_makes_the_evaluator_panic(statements in prop::collection::vec(statement(), 1..4), action in any::<String>(), resource in any::<String>(), value in any::<String>()) {
        let read = policy(Kind::Identity, &document(json!(statements)));
        let mut asked = request(user(), &action, &resource);
        asked.context.set("aws:username", value.clone());
        asked.context.set_all("aws:MultiFactorAuthPresent", [value.clone(), value]);
        let _ = evaluate(&read, "p", &asked);
    }

    #[test]
    fn the_order_of_statements_does_not_matter(statements in prop::collection::vec(statement(), 1..5), keys: bool) {
        let mut turned = statements.clone();
        turned.reverse();
        prop_assert_eq!(decide_by(&statements, keys).reason, decide_by(&turned, keys).reason);
    }

    #[test]
    fn a_decision_names_the_statement_that_decided(statements in prop::collection::vec(statement(), 1..5), keys: bool) {
        let decision = decide_by(&statements, keys);
        match (&decision.decided_by, decision.reason) {
            (Some(by), reason) => {
                let effect = if reason == Reason::ExplicitDeny { "Deny" } else { "Allow" };
                prop_assert_eq!(&statements[by.index]["Effect"], effect);
            }
            (None, reason) => prop_assert_eq!(reason, Reason::IdentityDoesNotAllow),
        }
    }

    #[test]
    fn an_unknown_piece_never_allows(statements in prop::collection::vec(statement(), 1..5), keys: bool) {
        let spoilt: Vec<Value> = statements.iter().cloned().map(|mut s| { s["Surprise"] = json!(1); s }).collect();
        prop_assert!(!decide_by(&spoilt, keys).allowed);
    }
}
