//! A decision as `hat policy simulate` tells it.

use std::fmt::Write as _;

use hatrack_core::policy::{Decision, Effect, Finding, Miss, Reason, Request, Sort, StatementFinding};
use hatrack_core::shared_config::inert_whole;
use serde::Serialize;

use super::word;

/// A statement, and where it stands.
#[derive(Debug, Serialize)]
struct Place {
    kind: &'static str,
    file: String,
    line: u32,
    column: u32,
    index: usize,
    sid: Option<String>,
}

#[derive(Debug, Serialize)]
struct Near {
    #[serde(flatten)]
    place: Place,
    misses: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Said {
    #[serde(flatten)]
    place: Place,
    effect: &'static str,
    applies: bool,
    misses: Vec<String>,
}

/// A decision, and what each statement had to do with it.
#[derive(Debug, Serialize)]
pub struct Simulated {
    allowed: bool,
    reason: &'static str,
    sentence: String,
    /// The account that the resource was taken to belong to, where nothing told.
    pub owner_assumed: Option<String>,
    decided_by: Option<Place>,
    nearly: Option<Near>,
    statements: Vec<Said>,
}

fn sort_word(finding: &Finding) -> &'static str {
    match finding.sort {
        Sort::ServiceControl => "service_control",
        Sort::ResourceControl => "resource_control",
        Sort::Identity | Sort::Boundary | Sort::Session | Sort::Resource => word(finding.kind),
    }
}

impl Place {
    fn of(finding: &Finding, statement: &StatementFinding) -> Self {
        Self {
            kind: sort_word(finding),
            file: finding.name.clone(),
            line: statement.at.line,
            column: statement.at.column,
            index: statement.index,
            sid: statement.sid.clone(),
        }
    }

    fn told(&self) -> String {
        let sid = self.sid.as_ref().filter(|sid| !sid.is_empty());
        let sid = sid
            .map(|sid| format!(" \"{}\"", inert_whole(sid)))
            .unwrap_or_default();
        format!(
            "{}:{}: statement {}{sid}",
            inert_whole(&self.file),
            self.line,
            self.index + 1
        )
    }
}

impl Simulated {
    /// What the decision says, with the place of each statement.
    pub fn of(decision: &Decision, request: &Request) -> Self {
        let statements: Vec<(&Finding, &StatementFinding)> = decision
            .findings
            .iter()
            .flat_map(|f| f.statements.iter().map(move |s| (f, s)))
            .collect();
        let decided = decision.decided_by.as_ref().and_then(|by| {
            let is = |f: &Finding, s: &StatementFinding| {
                f.kind == by.kind && f.name == by.policy && s.index == by.index && s.applies()
            };
            statements.iter().find(|(f, s)| is(f, s))
        });
        let (reason, sentence) = told_reason(decision.reason, request);
        let nearly = decision.nearly().map(|near| Near {
            place: Place::of(near.policy, near.statement),
            misses: near.statement.misses.iter().map(missed).collect(),
        });
        Self {
            allowed: decision.allowed,
            reason,
            sentence,
            owner_assumed: None,
            decided_by: decided.map(|(f, s)| Place::of(f, s)),
            nearly,
            statements: statements
                .into_iter()
                .map(|(f, s)| Said {
                    place: Place::of(f, s),
                    effect: if s.effect == Effect::Allow {
                        "Allow"
                    } else {
                        "Deny"
                    },
                    applies: s.applies(),
                    misses: s.misses.iter().map(missed).collect(),
                })
                .collect(),
        }
    }

    /// For people.
    pub fn told(&self) -> String {
        let mut text = format!("{}\n", inert_whole(&self.sentence));
        if let Some(by) = &self.decided_by {
            let _ = writeln!(text, "Decided by {}", by.told());
        }
        if let Some(near) = &self.nearly {
            let _ = writeln!(text, "Nearly {}", near.place.told());
            for miss in &near.misses {
                let _ = writeln!(text, "    {}", inert_whole(miss));
            }
        }
        if let Some(account) = &self.owner_assumed {
            let _ = writeln!(
                text,
                "Its ARN does not tell whose it is: taken to belong to account {account}; --owner names another"
            );
        }
        text
    }
}

fn told_reason(reason: Reason, request: &Request) -> (&'static str, String) {
    let action = &request.action;
    let (word, why) = match reason {
        Reason::Allowed => return ("allowed", format!("Allowed: {action} on {}.", request.resource)),
        Reason::ExplicitDeny => ("explicit_deny", "a statement denies it"),
        Reason::IdentityDoesNotAllow => ("identity", "no policy of the caller allows it"),
        Reason::BoundaryDoesNotAllow => ("boundary", "the caller's permissions boundary does not allow it"),
        Reason::SessionDoesNotAllow => ("session", "the session's policies do not allow it"),
        Reason::ResourceDoesNotAllow => ("resource", "the resource's policy does not allow it, and must"),
        Reason::ServiceControlDoesNotAllow => (
            "service_control",
            "the service control policies of a level do not allow it",
        ),
        Reason::ResourceControlDoesNotAllow => (
            "resource_control",
            "the resource control policies of a level do not allow it",
        ),
    };
    (word, format!("Denied: {action} on {}: {why}.", request.resource))
}

fn missed(miss: &Miss) -> String {
    match miss {
        Miss::Principal => "it names other callers".to_owned(),
        Miss::Action => "it is about other actions".to_owned(),
        Miss::Resource => "it is about other resources".to_owned(),
        Miss::Condition {
            operator,
            key,
            wanted,
            found,
            unclear,
        } => {
            let has = match found {
                None => "the request does not have it".to_owned(),
                Some(found) => format!("the request has {}", found.join(", ")),
            };
            let unclear = if *unclear {
                ", which cannot be compared"
            } else {
                ""
            };
            format!("{operator} {key} wants {}; {has}{unclear}", wanted.join(" or "))
        }
        Miss::Variable(name) => format!("the request has no value for ${{{name}}}"),
        Miss::Unknown(what) => format!("it has a piece that is not known: {what}"),
    }
}
