//! A policy in plain sentences, statement by statement.

mod conditions;
mod lines;
mod names;

use serde::Serialize;
use ts_rs::TS;

use super::document::{Effect, Kind, Matches, Policy, Statement, Version};
use super::principal::Principals;

pub use lines::{LineExplained, explain_lines};

use names::{action, listed, principal, resource};

/// A policy explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct Explanation {
    /// What kind of policy it is, and what that means.
    pub summary: String,
    /// Its statements in their order.
    pub statements: Vec<StatementExplained>,
}

/// A statement explained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct StatementExplained {
    /// Its `Sid`.
    pub sid: Option<String>,
    /// The line that it starts at, from 1.
    pub line: u32,
    /// Whether it allows; else it denies.
    pub allows: bool,
    /// Who, what and on what, in a sentence.
    pub sentence: String,
    /// The conditions, all of which must hold, a phrase each.
    pub conditions: Vec<String>,
    /// What could not be understood, and what that means.
    pub unknown: Vec<String>,
}

/// Explains a policy.
pub fn explain(policy: &Policy) -> Explanation {
    let outside = policy.unknown.iter();
    Explanation {
        summary: summary(policy),
        statements: policy
            .statements
            .iter()
            .map(|s| StatementExplained {
                unknown: s
                    .unknown
                    .iter()
                    .chain(outside.clone())
                    .map(|u| unknown(&u.what, s))
                    .collect(),
                ..statement(s)
            })
            .collect(),
    }
}

fn summary(policy: &Policy) -> String {
    let count = match policy.statements.len() {
        1 => "one statement".to_owned(),
        n => format!("{n} statements"),
    };
    let what = match policy.kind {
        Kind::Trust => {
            "A trust policy: it says who may take the role. What the role may do then stands in its permissions."
        }
        Kind::Resource => {
            "A resource policy: it says who may do what with the resource that it is attached to."
        }
        Kind::Boundary => {
            "A permissions boundary: it allows nothing by itself; nobody whom it is set on may do more than it allows."
        }
        Kind::Session => {
            "A session policy: it allows nothing by itself; the session may do no more than it and the role allow."
        }
        Kind::Identity => {
            "An identity policy: it says what the user, group or role that it is attached to may do."
        }
    };
    let old = match policy.version {
        Version::V2008 => " Its language is that of 2008: policy variables in it are plain text.",
        Version::V2012 => "",
    };
    format!(
        "{what} It has {count}; a Deny wins over every Allow, and what no statement allows is denied.{old}"
    )
}

fn unknown(what: &str, statement: &Statement) -> String {
    match statement.effect {
        Effect::Allow => format!("Not understood: {what}. The statement is taken to allow nothing."),
        Effect::Deny => format!("Not understood: {what}. The statement is taken to deny all the same."),
    }
}

fn statement(statement: &Statement) -> StatementExplained {
    let allows = statement.effect == Effect::Allow;
    let verb = if allows { "Allows" } else { "Denies" };
    let who = match &statement.principals {
        None => String::new(),
        Some(Principals::Are(all)) => format!(" {}", listed(all.iter().map(principal), "and")),
        Some(Principals::AreNot(all)) => {
            format!(" everybody except {}", listed(all.iter().map(principal), "and"))
        }
    };
    let what = match &statement.actions {
        Matches::AnyOf(all) => listed(all.iter().map(|p| action(p.as_str())), "and"),
        Matches::NoneOf(all) => {
            format!(
                "every action except {}",
                listed(all.iter().map(|p| action(p.as_str())), "and")
            )
        }
    };
    let on = match &statement.resources {
        None => String::new(),
        Some(Matches::AnyOf(all)) => {
            format!(" on {}", listed(all.iter().map(|p| resource(p.as_str())), "and"))
        }
        Some(Matches::NoneOf(all)) => {
            format!(
                " on everything except {}",
                listed(all.iter().map(|p| resource(p.as_str())), "and")
            )
        }
    };
    let middle = if who.is_empty() { " " } else { ": " };
    let end = if statement.conditions.is_empty() {
        "."
    } else {
        ", but only if"
    };
    StatementExplained {
        sid: statement.sid.clone(),
        line: statement.at.line,
        allows,
        sentence: format!("{verb}{who}{middle}{what}{on}{end}"),
        conditions: statement.conditions.iter().map(conditions::phrase).collect(),
        unknown: Vec::new(),
    }
}
