//! One policy against one request.

use std::ops::ControlFlow;

use super::condition::{Condition, Holds};
use super::context::{Caller, Context, Request};
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
        sort: policy.kind.into(),
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
    // Goes through all of them: nothing breaks it off.
    let _ = each_miss(statement, outside, request, action, &mut |why| {
        misses.push(why.told(&request.context));
        ControlFlow::Continue(())
    });
    StatementFinding {
        index,
        sid: statement.sid.clone(),
        at: statement.at,
        effect: statement.effect,
        naming: naming(statement, request),
        misses,
    }
}

/// Whether a statement applies to the request, whose action is given in lower case too. Allocates nothing.
pub(super) fn applies(statement: &Statement, outside: &[Unknown], request: &Request, action: &str) -> bool {
    each_miss(statement, outside, request, action, &mut |_| {
        ControlFlow::Break(())
    })
    .is_continue()
}

/// How a statement names the caller; identity policies speak of their owner itself.
pub(super) fn naming(statement: &Statement, request: &Request) -> Option<Naming> {
    match &statement.principals {
        None => Some(Naming::Itself),
        Some(principals) => principals.name(&request.caller).max(guest(principals, request)),
    }
}

/// A session of GetFederationToken comes as its user; only its ARN among the condition keys tells it apart.
fn guest(principals: &Principals, request: &Request) -> Option<Naming> {
    let (Principals::Are(listed), Caller::User { .. }) = (principals, &request.caller) else {
        return None;
    };
    let arn = request.context.get("aws:PrincipalArn")?;
    let is = |p: &Principal| matches!(p, Principal::FederatedUser(named) if [named.as_str()] == *arn);
    listed.iter().any(is).then_some(Naming::Itself)
}

/// Why a statement does not apply, not yet put into words.
enum Why<'a> {
    Principal,
    Action,
    Resource,
    Condition { condition: &'a Condition, unclear: bool },
    Variable(String),
    Unknown(&'a str),
}

impl Why<'_> {
    fn told(self, context: &Context) -> Miss {
        match self {
            Self::Principal => Miss::Principal,
            Self::Action => Miss::Action,
            Self::Resource => Miss::Resource,
            Self::Condition { condition, unclear } => Miss::Condition {
                operator: condition.operator(),
                key: condition.key().to_owned(),
                wanted: condition.values().to_vec(),
                found: context.get(condition.key()).map(<[String]>::to_vec),
                unclear,
            },
            Self::Variable(name) => Miss::Variable(name),
            Self::Unknown(what) => Miss::Unknown(what.to_owned()),
        }
    }
}

type Each<'e, 'a> = &'e mut dyn FnMut(Why<'a>) -> ControlFlow<()>;

/// Gives `each` the reasons for which a statement does not apply, until it has heard enough.
fn each_miss<'a>(
    statement: &'a Statement,
    outside: &'a [Unknown],
    request: &Request,
    action: &str,
    each: Each<'_, 'a>,
) -> ControlFlow<()> {
    let context = &request.context;
    let deny = statement.effect == Effect::Deny;
    let hidden = || names_unknown(statement, "principal ") || names_canonical(statement, request);
    if naming(statement, request).is_none() && !(deny && hidden()) {
        each(Why::Principal)?;
    }
    // Most statements are about other actions: nothing more is asked of those.
    if fits(&statement.actions, action, context) == Ok(false)
        && !(deny && names_unknown(statement, "action "))
    {
        return each(Why::Action);
    }
    let mut check =
        |matches: &Matches, subject: &str, miss: Why<'a>, word: &str| match fits(matches, subject, context) {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) if deny && names_unknown(statement, word) => ControlFlow::Continue(()),
            Ok(false) => each(miss),
            // Nothing fits a variable without a value, so a Deny on everything else applies.
            Err(_) if deny && matches!(matches, Matches::NoneOf(_)) => ControlFlow::Continue(()),
            Err(Unresolved(variable)) => each(Why::Variable(variable)),
        };
    check(&statement.actions, action, Why::Action, "action ")?;
    if let Some(resources) = &statement.resources {
        check(resources, &request.resource, Why::Resource, "resource ")?;
    }
    for condition in &statement.conditions {
        if let Some(unclear) = condition_miss(condition, context, deny) {
            each(Why::Condition { condition, unclear })?;
        }
    }
    if !deny {
        for unknown in statement.unknown.iter().chain(outside) {
            each(Why::Unknown(&unknown.what))?;
        }
    }
    ControlFlow::Continue(())
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

/// Whether a condition keeps the statement from applying; and if so, whether only because it is unclear.
fn condition_miss(condition: &Condition, context: &Context, deny: bool) -> Option<bool> {
    match condition.holds(context) {
        Holds::Yes => None,
        Holds::No => Some(false),
        Holds::Unclear if deny => None,
        Holds::Unresolved if deny && condition.operator().negated => None,
        Holds::Unclear | Holds::Unresolved => Some(true),
    }
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
