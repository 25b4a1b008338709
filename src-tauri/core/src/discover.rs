//! Roles that one's own policies allow to assume, and roles of one name in many accounts.
//!
//! What is found is what may work: whether a role exists and trusts one, only AssumeRole tells.
//!
//! Source: IAM User Guide, "Policy evaluation logic".

use std::collections::BTreeMap;

use crate::account::{AccountId, Partition};
use crate::arn::{NotARoleArn, RoleArn};
use crate::policy::{Context, Effect, Matches, Named, Pattern, Statement};

const ACTION: &str = "sts:AssumeRole";

/// A role that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRole {
    /// The role.
    pub role: RoleArn,
    /// The names of the policies that allow it.
    pub policies: Vec<String>,
    /// A condition decides with each request whether it is allowed.
    pub conditional: bool,
}

/// A resource pattern with wildcards, or whatever a `NotResource` leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPattern {
    /// As it is written: `arn:aws:iam::*:role/Reader`.
    pub pattern: String,
    /// The pattern is what is left out (`NotResource`).
    pub left_out: bool,
    /// The policy that allows it.
    pub policy: String,
    /// A condition decides with each request whether it is allowed.
    pub conditional: bool,
}

/// What one's own policies allow to assume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumable {
    /// Roles by their ARN.
    pub roles: Vec<FoundRole>,
    /// What is no single role.
    pub patterns: Vec<FoundPattern>,
}

/// Reads what `policies` allow to assume. `context` has the caller's own condition keys (`aws:username`), for policy
/// variables.
///
/// What a Deny takes away for certain is left out: one without conditions, by a resource that covers it.
pub fn assumable(policies: &[Named<'_>], context: &Context) -> Assumable {
    let statements = |effect| {
        policies.iter().flat_map(move |named| {
            let about = move |s: &&Statement| s.effect == effect && s.is_about(ACTION);
            named
                .policy
                .statements
                .iter()
                .filter(about)
                .map(move |s| (named, s))
        })
    };
    let denies: Vec<&Statement> = statements(Effect::Deny)
        .map(|(_, s)| s)
        .filter(|s| s.conditions.is_empty() && s.unknown.is_empty())
        .collect();
    let mut found: BTreeMap<RoleArn, FoundRole> = BTreeMap::new();
    let mut patterns = Vec::new();
    // An Allow that is not understood allows nothing.
    let understood =
        |named: &Named<'_>, s: &Statement| named.policy.unknown.is_empty() && s.unknown.is_empty();
    for (named, statement) in statements(Effect::Allow).filter(|(named, s)| understood(named, s)) {
        let conditional = !statement.conditions.is_empty();
        for (pattern, left_out) in resources(statement) {
            let single = pattern.only_text(context).filter(|_| !left_out);
            match single.map(|text| text.parse::<RoleArn>()) {
                Some(Ok(role)) => {
                    if denies.iter().any(|deny| takes_away(deny, &role, context)) {
                        continue;
                    }
                    let entry = found.entry(role.clone()).or_insert_with(|| FoundRole {
                        role,
                        policies: Vec::new(),
                        conditional: true,
                    });
                    entry.conditional &= conditional;
                    if !entry.policies.iter().any(|name| name == named.name) {
                        entry.policies.push(named.name.to_owned());
                    }
                }
                // A resource of another kind is nothing that could be assumed.
                Some(Err(NotARoleArn(_))) => {}
                None if denies.iter().any(|deny| covers(deny, pattern)) => {}
                None => patterns.push(FoundPattern {
                    pattern: pattern.as_str().to_owned(),
                    left_out,
                    policy: named.name.to_owned(),
                    conditional,
                }),
            }
        }
    }
    Assumable {
        roles: found.into_values().collect(),
        patterns,
    }
}

/// The resources of a statement, and whether each is left out.
fn resources(statement: &Statement) -> Vec<(&Pattern, bool)> {
    let left_out = matches!(statement.resources, Some(Matches::NoneOf(_)));
    let all = statement.resources.as_ref().map(Matches::patterns);
    all.into_iter().flatten().map(|p| (p, left_out)).collect()
}

/// Whether a Deny without conditions is about this role.
fn takes_away(deny: &Statement, role: &RoleArn, context: &Context) -> bool {
    let arn = role.to_string();
    match &deny.resources {
        Some(Matches::AnyOf(patterns)) => patterns.iter().any(|p| p.takes(&arn, context)),
        Some(Matches::NoneOf(patterns)) => !patterns.iter().any(|p| p.takes(&arn, context)),
        None => false,
    }
}

/// Whether a Deny without conditions is about everything that the pattern stands for.
fn covers(deny: &Statement, pattern: &Pattern) -> bool {
    match &deny.resources {
        Some(Matches::AnyOf(patterns)) => patterns.iter().any(|p| p.covers(pattern)),
        _ => false,
    }
}

impl FoundPattern {
    /// The roles of these accounts that the pattern names one by one: where it has a wildcard for the account and
    /// none in the role's name.
    pub fn in_accounts(&self, accounts: &[AccountId]) -> Vec<RoleArn> {
        let parts: Vec<&str> = self.pattern.splitn(6, ':').collect();
        let ["arn", partition, "iam", "", account, resource] = parts[..] else {
            return Vec::new();
        };
        if self.left_out || !account.contains(['*', '?']) || resource.contains(['*', '?', '$']) {
            return Vec::new();
        }
        let fits = |id: &AccountId| wildcard(account, id.as_str());
        accounts
            .iter()
            .filter(|id| fits(id))
            .filter_map(|id| format!("arn:{partition}:iam::{id}:{resource}").parse().ok())
            .collect()
    }
}

/// `*` and `?` over the digits of an account: few of either, so plain backtracking does.
fn wildcard(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            wildcard(&pattern[1..], text) || (!text.is_empty() && wildcard(pattern, &text[1..]))
        }
        (Some('?'), Some(_)) => wildcard(&pattern[1..], &text[1..]),
        (Some(p), Some(t)) if p == t => wildcard(&pattern[p.len_utf8()..], &text[t.len_utf8()..]),
        _ => false,
    }
}

/// The role of this name, which may carry a path, in each of the accounts.
///
/// # Errors
/// The name is none that a role may have.
pub fn in_each_account(
    partition: Partition,
    accounts: &[AccountId],
    name: &str,
) -> Result<Vec<RoleArn>, NotARoleArn> {
    accounts
        .iter()
        .map(|account| RoleArn::new(partition, *account, name))
        .collect()
}
