//! From a policy to text and back.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;

fn printed(kind: Kind, text: &str) -> String {
    let read = Policy::parse(kind, text).unwrap_or_else(|e| panic!("{e}: {text}"));
    read.print().unwrap_or_else(|| panic!("not printed: {text}"))
}

/// Each value that may be a list as a list, and values of conditions as texts: what two texts of one policy share.
fn same_form(value: &Value, inside_condition: bool) -> Value {
    match value {
        // Everyone, both ways to write it.
        Value::Object(members) if members.len() == 1 && members.get("AWS") == Some(&json!("*")) => json!("*"),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, value)| {
                    let inside = inside_condition || name == "Condition";
                    let value = same_form(value, inside);
                    let lists = inside || !matches!(name.as_str(), "Version" | "Id" | "Sid" | "Effect");
                    (
                        name.clone(),
                        if lists && !value.is_array() {
                            json!([value])
                        } else {
                            value
                        },
                    )
                })
                .collect(),
        ),
        Value::Array(items) => items.iter().map(|v| same_form(v, inside_condition)).collect(),
        Value::Bool(_) | Value::Number(_) if inside_condition => json!(value.to_string()),
        other => other.clone(),
    }
}

#[test]
fn a_policy_is_written_in_the_usual_order() {
    let text = printed(
        Kind::Resource,
        r#"{"Statement":{"Condition":{"Bool":{"aws:SecureTransport":true}},"Resource":["arn:aws:s3:::b/*"],
           "Action":["S3:getObject"],"Principal":{"AWS":"111122223333","Service":["a.amazonaws.com","b.amazonaws.com"]},
           "Effect":"Allow","Sid":"One"},"Id":"x","Version":"2012-10-17"}"#,
    );
    let expected = "{\n  \"Version\": \"2012-10-17\",\n  \"Id\": \"x\",\n  \"Statement\": [\n    {\n      \"Sid\": \"One\",\n      \
        \"Effect\": \"Allow\",\n      \"Principal\": {\n        \"AWS\": \"111122223333\",\n        \"Service\": [\n          \
        \"a.amazonaws.com\",\n          \"b.amazonaws.com\"\n        ]\n      },\n      \"Action\": \"S3:getObject\",\n      \
        \"Resource\": \"arn:aws:s3:::b/*\",\n      \"Condition\": {\n        \"Bool\": {\n          \
        \"aws:SecureTransport\": \"true\"\n        }\n      }\n    }\n  ]\n}";
    assert_eq!(text, expected);
}

#[test]
fn two_names_of_one_operator_stay_apart() {
    let text = printed(
        Kind::Identity,
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{
           "ArnEquals":{"aws:SourceArn":"arn:aws:s3:::a*"},"ArnLike":{"aws:SourceArn":"arn:aws:s3:::*b"}}}}"#,
    );
    assert!(text.contains("ArnEquals") && text.contains("ArnLike"), "{text}");
}

#[test]
fn what_was_not_understood_is_not_written() {
    let surprising =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Surprise":1}}"#;
    assert_eq!(Policy::parse(Kind::Identity, surprising).unwrap().print(), None);
}

fn some(from: &'static [&'static str]) -> impl Strategy<Value = Value> {
    subsequence(from, 1..=from.len()).prop_map(|chosen| match chosen.as_slice() {
        [one] => json!(one),
        many => json!(many),
    })
}

fn conditions() -> impl Strategy<Value = Value> {
    let one = select(vec![
        json!({ "StringEquals": { "aws:username": "a", "s3:prefix": ["", "b/\u{e9}\"\\"] } }),
        json!({ "ForAllValues:StringLikeIfExists": { "aws:TagKeys": ["a*", "${*}", "${aws:username, 'x'}"] } }),
        json!({ "NumericLessThanEquals": { "s3:max-keys": 10 }, "Null": { "aws:TokenIssueTime": false } }),
        json!({ "DateGreaterThan": { "aws:CurrentTime": "2026-01-02T03:04:05Z" } }),
        json!({ "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"] } }),
        json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:s3:::a" }, "ArnLike": { "aws:SourceArn": "arn:aws:*:::b" } }),
        json!({ "BinaryEquals": { "k:b": "AAEC" }, "BoolIfExists": { "aws:MultiFactorAuthPresent": "true" } }),
    ]);
    proptest::option::of(one).prop_map(|some| some.unwrap_or_else(|| json!({})))
}

