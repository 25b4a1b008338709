//! A policy's text, line by line.

use serde::Serialize;
use ts_rs::TS;

use super::conditions::phrase;
use super::names::{action, principal, resource};
use crate::policy::document::{Kind, Policy};
use crate::policy::error::PolicyError;
use crate::policy::json;
use crate::policy::lint::view::{self, Statement};
use crate::policy::principal::Principal;

/// What a line of a policy's text says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LineExplained {
    /// The line, from 1.
    pub line: u32,
    /// What it says.
    pub text: String,
}

/// Explains the lines that say something; brackets and names alone do not.
///
/// # Errors
/// The text is no policy of this kind.
pub fn explain_lines(text: &str, kind: Kind) -> Result<Vec<LineExplained>, PolicyError> {
    let policy = Policy::parse(kind, text)?;
    let tree = json::read(text)?;
    let mut lines: Vec<(u32, String)> = Vec::new();
    for (read, seen) in policy.statements.iter().zip(view::statements(&tree)) {
        let effect = if seen.allow { "may" } else { "may never" };
        whom(&seen, &mut lines);
        let but = if seen.not_action { "anything but " } else { "" };
        lines.extend(
            seen.actions
                .iter()
                .map(|a| (a.at.line, format!("{effect} {but}{}", action(a.text)))),
        );
        let but = if seen.not_resource.is_some() {
            "on anything but"
        } else {
            "on"
        };
        lines.extend(
            seen.resources
                .iter()
                .map(|r| (r.at.line, format!("{but} {}", resource(r.text)))),
        );
        let only = if seen.allow { "only if" } else { "if" };
        let phrases = read.conditions.iter().map(phrase);
        // A condition that could not be read has no phrase.
        if read.conditions.len() == seen.conditions.len() {
            lines.extend(
                seen.conditions
                    .iter()
                    .zip(phrases)
                    .map(|(c, p)| (c.key.at.line, format!("{only} {p}"))),
            );
        }
    }
    Ok(joined(lines))
}

fn whom(statement: &Statement, lines: &mut Vec<(u32, String)>) {
    for (key, entry) in &statement.principals {
        let named = match *key {
            "" if entry.text == "*" => Some(Principal::Everyone),
            "AWS" => Principal::aws(entry.text),
            "Service" => Some(Principal::Service(entry.text.to_owned())),
            "Federated" => Some(Principal::Federated(entry.text.to_owned())),
            "CanonicalUser" => Some(Principal::CanonicalUser(entry.text.to_owned())),
            _ => None,
        };
        let but = if statement.not_principal.is_some() {
            "everybody but "
        } else {
            ""
        };
        lines.extend(named.map(|p| (entry.at.line, format!("{but}{}", principal(&p)))));
    }
}

/// A policy on one line says everything there.
fn joined(mut lines: Vec<(u32, String)>) -> Vec<LineExplained> {
    lines.sort_by_key(|(line, _)| *line);
    let mut out: Vec<LineExplained> = Vec::new();
    for (line, text) in lines {
        match out.last_mut().filter(|last| last.line == line) {
            Some(last) => {
                last.text.push_str("; ");
                last.text.push_str(&text);
            }
            None => out.push(LineExplained { line, text }),
        }
    }
    out
}
