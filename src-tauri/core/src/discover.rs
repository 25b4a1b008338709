//! Roles that one's own policies allow to assume, and roles of one name in many accounts.
//!
//! What is found is what may work: whether a role exists and trusts one, only AssumeRole tells.
//!
//! Source: IAM User Guide, "Policy evaluation logic".

mod names;

use std::collections::BTreeMap;

use crate::account::AccountId;
use crate::arn::{NotARoleArn, RoleArn};
use crate::policy::{Comparison, Condition, Context, Effect, Matches, Named, Pattern, Statement};
use crate::role_kind::wants_a_value;

pub use names::{NotARoleNamePattern, RoleNamePattern, Searched};

const ACTION: &str = "sts:AssumeRole";

/// What a statement's condition looks at in a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LooksAt {
    /// Whether an MFA code was shown, and when.
    Mfa,
    /// The external ID that is sent: it has to be one of these.
    ExternalId(Vec<String>),
    /// Another key (`aws:SourceIp`), or the external ID in a way that names none to send.
    Other(String),
}

impl LooksAt {
    fn of(condition: &Condition) -> Self {
        let key = condition.key();
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("aws:MultiFactorAuthPresent") || is("aws:MultiFactorAuthAge") {
            Self::Mfa
        } else if is("sts:ExternalId") && names_its_values(condition) {
            Self::ExternalId(condition.values().to_vec())
        } else {
            Self::Other(key.to_owned())
        }
    }
}

/// Whether a request has to send one of the condition's values as it is written.
fn names_its_values(condition: &Condition) -> bool {
    let wide: &[char] = match condition.operator().comparison {
        Comparison::String => &[],
        Comparison::StringLike => &['*', '?'],
        _ => return false,
    };
    let is_plain = |value: &String| !value.contains(wide) && !value.contains("${");
    wants_a_value(condition) && condition.values().iter().all(is_plain)
}

impl std::fmt::Display for LooksAt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Mfa => f.write_str("MFA"),
            Self::ExternalId(taken) if taken.is_empty() => f.write_str("the external ID"),
            Self::ExternalId(taken) => write!(f, "the external ID ({})", taken.join(", ")),
            Self::Other(key) => f.write_str(key),
        }
    }
}

/// A role that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRole {
    /// The role.
    pub role: RoleArn,
    /// The names of the policies that allow it.
    pub policies: Vec<String>,
    /// A condition decides with each request whether it is allowed.
    pub conditional: bool,
    /// What the conditions look at, where each policy that allows it has some.
    pub looks_at: Vec<LooksAt>,
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
    /// What policies take away, as they are written.
    pub denied: Vec<FoundDeny>,
}

/// What a Deny is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundDeny {
    /// Its resources, as they are written.
    pub patterns: Vec<String>,
    /// They are what it is not about (`NotResource`).
    pub left_out: bool,
    /// The policy that says so.
    pub policy: String,
    /// What decides with each request whether it holds; empty where it always does.
    pub looks_at: Vec<LooksAt>,
}

/// What policies say of one role, as far as that is certain without a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it.
    Allowed {
        /// The policies that do.
        policies: Vec<String>,
        /// What conditions look at, where each way has some.
        looks_at: Vec<LooksAt>,
    },
    /// A statement denies it, whatever else allows it.
    Denied {
        /// The policy.
        policy: String,
    },
    /// No statement is about it.
    NotNamed,
}

/// What `policies` say of assuming `role`.
pub fn verdict(policies: &[Named<'_>], role: &RoleArn, context: &Context) -> Verdict {
    if let Some((named, _)) = about(policies, Effect::Deny)
        .filter(|(_, s)| s.conditions.is_empty() && s.unknown.is_empty())
        .find(|(_, s)| names_role(s, role, context))
    {
        let policy = named.name.to_owned();
        return Verdict::Denied { policy };
    }
    let mut by = Vec::new();
    let mut looks_at = None;
    let allows = about(policies, Effect::Allow)
        .filter(|(named, s)| understood(named, s))
        .filter(|(_, s)| names_role(s, role, context));
    for (named, statement) in allows {
        by.push(named.name.to_owned());
        narrow(&mut looks_at, statement);
    }
    by.dedup();
    match looks_at {
        Some(looks_at) => Verdict::Allowed {
            policies: by,
            looks_at,
        },
        None => Verdict::NotNamed,
    }
}

/// The statements of this effect that are about AssumeRole.
fn about<'a>(
    policies: &'a [Named<'a>],
    effect: Effect,
) -> impl Iterator<Item = (&'a Named<'a>, &'a Statement)> {
    policies.iter().flat_map(move |named| {
        let about = move |s: &&Statement| s.effect == effect && s.is_about(ACTION);
        let statements = named.policy.statements().iter().filter(about);
        statements.map(move |s| (named, s))
    })
}

