//! Condition operators, one by one.

use super::*;

#[test]
fn string_operators() {
    let name: &[(&str, &[&str])] = &[("aws:username", &["Troy"])];
    assert!(holds(
        json!({ "StringEquals": { "aws:UserName": ["x", "Troy"] } }),
        name
    ));
    assert!(!holds(
        json!({ "StringEquals": { "aws:username": "troy" } }),
        name
    ));
    assert!(!holds(json!({ "StringEquals": { "aws:username": "T*" } }), name));
    assert!(holds(
        json!({ "StringEqualsIgnoreCase": { "aws:username": "tROY" } }),
        name
    ));
    assert!(holds(json!({ "StringLike": { "aws:username": "T?o*" } }), name));
    assert!(!holds(
        json!({ "StringNotLike": { "aws:username": ["x", "T*"] } }),
        name
    ));
    assert!(holds(
        json!({ "StringNotEquals": { "aws:username": ["troy", "x"] } }),
        name
    ));
    assert!(!holds(
        json!({ "StringNotEqualsIgnoreCase": { "aws:username": "troy" } }),
        name
    ));
    assert!(!holds(json!({ "StringEquals": { "aws:username": [] } }), name));
}

#[test]
fn all_operators_and_all_keys_must_hold_and_any_value_suffices() {
    let both = json!({ "StringEquals": { "a:x": "1", "a:y": ["2", "3"] }, "Bool": { "a:z": "true" } });
    assert!(holds(
        both.clone(),
        &[("a:x", &["1"]), ("a:y", &["3"]), ("a:z", &["true"])]
    ));
    assert!(!holds(
        both.clone(),
        &[("a:x", &["1"]), ("a:y", &["4"]), ("a:z", &["true"])]
    ));
    assert!(!holds(
        both,
        &[("a:x", &["1"]), ("a:y", &["3"]), ("a:z", &["false"])]
    ));
    assert!(holds(json!({}), &[]));
}

#[test]
fn a_missing_key_fails_a_match_and_satisfies_an_exclusion() {
    for (operator, value, expected) in [
        ("StringEquals", "x", false),
        ("StringLike", "*", false),
        ("Bool", "false", false),
        ("ArnLike", "*:*:*:*:*:*", false),
        ("NumericLessThan", "5", false),
        ("StringNotEquals", "x", true),
        ("StringNotLike", "*", true),
        ("ArnNotLike", "*:*:*:*:*:*", true),
        ("NumericNotEquals", "5", true),
        ("NotIpAddress", "10.0.0.0/8", true),
        ("StringEqualsIfExists", "x", true),
        ("BoolIfExists", "true", true),
        ("IpAddressIfExists", "10.0.0.0/8", true),
    ] {
        assert_eq!(
            holds(json!({ operator: { "a:absent": value } }), &[]),
            expected,
            "{operator}"
        );
    }
}

#[test]
fn if_exists_still_compares_what_exists() {
    assert!(!holds(
        json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "true" } }),
        &[("aws:MultiFactorAuthPresent", &["false"])]
    ));
}

#[test]
fn null_asks_for_existence() {
    assert!(holds(json!({ "Null": { "a:x": "true" } }), &[]));
    assert!(!holds(json!({ "Null": { "a:x": true } }), &[("a:x", &["1"])]));
    assert!(holds(json!({ "Null": { "a:x": "false" } }), &[("a:x", &["1"])]));
    assert!(!holds(json!({ "Null": { "a:x": "false" } }), &[]));
}

#[test]
fn numbers_are_compared_exactly() {
    let with = |operator: &str, wanted: Value, have: &str| {
        holds(json!({ operator: { "a:n": wanted } }), &[("a:n", &[have])])
    };
    assert!(with("NumericEquals", json!(10), "10.0"));
    assert!(with("NumericEquals", json!("-0"), "0"));
    assert!(with("NumericLessThan", json!("10"), "9"));
    assert!(!with("NumericLessThan", json!("10"), "10"));
    assert!(with("NumericLessThanEquals", json!("10"), "10"));
    assert!(with("NumericGreaterThan", json!("-10"), "-9.5"));
    assert!(with("NumericGreaterThanEquals", json!("0.10"), "0.1"));
    assert!(with(
        "NumericLessThan",
        json!("9007199254740993"),
        "9007199254740992"
    ));
    assert!(with("NumericLessThan", json!("1.05"), "1.049"));
    assert!(with("NumericNotEquals", json!("1"), "2"));
}

