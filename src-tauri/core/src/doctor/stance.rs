//! What documents say about a request of which not everything is known.
//!
//! The evaluator decides as AWS does, by all condition context keys. From here some of them are unknown (the address that
//! the request came from, say); a statement that hangs on such a key perhaps applies, and nobody is accused by it.

use std::collections::BTreeSet;

use crate::policy::{
    Effect, Finding, Kind, Matches, Miss, Naming, Policy, Principal, Principals, Request, Statement,
    StatementFinding, evaluate,
};

use super::sight::Document;

/// A request, and which condition context keys are known not to be in it.
#[derive(Debug, Clone)]
pub(super) struct Asking {
    pub request: Request,
    /// In small letters.
    pub absent: BTreeSet<String>,
}

impl Asking {
    fn knows(&self, key: &str) -> bool {
        self.request.context.get(key).is_some() || self.absent.contains(&key.to_lowercase())
    }
}

/// A statement that nearly allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Near {
    /// Which statement of which policy.
    pub by: String,
    pub miss: Miss,
    /// The resources that it names.
    pub resources: Vec<String>,
    /// Principals that were deleted.
    pub deleted: Vec<String>,
}

/// What some documents of one place say together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stance {
    /// The statements that allow.
    pub allows: Vec<String>,
    /// The statements that deny.
    pub denies: Vec<String>,
    /// The statements that allow or deny if a key that is not known has the right value: the statement, and the key.
    pub perhaps: Vec<(Effect, String, String)>,
    /// The statements about this action that do not apply for one reason.
    pub near: Vec<Near>,
    /// Documents that cannot be read, and why.
    pub unreadable: Vec<String>,
    /// The narrowest way in which an Allow names the caller.
    pub naming: Option<Naming>,
}

impl Stance {
    /// Whether anything in it could still allow.
    pub fn perhaps_allows(&self) -> bool {
        !self.unreadable.is_empty() || self.perhaps.iter().any(|(effect, ..)| *effect == Effect::Allow)
    }

    /// Whether anything in it could still deny.
    pub fn perhaps_denies(&self) -> bool {
        self.perhaps.iter().any(|(effect, ..)| *effect == Effect::Deny)
    }
}

/// What the documents say together.
pub(super) fn stance<'a>(
    kind: Kind,
    documents: impl IntoIterator<Item = &'a Document>,
    asking: &Asking,
) -> Stance {
    let mut stance = Stance::default();
    for document in documents {
        match Policy::parse(kind, &document.text) {
            Ok(policy) => one(&mut stance, &policy, &document.name, asking),
            Err(error) => stance
                .unreadable
                .push(format!("The policy {} cannot be read: {error}.", document.name)),
        }
    }
    stance
}

fn one(stance: &mut Stance, policy: &Policy, name: &str, asking: &Asking) {
    let finding: Finding = evaluate(policy, name, &asking.request);
    for (statement, found) in policy.statements().iter().zip(&finding.statements) {
        let by = called(policy.kind, name, found, policy.statements().len());
        let (soft, hard): (Vec<String>, Vec<&Miss>) = sorted(statement, found, asking);
        if hard.is_empty() && soft.is_empty() {
            match found.effect {
                Effect::Allow => {
                    stance.naming = stance.naming.max(found.naming);
                    stance.allows.push(by);
                }
                Effect::Deny => stance.denies.push(by),
            }
        } else if hard.is_empty() {
            stance.perhaps.push((found.effect, by, soft.join(", ")));
        } else if let ([miss], Effect::Allow) = (&hard[..], found.effect)
            && **miss != Miss::Action
        {
            stance.near.push(Near {
                by,
                miss: (*miss).clone(),
                resources: resources(statement),
                deleted: deleted(statement),
            });
        }
    }
}

/// Which statement of which policy.
fn called(kind: Kind, name: &str, found: &StatementFinding, count: usize) -> String {
    let policy = match kind {
        Kind::Trust => "the trust policy".to_owned(),
        _ if name.ends_with(" policy") => format!("the {name}"),
        _ => format!("the policy {name}"),
    };
    match &found.sid {
        Some(sid) => format!("statement \"{sid}\" of {policy}"),
        None if count == 1 => policy,
        None => format!(
            "statement {} of {policy} (line {})",
            found.index + 1,
            found.at.line
        ),
    }
}

/// The keys that are not known and on which the statement hangs; and what certainly keeps it from applying.
fn sorted<'a>(
    statement: &Statement,
    found: &'a StatementFinding,
    asking: &Asking,
) -> (Vec<String>, Vec<&'a Miss>) {
    let mut soft: BTreeSet<String> = statement
        .conditions
        .iter()
        .map(|c| c.key().to_owned())
        .filter(|key| !asking.knows(key))
        .collect();
    let mut hard = Vec::new();
    for miss in &found.misses {
        match miss {
            Miss::Condition { key, unclear, .. } if *unclear || !asking.knows(key) => {
                soft.insert(key.clone());
            }
            Miss::Variable(name) if !asking.knows(name) => {
                soft.insert(name.clone());
            }
            Miss::Unknown(what) => {
                soft.insert(what.clone());
            }
            other => match unread(statement, other) {
                Some(what) => {
                    soft.insert(what.to_owned());
                }
                None => hard.push(other),
            },
        }
    }
    (soft.into_iter().collect(), hard)
}

/// A piece that could not be read where the statement misses: it may be the very thing that is missed.
fn unread<'s>(statement: &'s Statement, miss: &Miss) -> Option<&'s str> {
    let element = match miss {
        Miss::Principal => "principal ",
        Miss::Action => "action ",
        Miss::Resource => "resource ",
        _ => return None,
    };
    let mut pieces = statement.unknown.iter().map(|unknown| unknown.what.as_str());
    pieces.find(|what| what.starts_with(element) || what.starts_with("policy variable"))
}

fn resources(statement: &Statement) -> Vec<String> {
    match &statement.resources {
        Some(Matches::AnyOf(patterns)) => patterns.iter().map(|p| p.as_str().to_owned()).collect(),
        _ => Vec::new(),
    }
}

fn deleted(statement: &Statement) -> Vec<String> {
    let Some(Principals::Are(listed)) = &statement.principals else {
        return Vec::new();
    };
    let id = |p: &Principal| match p {
        Principal::DeletedId(id) => Some(id.clone()),
        _ => None,
    };
    listed.iter().filter_map(id).collect()
}