/// An Allow that is not understood allows nothing.
fn understood(named: &Named<'_>, statement: &Statement) -> bool {
    named.policy.unknown.is_empty() && statement.unknown.is_empty()
}

fn conditions(statement: &Statement) -> Vec<LooksAt> {
    statement.conditions.iter().map(LooksAt::of).collect()
}

/// Of several ways, the one that asks for least.
fn narrow(so_far: &mut Option<Vec<LooksAt>>, statement: &Statement) {
    let own = conditions(statement);
    if so_far.as_ref().is_none_or(|before| own.len() < before.len()) {
        *so_far = Some(own);
    }
}

/// Reads what `policies` allow to assume. `context` has the caller's own condition keys (`aws:username`), for policy
/// variables.
///
/// What a Deny takes away for certain is left out: one without conditions, by a resource that covers it.
pub fn assumable(policies: &[Named<'_>], context: &Context) -> Assumable {
    let denies: Vec<&Statement> = about(policies, Effect::Deny)
        .map(|(_, s)| s)
        .filter(|s| s.conditions.is_empty() && s.unknown.is_empty())
        .collect();
    let mut found: BTreeMap<RoleArn, FoundRole> = BTreeMap::new();
    let mut patterns = Vec::new();
    for (named, statement) in about(policies, Effect::Allow).filter(|(named, s)| understood(named, s)) {
        for (pattern, left_out) in resources(statement) {
            let single = pattern.only_text(context).filter(|_| !left_out);
            match single.map(|text| text.parse::<RoleArn>()) {
                Some(Ok(role)) if denies.iter().any(|deny| names_role(deny, &role, context)) => {}
                Some(Ok(role)) => found
                    .entry(role.clone())
                    .or_insert_with(|| FoundRole::of(role, statement))
                    .allowed_by(named.name, statement),
                // A resource of another kind is nothing that could be assumed.
                Some(Err(NotARoleArn(_))) => {}
                None if denies.iter().any(|deny| covers(deny, pattern)) => {}
                None => patterns.push(FoundPattern {
                    pattern: pattern.as_str().to_owned(),
                    left_out,
                    policy: named.name.to_owned(),
                    conditional: !statement.conditions.is_empty(),
                }),
            }
        }
    }
    let denied = about(policies, Effect::Deny).map(|(named, statement)| FoundDeny::of(named, statement));
    Assumable {
        roles: found.into_values().collect(),
        patterns,
        denied: denied.collect(),
    }
}

impl FoundRole {
    /// One that `statement` is the first to allow.
    fn of(role: RoleArn, statement: &Statement) -> Self {
        Self {
            role,
            policies: Vec::new(),
            conditional: true,
            looks_at: conditions(statement),
        }
    }

    fn allowed_by(&mut self, policy: &str, statement: &Statement) {
        self.conditional &= !statement.conditions.is_empty();
        let own = conditions(statement);
        if own.len() < self.looks_at.len() {
            self.looks_at = own;
        }
        if !self.policies.iter().any(|name| name == policy) {
            self.policies.push(policy.to_owned());
        }
    }
}

impl FoundDeny {
    fn of(named: &Named<'_>, statement: &Statement) -> Self {
        let resources = resources(statement);
        Self {
            left_out: resources.iter().any(|(_, left_out)| *left_out),
            patterns: resources
                .iter()
                .map(|(pattern, _)| pattern.as_str().to_owned())
                .collect(),
            policy: named.name.to_owned(),
            looks_at: conditions(statement),
        }
    }
}

/// The resources of a statement, and whether each is left out.
fn resources(statement: &Statement) -> Vec<(&Pattern, bool)> {
    let left_out = matches!(statement.resources, Some(Matches::NoneOf(_)));
    let all = statement.resources.as_ref().map(Matches::patterns);
    all.into_iter().flatten().map(|p| (p, left_out)).collect()
}

/// Whether a statement's resources take in this role.
fn names_role(statement: &Statement, role: &RoleArn, context: &Context) -> bool {
    let arn = role.to_string();
    match &statement.resources {
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
    /// What it allows, for people: "roles named Org* in every account".
    pub fn described(&self) -> String {
        let parts: Vec<&str> = self.pattern.splitn(6, ':').collect();
        let named = match parts[..] {
            ["arn", _, "iam", "", account, resource] => resource.strip_prefix("role/").map(|name| {
                let roles = match name {
                    "*" => "all roles".to_owned(),
                    name => format!("roles named {name}"),
                };
                match account {
                    "*" => format!("{roles} in every account"),
                    account => format!("{roles} in account {account}"),
                }
            }),
            ["*"] => Some("all roles in every account".to_owned()),
            _ => None,
        };
        let named = named.unwrap_or_else(|| format!("what {} stands for", self.pattern));
        if self.left_out {
            return format!("everything but {named}");
        }
        named
    }

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
