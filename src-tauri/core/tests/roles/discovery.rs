//! What one's own policies allow to assume.

use hatrack_core::account::{AccountId, Partition};
use hatrack_core::discover::{Assumable, LooksAt, RoleNamePattern, Verdict, assumable, verdict};
use hatrack_core::organization::MemberAccount;
use hatrack_core::policy::{Context, Kind, Named, Policy};
use serde_json::{Value, json};

fn found(policies: &[(&str, Value)]) -> Assumable {
    read(policies, assumable)
}

fn said_of(role: &str, policies: &[(&str, Value)]) -> Verdict {
    read(policies, |named, context| {
        verdict(named, &role.parse().unwrap(), context)
    })
}

fn read<T>(policies: &[(&str, Value)], ask: impl FnOnce(&[Named<'_>], &Context) -> T) -> T {
    let read: Vec<(&str, Policy)> = policies
        .iter()
        .map(|(name, statements)| {
            let text = json!({ "Version": "2012-10-17", "Statement": statements }).to_string();
            (*name, Policy::parse(Kind::Identity, &text).unwrap())
        })
        .collect();
    let named: Vec<Named<'_>> = read.iter().map(|(name, policy)| Named { name, policy }).collect();
    let mut context = Context::new();
    context.set("aws:username", "troy");
    ask(&named, &context)
}

fn allow(resource: Value) -> Value {
    json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": resource })
}

fn deny(resource: Value) -> Value {
    json!({ "Effect": "Deny", "Action": "sts:*", "Resource": resource })
}

fn arns(assumable: &Assumable) -> Vec<String> {
    assumable
        .roles
        .iter()
        .map(|found| found.role.to_string())
        .collect()
}

const READER: &str = "arn:aws:iam::111122223333:role/team/Reader";
const WRITER: &str = "arn:aws:iam::111122223333:role/Writer";

#[test]
fn s14_a_role_is_found_once_with_each_policy_that_allows_it() {
    let all = found(&[
        ("own", json!([allow(json!([READER, WRITER]))])),
        (
            "group",
            json!([{ "Effect": "Allow", "Action": "sts:*", "Resource": READER }]),
        ),
    ]);
    assert_eq!(arns(&all), [WRITER, READER]);
    assert_eq!(all.roles[1].policies, ["own", "group"]);
    assert!(all.patterns.is_empty());
}

#[test]
fn other_actions_and_other_resources_are_no_roles() {
    let all = found(&[(
        "own",
        json!([
            { "Effect": "Allow", "Action": "s3:*", "Resource": "*" },
            { "Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": READER },
            allow(json!("arn:aws:s3:::bucket")),
        ]),
    )]);
    assert_eq!(all, Assumable::default());
    // NotAction allows all the rest, AssumeRole among it.
    let rest = found(&[(
        "own",
        json!([{ "Effect": "Allow", "NotAction": "iam:*", "Resource": READER }]),
    )]);
    assert_eq!(arns(&rest), [READER]);
}

#[test]
fn wildcards_stay_patterns_and_variables_are_filled_in() {
    let all = found(&[(
        "own",
        json!([allow(json!([
            "arn:aws:iam::*:role/Reader",
            "arn:aws:iam::111122223333:role/${aws:username}",
            "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}",
        ]))]),
    )]);
    assert_eq!(arns(&all), ["arn:aws:iam::111122223333:role/troy"]);
    let patterns: Vec<&str> = all.patterns.iter().map(|p| p.pattern.as_str()).collect();
    assert_eq!(
        patterns,
        [
            "arn:aws:iam::*:role/Reader",
            "arn:aws:iam::111122223333:role/${aws:PrincipalTag/team}"
        ]
    );
}

#[test]
fn what_a_deny_takes_away_for_certain_is_left_out() {
    let all = found(&[
        (
            "own",
            json!([allow(json!([
                READER,
                WRITER,
                "arn:aws:iam::*:role/Reader",
                "arn:aws:iam::*:role/Re*"
            ]))]),
        ),
        (
            "guard",
            json!([deny(json!([WRITER, "arn:aws:iam::*:role/Reader"]))]),
        ),
    ]);
    assert_eq!(arns(&all), [READER]);
    assert_eq!(all.patterns.len(), 1);
    assert_eq!(all.patterns[0].pattern, "arn:aws:iam::*:role/Re*");
    // What a Deny with an unknown piece is about is not certain.
    let mut odd = deny(json!("*"));
    odd["Condition"] = json!({ "StringSoundsLike": { "aws:username": "troi" } });
    assert_eq!(
        arns(&found(&[("own", json!([allow(json!(READER)), odd]))])),
        [READER]
    );
    let but_one = found(&[
        ("own", json!([allow(json!([READER, WRITER]))])),
        (
            "guard",
            json!([{ "Effect": "Deny", "Action": "sts:AssumeRole", "NotResource": READER }]),
        ),
    ]);
    assert_eq!(arns(&but_one), [READER]);
}

#[test]
fn a_condition_leaves_it_open() {
    let mut conditional = allow(json!(READER));
    conditional["Condition"] = json!({ "Bool": { "aws:MultiFactorAuthPresent": "true" } });
    let mut guard = deny(json!("*"));
    guard["Condition"] = json!({ "NotIpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
    let all = found(&[("own", json!([conditional, guard]))]);
    assert_eq!(arns(&all), [READER]);
    assert!(all.roles[0].conditional);
    let plain = found(&[("own", json!([conditional, allow(json!(READER))]))]);
    assert!(
        !plain.roles[0].conditional,
        "one way without a condition suffices"
    );
}

#[test]
fn what_is_not_understood_allows_nothing() {
    let mut odd = allow(json!(READER));
    odd["Condition"] = json!({ "StringSoundsLike": { "aws:username": "troi" } });
    assert_eq!(found(&[("own", json!([odd]))]), Assumable::default());
}

fn account(id: &str) -> AccountId {
    id.parse().unwrap()
}

#[test]
fn a_pattern_over_accounts_is_one_role_in_each() {
    let accounts = [
        account("111122223333"),
        account("111144445555"),
        account("999900001111"),
    ];
    let all = found(&[(
        "own",
        json!([allow(json!("arn:aws:iam::1111*:role/team/Reader"))]),
    )]);
    let roles: Vec<String> = all.patterns[0]
        .in_accounts(&accounts)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        roles,
        [
            "arn:aws:iam::111122223333:role/team/Reader",
            "arn:aws:iam::111144445555:role/team/Reader"
        ]
    );
    let names = found(&[("own", json!([allow(json!("arn:aws:iam::*:role/R*"))]))]);
    assert!(names.patterns[0].in_accounts(&accounts).is_empty());
}

fn under(condition: Value) -> Value {
    let mut allowed = allow(json!(READER));
    allowed["Condition"] = condition;
    allowed
}

#[test]
fn what_a_condition_looks_at_is_told_unless_another_way_has_none() {
    let guarded = under(json!({
        "Bool": { "aws:MultiFactorAuthPresent": "true" },
        "StringEquals": { "sts:ExternalId": ["a", "b"] },
        "IpAddress": { "aws:SourceIp": "10.0.0.0/8" }
    }));
    let all = found(&[("own", json!([guarded.clone()]))]);
    let mut looks_at = all.roles[0].looks_at.clone();
    looks_at.sort_by_key(ToString::to_string);
    assert_eq!(
        looks_at,
        [
            LooksAt::Mfa,
            LooksAt::Other("aws:SourceIp".into()),
            LooksAt::ExternalId(vec!["a".into(), "b".into()])
        ]
    );
    let free = found(&[("own", json!([guarded, allow(json!(READER))]))]);
    assert!(free.roles[0].looks_at.is_empty() && !free.roles[0].conditional);
}

#[test]
fn an_external_id_is_taken_only_from_a_condition_that_wants_just_that_one() {
    let looks_at = |condition: Value| {
        let all = found(&[("own", json!([under(condition)]))]);
        all.roles[0].looks_at.clone()
    };
    let wanted = |operator: &str| looks_at(json!({ operator: { "sts:ExternalId": "stuzio" } }));
    for operator in ["StringEquals", "StringLike"] {
        assert_eq!(wanted(operator), [LooksAt::ExternalId(vec!["stuzio".into()])]);
    }
    let other = [LooksAt::Other("sts:ExternalId".into())];
    for operator in [
        "StringNotEquals",
        "StringNotLike",
        "StringEqualsIfExists",
        "ForAllValues:StringEquals",
        "StringNotEqualsIgnoreCase",
    ] {
        assert_eq!(wanted(operator), other, "{operator}");
    }
    assert_eq!(looks_at(json!({ "Null": { "sts:ExternalId": "false" } })), other);
    for wide in ["stuzio-*", "stuzi?", "${aws:username}"] {
        assert_eq!(
            looks_at(json!({ "StringLike": { "sts:ExternalId": ["a", wide] } })),
            other,
            "{wide}"
        );
    }
    // Without wildcards in the operator, a star is a character.
    assert_eq!(
        looks_at(json!({ "StringEquals": { "sts:ExternalId": "a*" } })),
        [LooksAt::ExternalId(vec!["a*".into()])]
    );
}

#[test]
fn a_deny_is_told_with_what_it_depends_on() {
    let mut depends = deny(json!("arn:aws:iam::*:role/Admin*"));
    depends["Condition"] = json!({ "BoolIfExists": { "aws:MultiFactorAuthPresent": "false" } });
    let all = found(&[(
        "guard",
        json!([depends, { "Effect": "Deny", "Action": "sts:*", "NotResource": READER }]),
    )]);
    let [first, second] = &all.denied[..] else {
        panic!("{:?}", all.denied)
    };
    assert_eq!(first.patterns, ["arn:aws:iam::*:role/Admin*"]);
    assert_eq!(
        (first.looks_at.as_slice(), first.left_out),
        (&[LooksAt::Mfa][..], false)
    );
    assert!(second.left_out && second.looks_at.is_empty());
}

#[test]
fn of_one_role_it_is_told_what_the_policies_say() {
    let wide = allow(json!("arn:aws:iam::*:role/team/*"));
    let allowed = said_of(READER, &[("own", json!([wide.clone()]))]);
    assert!(
        matches!(&allowed, Verdict::Allowed { policies, looks_at } if policies == &["own"] && looks_at.is_empty())
    );
    let no = said_of(
        READER,
        &[("own", json!([wide])), ("guard", json!([deny(json!(READER))]))],
    );
    assert_eq!(
        no,
        Verdict::Denied {
            policy: "guard".into()
        }
    );
    assert_eq!(
        said_of(WRITER, &[("own", json!([allow(json!(READER))]))]),
        Verdict::NotNamed
    );
}

#[test]
fn a_pattern_is_told_in_words() {
    let words = |resource: Value| found(&[("own", json!([allow(resource)]))]).patterns[0].described();
    assert_eq!(words(json!("*")), "all roles in every account");
    assert_eq!(
        words(json!("arn:aws:iam::*:role/*")),
        "all roles in every account"
    );
    assert_eq!(
        words(json!("arn:aws:iam::111122223333:role/Org*")),
        "roles named Org* in account 111122223333"
    );
    assert_eq!(words(json!("arn:*")), "what arn:* stands for");
    let rest = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": "arn:aws:iam::*:role/Admin" }]);
    assert_eq!(
        found(&[("own", rest)]).patterns[0].described(),
        "everything but roles named Admin in every account"
    );
}

#[test]
fn a_name_may_hold_the_accounts_id_and_name_and_nothing_that_no_role_has() {
    let member = |name: &str| MemberAccount {
        id: account("111122223333"),
        name: name.into(),
        active: true,
    };
    let pattern: RoleNamePattern = "x-{name}-{account}".parse().unwrap();
    let role = pattern.role_in(Partition::AwsCn, &member("Dev")).unwrap();
    assert_eq!(
        role.to_string(),
        "arn:aws-cn:iam::111122223333:role/x-Dev-111122223333"
    );
    for hostile in ["two words", "<img>", "\u{202e}", "*"] {
        assert!(
            pattern.role_in(Partition::Aws, &member(hostile)).is_none(),
            "{hostile}"
        );
    }
    // An account whose name nobody knows has no role by its name.
    let id = account("111122223333");
    assert!(pattern.role_at(Partition::Aws, id, None).is_none());
    let by_id: RoleNamePattern = "x-{account}".parse().unwrap();
    let role = by_id.role_at(Partition::Aws, id, None).unwrap();
    assert_eq!(role.role_name(), "x-111122223333");
    // What stands in an account's name is nobody's placeholder.
    assert!(pattern.role_in(Partition::Aws, &member("{account}")).is_none());
    for wrong in ["", "  ", "a b", "{role}", "Org*", &"x".repeat(65)] {
        assert!(wrong.parse::<RoleNamePattern>().is_err(), "{wrong}");
    }
}
