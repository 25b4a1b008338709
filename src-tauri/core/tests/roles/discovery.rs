//! What one's own policies allow to assume.

use hatrack_core::account::{AccountId, Partition};
use hatrack_core::discover::{Assumable, assumable, in_each_account};
use hatrack_core::policy::{Context, Kind, Named, Policy};
use serde_json::{Value, json};

fn found(policies: &[(&str, Value)]) -> Assumable {
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
    assumable(&named, &context)
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

#[test]
fn a_name_in_each_account_of_an_organization() {
    let accounts = [account("111122223333"), account("999900001111")];
    let roles = in_each_account(Partition::Aws, &accounts, "OrganizationAccountAccessRole").unwrap();
    assert_eq!(roles.len(), 2);
    assert!(in_each_account(Partition::Aws, &accounts, "no role").is_err());
}
