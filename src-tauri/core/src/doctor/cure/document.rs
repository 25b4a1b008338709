//! A policy document with the new statement in it.

use super::json::Json;

/// A document, and which of its lines are new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::doctor) struct Changed {
    pub document: String,
    pub added: (u32, u32),
    pub statement: String,
}

/// A document of the new statement alone.
pub(in crate::doctor) fn fresh(statement: &Json) -> Changed {
    let document = Json::object([
        ("Version", Json::text("2012-10-17")),
        ("Statement", Json::List(vec![statement.clone()])),
    ]);
    marked(&document, statement)
}

/// The document that is there, with the statement behind its own. `None` where it is no policy.
pub(in crate::doctor) fn change(there: &str, statement: &Json) -> Option<Changed> {
    let mut document = Json::read(there)?;
    let statements = document.member_mut("Statement")?;
    let mut statement = statement.clone();
    match statements {
        Json::List(list) => {
            rename(&mut statement, list);
            list.push(statement.clone());
        }
        Json::Object(_) => {
            let first = statements.clone();
            rename(&mut statement, std::slice::from_ref(&first));
            *statements = Json::List(vec![first, statement.clone()]);
        }
        Json::Plain(_) => return None,
    }
    Some(marked(&document, &statement))
}

/// A Sid must be unique in its policy.
fn rename(statement: &mut Json, others: &[Json]) {
    let Some(sid) = statement.member_mut("Sid") else {
        return;
    };
    let Json::Plain(wanted) = sid.clone() else { return };
    let bare = wanted.trim_matches('"').to_owned();
    let taken = |name: &str| {
        others.iter().any(|other| {
            other
                .clone()
                .member_mut("Sid")
                .is_some_and(|s| *s == Json::text(name))
        })
    };
    let mut name = bare.clone();
    let mut number = 2;
    while taken(&name) {
        name = format!("{bare}{number}");
        number += 1;
    }
    *sid = Json::text(&name);
}

/// The new statement is the last one: its lines are looked for from the end.
fn marked(document: &Json, statement: &Json) -> Changed {
    let text = document.print();
    let indented: Vec<String> = statement
        .print()
        .lines()
        .map(|line| format!("    {line}"))
        .collect();
    let lines: Vec<&str> = text.lines().collect();
    let size = indented.len();
    // From behind: another statement may read the same.
    let same = |at: usize| {
        lines[at..at + size]
            .iter()
            .zip(&indented)
            .all(|(a, b)| a.trim_end_matches(',').trim() == b.trim_end_matches(',').trim())
    };
    let first = (0..lines.len().saturating_sub(size)).rev().find(|at| same(*at));
    let first = first.unwrap_or(lines.len().saturating_sub(size + 2));
    Changed {
        added: (line_number(first + 1), line_number(first + size)),
        document: text,
        statement: statement.print(),
    }
}

fn line_number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}