#[test]
fn a_request_value_that_is_no_number_satisfies_neither_way() {
    let keys: &[(&str, &[&str])] = &[("a:n", &["many"])];
    assert!(!holds(json!({ "NumericEquals": { "a:n": "1" } }), keys));
    assert!(!holds(json!({ "NumericNotEquals": { "a:n": "1" } }), keys));
    let denied = condition_outcome("Deny", json!({ "NumericGreaterThan": { "a:n": "1" } }), keys);
    assert_eq!(denied, Outcome::Denies);
}

#[test]
fn dates_in_each_form() {
    let at = "2026-02-03T04:05:06Z";
    let with = |operator: &str, wanted: Value| {
        holds(
            json!({ operator: { "aws:CurrentTime": wanted } }),
            &[("aws:CurrentTime", &[at])],
        )
    };
    assert!(with("DateEquals", json!("2026-02-03T05:05:06+01:00")));
    assert!(with("DateEquals", json!(1_770_091_506)));
    assert!(with("DateGreaterThan", json!("2026-02-03")));
    assert!(with("DateGreaterThan", json!("2026-02")));
    assert!(with("DateGreaterThanEquals", json!("2026")));
    assert!(with("DateLessThan", json!("2026-02-03T04:05:06.5Z")));
    assert!(with("DateLessThanEquals", json!(at)));
    assert!(with("DateNotEquals", json!("2026-02-03")));
    assert!(!with("DateLessThan", json!("2026-02-03")));
    for bad in ["2026-13", "2026-02-30", "yesterday", "2026-1-1", "26"] {
        let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": { "DateLessThan": { "aws:CurrentTime": bad } } });
        assert_eq!(
            policy(Kind::Identity, &document(statement)).unknowns().count(),
            1,
            "{bad}"
        );
    }
}

#[test]
fn addresses_and_ranges() {
    let with = |operator: &str, range: &str, address: &str| {
        holds(
            json!({ operator: { "aws:SourceIp": range } }),
            &[("aws:SourceIp", &[address])],
        )
    };
    assert!(with("IpAddress", "203.0.113.0/24", "203.0.113.7"));
    assert!(!with("IpAddress", "203.0.113.0/24", "203.0.114.7"));
    assert!(with("IpAddress", "203.0.113.7", "203.0.113.7"));
    assert!(with("IpAddress", "0.0.0.0/0", "8.8.8.8"));
    assert!(with(
        "IpAddress",
        "2001:DB8:1234:5678::/64",
        "2001:db8:1234:5678:9::1"
    ));
    assert!(with("IpAddress", "::/0", "2001:db8::1"));
    assert!(!with("IpAddress", "0.0.0.0/0", "2001:db8::1"));
    assert!(with("NotIpAddress", "203.0.113.0/24", "198.51.100.1"));
    assert!(!with("NotIpAddress", "203.0.113.0/24", "203.0.113.1"));
}

#[test]
fn arns_are_compared_part_by_part() {
    let with = |operator: &str, pattern: &str, arn: &str| {
        holds(
            json!({ operator: { "aws:SourceArn": pattern } }),
            &[("aws:SourceArn", &[arn])],
        )
    };
    let arn = "arn:aws:sns:eu-west-1:111122223333:topic:x";
    assert!(with("ArnEquals", arn, arn));
    assert!(with("ArnLike", "arn:aws:sns:*:111122223333:*", arn));
    assert!(with("ArnEquals", "arn:aws:sns:eu-*-1:*:topic:?", arn));
    assert!(!with("ArnLike", "arn:aws:*:topic:x", arn));
    assert!(!with("ArnLike", "arn:aws:sns:*", arn));
    assert!(!with("ArnNotEquals", "arn:aws:sns:*:*:*", arn));
    assert!(with("ArnNotLike", "arn:aws:sqs:*:*:*", arn));
}

