//! The names of the actions that AWS's services have, to tell a slip of the pen from a name.
//!
//! Source: AWS, Service Authorization Reference, as it stood at [`AS_OF`]; `actions.txt` says how it got here. AWS adds
//! names each week: one that is not in the list may be newer than it.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::context::Context;
use super::pattern::{Pattern, Syntax};

/// The month of the list.
pub const AS_OF: &str = "April 2026";

const LIST: &str = include_str!("actions.txt");

/// What the list says of an action as a policy names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// It is there, or its pattern fits one that is, or its service has no names in the list.
    Known,
    /// No service has this prefix.
    NoService {
        /// A prefix that is almost it.
        near: Option<&'static str>,
    },
    /// The service has no such action.
    NoAction {
        /// A name of the service that is almost it.
        near: Option<&'static str>,
    },
    /// The pattern fits none of the service's actions.
    FitsNone,
}

struct Services {
    /// By prefix in lower case: the names in the order of the list.
    names: HashMap<&'static str, Vec<&'static str>>,
}

fn services() -> &'static Services {
    static READ: OnceLock<Services> = OnceLock::new();
    READ.get_or_init(|| {
        let mut names: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut service = "";
        for line in LIST.lines().filter(|line| !line.starts_with('#')) {
            if let Some(prefix) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                service = prefix;
                names.entry(service).or_default();
            } else {
                names.entry(service).or_default().extend(line.split(' '));
            }
        }
        Services { names }
    })
}

/// Every service prefix of the list, sorted.
pub fn prefixes() -> Vec<&'static str> {
    let mut all: Vec<&str> = services().names.keys().copied().collect();
    all.sort_unstable();
    all
}

/// The actions of a service; `None` where the list does not have it.
pub fn of_service(prefix: &str) -> Option<&'static [&'static str]> {
    let names = services().names.get(prefix.to_lowercase().as_str())?;
    Some(names)
}

/// Looks up `service:Action`, in which `*` and `?` may stand. Case does not count.
pub fn look_up(action: &str) -> Listed {
    let Some((prefix, name)) = action.split_once(':') else {
        return Listed::NoService { near: None };
    };
    let Some(names) = of_service(prefix) else {
        if prefix.contains(['*', '?']) {
            return Listed::Known;
        }
        let near = nearest(&prefix.to_lowercase(), services().names.keys().copied());
        return Listed::NoService { near };
    };
    if names.is_empty() || names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
        return Listed::Known;
    }
    if name.contains(['*', '?']) {
        return match fitting(prefix, name).is_empty() {
            true => Listed::FitsNone,
            false => Listed::Known,
        };
    }
    Listed::NoAction {
        near: nearest(name, names.iter().copied()),
    }
}

/// The actions of a service that a pattern such as `Get*` fits.
pub fn fitting(prefix: &str, pattern: &str) -> Vec<&'static str> {
    let syntax = Syntax {
        wildcards: true,
        variables: false,
    };
    let Ok(pattern) = Pattern::read_lower(pattern, syntax) else {
        return Vec::new();
    };
    let none = Context::new();
    of_service(prefix)
        .unwrap_or_default()
        .iter()
        .copied()
        .filter(|name| pattern.takes(&name.to_lowercase(), &none))
        .collect()
}

/// The services that have an action of exactly this name, the ones that people mean most often first.
pub fn services_with(name: &str) -> Vec<&'static str> {
    const USUAL: [&str; 6] = ["s3", "sts", "iam", "ec2", "kms", "lambda"];
    let has = |prefix: &&str| {
        of_service(prefix).is_some_and(|names| names.iter().any(|n| n.eq_ignore_ascii_case(name)))
    };
    let usual = USUAL.into_iter().filter(has);
    let others = prefixes().into_iter().filter(|p| !USUAL.contains(p)).filter(has);
    usual.chain(others).collect()
}

/// The one that differs least from `text`, if it differs by little: a third of its letters, three at most. Of equals,
/// the first by the alphabet.
pub(super) fn nearest<'a>(text: &str, all: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (text.chars().count() / 3).clamp(1, 3);
    let lower = text.to_lowercase();
    all.filter_map(|one| {
        let distance = distance(&lower, &one.to_lowercase(), most)?;
        Some((distance, one))
    })
    .min()
    .map(|(_, one)| one)
}

/// How many letters are to be changed, put in, left out or swapped with their neighbour; `None` above `most`.
fn distance(a: &str, b: &str, most: usize) -> Option<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if a.len().abs_diff(b.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let changed = last[j] + usize::from(x != y);
            let mut best = changed.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *x == b[j - 1] && a[i - 1] == *y {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|found| *found <= most)
}
