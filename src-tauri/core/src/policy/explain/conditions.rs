//! Conditions as phrases that go on after "but only if".

use super::names::listed;
use crate::policy::condition::{Comparison, Condition, Order, Quantifier};

pub(super) fn phrase(condition: &Condition) -> String {
    known(condition).unwrap_or_else(|| general(condition))
}

/// What the keys of the stories ask.
fn known(condition: &Condition) -> Option<String> {
    let operator = condition.operator();
    let key = condition.key().to_lowercase();
    let [value] = condition.values() else { return None };
    let yes = value.eq_ignore_ascii_case("true");
    let equal = !operator.negated && operator.quantifier.is_none();
    let if_there = if operator.if_exists {
        ", or the request does not tell"
    } else {
        ""
    };
    let text = match (key.as_str(), operator.comparison) {
        ("aws:multifactorauthpresent", Comparison::Bool) if equal && yes => {
            "the caller signed in with an MFA code".to_owned()
        }
        ("aws:multifactorauthpresent", Comparison::Bool) if equal => {
            "the caller signed in without an MFA code".to_owned()
        }
        ("aws:multifactorauthage", Comparison::Numeric(Order::Less | Order::LessOrEqual)) if equal => {
            format!("the MFA code was given less than {value} seconds ago")
        }
        ("aws:securetransport", Comparison::Bool) if equal && yes => "the request comes over TLS".to_owned(),
        ("aws:securetransport", Comparison::Bool) if equal => "the request comes without TLS".to_owned(),
        ("sts:externalid", Comparison::String) if equal => {
            format!("the caller gives the external ID {value}")
        }
        ("aws:principalorgid", Comparison::String) if equal => {
            format!("the caller's account is in the organization {value}")
        }
        ("s3:prefix", Comparison::StringLike) if equal && value.contains(['*', '?']) => {
            format!("what is listed lies under {value}")
        }
        ("s3:prefix", Comparison::String | Comparison::StringLike) if equal => {
            format!("the prefix that is listed is exactly {value}")
        }
        _ => return None,
    };
    Some(format!("{text}{if_there}"))
}

fn general(condition: &Condition) -> String {
    let operator = condition.operator();
    let key = condition.key();
    let values = listed(condition.values().iter().map(|v| format!("\"{v}\"")), "or");
    if operator.comparison == Comparison::Null {
        let absent = condition.values().iter().any(|v| v.eq_ignore_ascii_case("true"));
        return match absent {
            true => format!("the request has no {key}"),
            false => format!("the request has {key}"),
        };
    }
    let not = operator.negated;
    let relation = match operator.comparison {
        Comparison::String | Comparison::Bool | Comparison::Binary => pick(not, "is", "is not"),
        Comparison::StringIgnoreCase => pick(not, "is, in capitals or not,", "is not, in capitals or not,"),
        Comparison::StringLike | Comparison::Arn => pick(not, "fits", "does not fit"),
        Comparison::IpAddress => pick(not, "lies in", "lies outside"),
        Comparison::Numeric(order) => numbers(order, not),
        Comparison::Date(order) => dates(order, not),
        Comparison::Null => "is",
    };
    let whole = match operator.quantifier {
        None => format!("{key} {relation} {values}"),
        Some(Quantifier::ForAllValues) => {
            format!("each value of {key} {relation} {values} (which holds where there is none)")
        }
        Some(Quantifier::ForAnyValue) => format!("at least one value of {key} {relation} {values}"),
    };
    match operator.if_exists {
        true => format!("{whole}, or the request has no {key}"),
        false => whole,
    }
}

fn pick(not: bool, plain: &'static str, negated: &'static str) -> &'static str {
    if not { negated } else { plain }
}

fn numbers(order: Order, not: bool) -> &'static str {
    match order {
        Order::Equal => pick(not, "is", "is not"),
        Order::Less => "is below",
        Order::LessOrEqual => "is at most",
        Order::Greater => "is above",
        Order::GreaterOrEqual => "is at least",
    }
}

fn dates(order: Order, not: bool) -> &'static str {
    match order {
        Order::Equal => pick(not, "is", "is not"),
        Order::Less => "is before",
        Order::LessOrEqual => "is not after",
        Order::Greater => "is after",
        Order::GreaterOrEqual => "is not before",
    }
}