#[test]
fn booleans_and_binaries() {
    let keys: &[(&str, &[&str])] = &[("aws:SecureTransport", &["true"]), ("a:key", &["QmluYXJ5"])];
    assert!(holds(json!({ "Bool": { "aws:SecureTransport": true } }), keys));
    assert!(holds(json!({ "Bool": { "aws:SecureTransport": "True" } }), keys));
    assert!(!holds(
        json!({ "Bool": { "aws:SecureTransport": "false" } }),
        keys
    ));
    assert!(holds(json!({ "BinaryEquals": { "a:key": "QmluYXJ5" } }), keys));
    assert!(!holds(json!({ "BinaryEquals": { "a:key": "QmluYXI=" } }), keys));
}

#[test]
fn sets_of_values() {
    let tags = |values: &'static [&'static str]| -> Vec<(&'static str, &'static [&'static str])> {
        vec![("aws:TagKeys", values)]
    };
    let all = json!({ "ForAllValues:StringEquals": { "aws:TagKeys": ["team", "cost"] } });
    assert!(holds(all.clone(), &tags(&["team"])));
    assert!(holds(all.clone(), &tags(&["team", "cost"])));
    assert!(!holds(all.clone(), &tags(&["team", "owner"])));
    assert!(holds(all, &[]));
    let any = json!({ "ForAnyValue:StringLike": { "aws:TagKeys": ["te*"] } });
    assert!(holds(any.clone(), &tags(&["owner", "team"])));
    assert!(!holds(any.clone(), &tags(&["owner"])));
    assert!(!holds(any, &[]));
    let none = json!({ "ForAllValues:StringNotEquals": { "aws:TagKeys": ["secret"] } });
    assert!(holds(none.clone(), &tags(&["team"])));
    assert!(!holds(none, &tags(&["team", "secret"])));
    let some_other = json!({ "ForAnyValue:StringNotEquals": { "aws:TagKeys": ["secret"] } });
    assert!(holds(some_other.clone(), &tags(&["team", "secret"])));
    assert!(!holds(some_other, &tags(&["secret"])));
}

#[test]
fn variables_in_values() {
    let same = json!({ "StringEquals": { "aws:PrincipalTag/team": "${aws:RequestTag/team}" } });
    let tag: &[&str] = &["blue"];
    assert!(holds(
        same.clone(),
        &[("aws:PrincipalTag/team", tag), ("aws:RequestTag/team", tag)]
    ));
    assert!(!holds(same, &[("aws:PrincipalTag/team", tag)]));
    let differs = json!({ "StringNotEquals": { "aws:PrincipalTag/team": "${aws:RequestTag/team}" } });
    let keys: &[(&str, &[&str])] = &[("aws:PrincipalTag/team", tag)];
    assert!(!holds(differs.clone(), keys));
    assert_eq!(condition_outcome("Deny", differs, keys), Outcome::Denies);
    let number = json!({ "NumericEquals": { "a:n": "${a:m}" } });
    let statement = json!({ "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": number });
    assert_eq!(policy(Kind::Identity, &document(statement)).unknowns().count(), 1);
}

#[test]
fn operator_names_are_exact() {
    for name in [
        "stringEquals",
        "StringEqual",
        "NullIfExists",
        "ForAllValues:Null",
        "ForSome:StringEquals",
        "IfExists",
    ] {
        assert!(Operator::read(name).is_none(), "{name}");
    }
    for name in [
        "ForAnyValue:StringNotLikeIfExists",
        "NumericLessThanEqualsIfExists",
        "Null",
        "NotIpAddress",
    ] {
        assert_eq!(Operator::read(name).unwrap().to_string(), name);
    }
    assert_eq!(Operator::read("ArnEquals"), Operator::read("ArnLike"));
}

#[test]
fn a_miss_tells_what_was_wanted_and_found() {
    let statement = json!({ "Effect": "Allow", "Principal": { "AWS": OWN }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "sts:ExternalId": "right" } } });
    let mut request = request(user(), "sts:AssumeRole", "arn:aws:iam::444455556666:role/R");
    request.context.set("sts:ExternalId", "wrong");
    let finding = evaluate(&policy(Kind::Trust, &document(statement)), "trust", &request);
    let [
        Miss::Condition {
            key,
            wanted,
            found,
            unclear,
            ..
        },
    ] = finding.statements[0].misses.as_slice()
    else {
        panic!("{finding:?}")
    };
    assert_eq!(
        (key.as_str(), wanted.as_slice(), *unclear),
        ("sts:ExternalId", &["right".to_owned()][..], false)
    );
    assert_eq!(found.as_deref(), Some(&["wrong".to_owned()][..]));
}
