//! One policy against one request.

use super::condition::{Condition, Holds};
use super::context::{Context, Request};
use super::decision::{Finding, Miss, Outcome, StatementFinding};
use super::document::{Effect, Matches, Policy, Statement, Unknown};
use super::pattern::{Pattern, Unresolved};
use super::principal::{Naming, Principal, Principals};

/// What `policy`, called `name`, says about `request`.
pub fn evaluate(policy: &Policy, name: &str, request: &Request) -> Finding {
    let action = request.action.to_lowercase();
    let statements: Vec<StatementFinding> = policy
        .statements
        .iter()
        .enumerate()
        .map(|(index, statement)| fit(statement, index, &policy.unknown, request, &action))
        .collect();
    let applies = |effect| statements.iter().any(|s| s.applies() && s.effect == effect);
    let outcome = if applies(Effect::Deny) {
        Outcome::Denies
    } else if applies(Effect::Allow) {
        Outcome::Allows
    } else {
        Outcome::Silent
    };
    Finding {
        kind: policy.kind,
        name: name.to_owned(),
        outcome,
        statements,
    }
}

fn fit(
    statement: &Statement,
    index: usize,
    outside: &[Unknown],
    request: &Request,
    action: &str,
) -> StatementFinding {
    let mut misses = Vec::new();
    let context = &request.context;
    let deny = statement.effect == Effect::Deny;
    let naming = match &statement.principals {
        None => Some(Naming::Itself),
        Some(principals) => principals.name(&request.caller),
    };
    let hidden = || names_unknown(statement, "principal ") || names_canonical(statement, request);
    if naming.is_none() && !(deny && hidden()) {
        misses.push(Miss::Principal);
    }
    let finding = |misses| StatementFinding {
        index,
        sid: statement.sid.clone(),
        at: statement.at,
        effect: statement.effect,
        naming,
        misses,
    };
    // Most statements are about other actions: nothing more is asked of those.
    if fits(&statement.actions, action, context) == Ok(false)
        && !(deny && names_unknown(statement, "action "))
    {
        misses.reserve_exact(1);
        misses.push(Miss::Action);
        return finding(misses);
    }
    let mut check =
        |matches: &Matches, subject: &str, miss: Miss, word: &str| match fits(matches, subject, context) {
            Ok(true) => {}
            Ok(false) if deny && names_unknown(statement, word) => {}
            Ok(false) => misses.push(miss),
            // Nothing fits a variable without a value, so a Deny on everything else applies.
            Err(_) if deny && matches!(matches, Matches::NoneOf(_)) => {}
            Err(Unresolved(variable)) => misses.push(Miss::Variable(variable)),
        };
    check(&statement.actions, action, Miss::Action, "action ");
    if let Some(resources) = &statement.resources {
        check(resources, &request.resource, Miss::Resource, "resource ");
    }
    misses.extend(
        statement
            .conditions
            .iter()
            .filter_map(|c| condition_miss(c, context, deny)),
    );
    if !deny {
        misses.extend(
            statement
                .unknown
                .iter()
                .chain(outside)
                .map(|u| Miss::Unknown(u.what.clone())),
        );
    }
    finding(misses)
}

/// Whether an entry of this sort in the statement could not be read: a Deny then counts as fitting.
fn names_unknown(statement: &Statement, word: &str) -> bool {
    statement
        .unknown
        .iter()
        .any(|u| u.what.starts_with(word) || u.what.starts_with("policy variable"))
}

/// Whether it names somebody by a canonical user ID. No request tells which account that is, so a Deny may mean the
/// caller.
fn names_canonical(statement: &Statement, request: &Request) -> bool {
    let Some(Principals::Are(listed)) = &statement.principals else {
        return false;
    };
    request.caller.account().is_some() && listed.iter().any(|p| matches!(p, Principal::CanonicalUser(_)))
}

fn condition_miss(condition: &Condition, context: &Context, deny: bool) -> Option<Miss> {
    let unclear = match condition.holds(context) {
        Holds::Yes => return None,
        Holds::No => false,
        Holds::Unclear if deny => return None,
        Holds::Unresolved if deny && condition.operator().negated => return None,
        Holds::Unclear | Holds::Unresolved => true,
    };
    Some(Miss::Condition {
        operator: condition.operator(),
        key: condition.key().to_owned(),
        wanted: condition.values().to_vec(),
        found: context.get(condition.key()).map(<[String]>::to_vec),
        unclear,
    })
}

fn fits(matches: &Matches, subject: &str, context: &Context) -> Result<bool, Unresolved> {
    match matches {
        Matches::AnyOf(patterns) => any_fits(patterns, subject, context),
        Matches::NoneOf(patterns) => any_fits(patterns, subject, context).map(|fits| !fits),
    }
}

/// A variable without a value counts only where no other pattern fits.
fn any_fits(patterns: &[Pattern], subject: &str, context: &Context) -> Result<bool, Unresolved> {
    let mut unresolved = None;
    for pattern in patterns {
        match pattern.fits(subject, context) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(e) => unresolved = Some(e),
        }
    }
    unresolved.map_or(Ok(false), Err)
}