const PRINCIPALS: [&str; 6] = [
    "arn:aws:iam::111122223333:user/a/b",
    "arn:aws:iam::111122223333:role/c",
    "arn:aws:sts::111122223333:assumed-role/c/d",
    "444455556666",
    "AIDAQAAAAAAAAAAAAAAAA",
    "*",
];

fn principals() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("*")),
        some(&PRINCIPALS).prop_map(|aws| json!({ "AWS": aws })),
        some(&["ec2.amazonaws.com", "lambda.amazonaws.com"])
            .prop_map(|s| json!({ "Service": s, "AWS": "444455556666" })),
        some(&["accounts.google.com", "arn:aws:iam::111122223333:saml-provider/p"])
            .prop_map(|f| json!({ "CanonicalUser": "79a59d", "Federated": f })),
    ]
}

fn any_statement(kind: Kind) -> impl Strategy<Value = Value> {
    let actions = some(&["s3:GetObject", "S3:*", "*", "iam:Pass?ole"]);
    let resources = some(&["*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:iam::*:role/x"]);
    (
        any::<(bool, bool, bool, bool)>(),
        proptest::option::of("[A-Za-z0-9]{0,6}"),
        principals(),
        actions,
        resources,
        conditions(),
    )
        .prop_map(
            move |(
                (deny, not_action, not_resource, not_principal),
                sid,
                principals,
                actions,
                resources,
                conditions,
            )| {
                let mut statement = json!({ "Effect": if deny { "Deny" } else { "Allow" } });
                let mut put = |name: &str, value: Value| statement[name] = value;
                put(if not_action { "NotAction" } else { "Action" }, actions);
                if kind != Kind::Trust {
                    put(if not_resource { "NotResource" } else { "Resource" }, resources);
                }
                if matches!(kind, Kind::Trust | Kind::Resource) {
                    put(
                        if not_principal && deny {
                            "NotPrincipal"
                        } else {
                            "Principal"
                        },
                        principals,
                    );
                }
                if conditions != json!({}) {
                    put("Condition", conditions);
                }
                if let Some(sid) = sid {
                    put("Sid", json!(sid));
                }
                statement
            },
        )
}

fn any_policy() -> impl Strategy<Value = (Kind, Value)> {
    let kinds = vec![
        Kind::Identity,
        Kind::Boundary,
        Kind::Session,
        Kind::Trust,
        Kind::Resource,
    ];
    (select(kinds), proptest::option::of("[ -~]{0,9}"))
        .prop_flat_map(|(kind, id)| {
            (
                Just(kind),
                Just(id),
                prop::collection::vec(any_statement(kind), 1..4),
            )
        })
        .prop_map(|(kind, id, mut statements)| {
            for (i, statement) in statements.iter_mut().enumerate() {
                // Unique in their policy.
                if let Some(sid) = statement.get_mut("Sid").filter(|sid| *sid != "") {
                    *sid = json!(format!("{}{i}", sid.as_str().unwrap_or_default()));
                }
            }
            let mut policy = document(json!(statements));
            if let Some(id) = id {
                policy["Id"] = json!(id);
            }
            (kind, policy)
        })
}

proptest! {
    #[test]
    fn parse_print_parse_is_identity((kind, original) in any_policy()) {
        let once = printed(kind, &original.to_string());
        let again = printed(kind, &once);
        prop_assert_eq!(&again, &once);
        // Whatever the text said, it still says.
        let reread: Value = serde_json::from_str(&once).unwrap();
        prop_assert_eq!(same_form(&reread, false), same_form(&original, false));
        // The same places too, once the text is ours.
        prop_assert_eq!(Policy::parse(kind, &once).unwrap(), Policy::parse(kind, &again).unwrap());
    }
}
