//! Conditions that do not do what they seem to.
//!
//! Sources: IAM User Guide, "IAM JSON policy elements: Condition operators", "AWS global condition context keys"; the list of keys says its own.

use std::net::IpAddr;

use super::view::{ConditionView, Statement};
use super::{Check, Found};
use crate::policy::actions::AS_OF;
use crate::policy::condition::{Comparison, Operator, Quantifier};
use crate::policy::keys::{self, Listed};

pub(super) fn look(statement: &Statement, found: &mut Found) {
    for condition in &statement.conditions {
        let Some(operator) = Operator::read(condition.operator.text) else {
            continue;
        };
        key(condition, found);
        literal_wildcards(condition, operator, found);
        addresses(condition, operator, found);
        principal_arn(condition, found);
        sets(condition, operator, statement, found);
        mfa(condition, operator, statement, found);
    }
}

fn key(condition: &ConditionView, found: &mut Found) {
    if !condition.key.text.contains(':') {
        let what = format!(
            "\"{}\" is no condition key: it has no service.",
            condition.key.text
        );
        found.error(
            Check::Condition,
            condition.key.at,
            what,
            "Write it as aws:… or with the service's prefix.",
        );
        return;
    }
    let (what, advice) = match keys::look_up(condition.key.text) {
        Listed::Known => return,
        Listed::Open { start } => (
            format!(
                "The condition key \"{}\" ends before its name does.",
                condition.key.text
            ),
            format!("Write {start} with a name after it."),
        ),
        Listed::Unknown { near } => (
            format!(
                "There is no condition key \"{}\" that we know.",
                condition.key.text
            ),
            near.map_or_else(
                || format!("AWS's list of {AS_OF} does not have it; it may be newer."),
                |near| format!("Did you mean {near}?"),
            ),
        ),
    };
    found.warning(Check::Condition, condition.key.at, what, &advice);
}

/// `StringEquals` compares letter by letter.
fn literal_wildcards(condition: &ConditionView, operator: Operator, found: &mut Found) {
    if !matches!(
        operator.comparison,
        Comparison::String | Comparison::StringIgnoreCase
    ) {
        return;
    }
    for value in &condition.values {
        let plain = value.text.replace("${*}", "").replace("${?}", "");
        if plain.contains('*') {
            let like = if operator.negated {
                "StringNotLike"
            } else {
                "StringLike"
            };
            let what = format!(
                "{} takes \"{}\" letter by letter: its * stands for itself.",
                condition.operator.text, value.text
            );
            found.warning(
                Check::Condition,
                value.at,
                what,
                &format!("Use {like} where it is a wildcard."),
            );
        }
    }
}

/// Requests reach AWS from public addresses; through an endpoint in a VPC the key is another.
fn addresses(condition: &ConditionView, operator: Operator, found: &mut Found) {
    if operator.comparison != Comparison::IpAddress || !condition.is("aws:SourceIp") {
        return;
    }
    for value in &condition.values {
        let address = value
            .text
            .split('/')
            .next()
            .and_then(|a| a.parse::<IpAddr>().ok());
        if matches!(address, Some(IpAddr::V4(v4)) if v4.is_private()) {
            let what = format!(
                "AWS never sees a request from {}: these addresses stay inside networks.",
                value.text
            );
            found.warning(
                Check::Condition,
                value.at,
                what,
                "Use the public addresses, or aws:VpcSourceIp for an endpoint in a VPC.",
            );
        }
    }
}

/// `aws:PrincipalArn` of a session is its role's ARN.
fn principal_arn(condition: &ConditionView, found: &mut Found) {
    if !condition.is("aws:PrincipalArn") {
        return;
    }
    for value in condition
        .values
        .iter()
        .filter(|v| v.text.contains(":assumed-role/"))
    {
        let what = "aws:PrincipalArn of a session is the ARN of its role, never of the session.".to_owned();
        let advice = "Write arn:aws:iam::ACCOUNT:role/NAME.";
        found.warning(Check::SessionOrRole, value.at, what, advice);
    }
}

/// `ForAllValues` holds for a request without the key.
fn sets(condition: &ConditionView, operator: Operator, statement: &Statement, found: &mut Found) {
    let all = operator.quantifier == Some(Quantifier::ForAllValues);
    let null =
        |c: &ConditionView| c.operator.text == "Null" && c.key.text.eq_ignore_ascii_case(condition.key.text);
    if all && statement.allow && !statement.conditions.iter().any(null) {
        let what = format!("This also holds for a request without {}.", condition.key.text);
        let advice = format!(
            "Add \"Null\": {{\"{}\": \"false\"}} where the key must be there.",
            condition.key.text
        );
        found.note(Check::Condition, condition.operator.at, what, &advice);
    }
}

/// Long-term keys have no such key at all: a Deny by `Bool` does not catch them.
fn mfa(condition: &ConditionView, operator: Operator, statement: &Statement, found: &mut Found) {
    let deny_without = !statement.allow
        && operator.comparison == Comparison::Bool
        && !operator.if_exists
        && condition.is("aws:MultiFactorAuthPresent")
        && condition
            .values
            .iter()
            .any(|v| v.text.eq_ignore_ascii_case("false"));
    if deny_without {
        let what =
            "Requests with long-term keys do not have this key, so this Deny lets them through.".to_owned();
        found.warning(Check::Condition, condition.operator.at, what, "Use BoolIfExists.");
    }
}
