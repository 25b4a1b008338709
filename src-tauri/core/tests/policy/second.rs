//! Made-up cases, decided by this evaluator and by the crate `iam-rs` 0.8.0, whose answers stand in `iam_rs.txt`
//! (`tests/witness` writes it). Where they differ, AWS's documentation decides; each way in which the crate differs from
//! it is listed here and in `docs/EVALUATION.md`.

use std::collections::BTreeMap;

use hatrack_core::policy::{Caller, Context, Kind, Outcome, Policy, Request, evaluate};

use crate::cases::{Case, USER, case};

/// One letter a case: allowed, denied, silent; `-` where the crate does not take the policy.
const THEIRS: &str = include_str!("iam_rs.txt");

fn ours(case: &Case) -> Outcome {
    let policy =
        Policy::parse(Kind::Identity, &case.policy.to_string()).unwrap_or_else(|e| panic!("{e}: {case:?}"));
    let mut context = Context::new();
    for (key, value) in &case.keys {
        context.set(key, *value);
    }
    if let Some(tags) = &case.tags {
        context.set_all("aws:TagKeys", tags.iter().map(|t| (*t).to_owned()));
    }
    let request = Request {
        caller: Caller::read(USER).unwrap(),
        action: case.action.to_owned(),
        resource: case.resource.to_owned(),
        resource_account: None,
        context,
    };
    evaluate(&policy, "made up", &request).outcome
}

fn theirs(letter: char) -> Option<Outcome> {
    match letter {
        'A' => Some(Outcome::Allows),
        'D' => Some(Outcome::Denies),
        'S' => Some(Outcome::Silent),
        _ => None,
    }
}

/// How many of the 10,000 cases differ in each of the ways. A count that changes is a change in one of the two.
const DIFFERENCES: [(&str, usize); 6] = [
    (SHORT_PATTERN, 59),
    (WILD_VALUE, 48),
    (ARN_EQUALS, 16),
    (OLD_VERSION, 11),
    (NO_VALUE, 9),
    (IN_CONDITIONS, 2),
];

const SHORT_PATTERN: &str = "a pattern with fewer than the six parts of an ARN is compared as one text";
const WILD_VALUE: &str = "a wildcard in a variable's value acts as one";
const ARN_EQUALS: &str = "ArnEquals takes no wildcards";
const OLD_VERSION: &str = "variables of the language of 2008 are replaced";
const NO_VALUE: &str = "a variable without a value is taken for an empty text";
const IN_CONDITIONS: &str = "variables in conditions are not replaced";

/// A way in which the crate differs from AWS's documentation, if the case has it.
fn known_difference(case: &Case) -> Option<&'static str> {
    let text = case.policy.to_string();
    let key = |name: &str| {
        case.keys
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| *value)
    };
    if text.contains("\"Arn") && text.contains("\"arn:*:user/*\"") {
        return Some(SHORT_PATTERN);
    }
    let variable = text.contains("${aws:username");
    if variable && text.contains("2008-10-17") {
        return Some(OLD_VERSION);
    }
    if text.contains("${aws:username}") && key("aws:username").is_none() {
        return Some(NO_VALUE);
    }
    if variable && key("aws:username") == Some("*") {
        return Some(WILD_VALUE);
    }
    let conditions = case.policy["Statement"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|s| s["Condition"].to_string());
    if conditions.into_iter().any(|c| c.contains("${")) {
        return Some(IN_CONDITIONS);
    }
    if text.contains("\"ArnEquals") || text.contains("\"ArnNotEquals") {
        return Some(ARN_EQUALS);
    }
    None
}

/// `HATRACK_TEST_WITNESS`: a file of more answers, for the long run.
#[test]
fn a_second_evaluator_agrees_or_is_wrong_by_the_documentation() {
    let more = std::env::var_os("HATRACK_TEST_WITNESS").map(|file| std::fs::read_to_string(file).unwrap());
    let letters = more
        .as_deref()
        .unwrap_or(THEIRS)
        .chars()
        .filter(|c| !c.is_whitespace());
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    let mut open = Vec::new();
    let mut count = 0;
    for (number, letter) in (0..).zip(letters) {
        count += 1;
        let case = case(number);
        let which = match (ours(&case), theirs(letter)) {
            (_, None) => "not taken by the other",
            (a, Some(b)) if a == b => "agreed",
            (a, Some(b)) => match known_difference(&case) {
                Some(known) => known,
                None => {
                    open.push((number, a, b, case));
                    "open"
                }
            },
        };
        *told.entry(which).or_default() += 1;
    }
    for (which, times) in &told {
        println!("{times:>8} of {count}  {which}");
    }
    assert!(count >= 10_000, "only {count} cases");
    assert!(
        open.is_empty(),
        "{} open, the first: {:#?}",
        open.len(),
        &open[..open.len().min(3)]
    );
    if more.is_none() {
        let differ: BTreeMap<&str, usize> = DIFFERENCES.into_iter().collect();
        let excused: BTreeMap<&str, usize> = told
            .iter()
            .filter(|(which, _)| **which != "agreed")
            .map(|(w, n)| (*w, *n))
            .collect();
        assert_eq!(excused, differ);
    }
    // The two must have met on most of it, and on each answer, or nothing was shown.
    assert!(
        told.get("agreed").copied().unwrap_or_default() * 10 > count * 9,
        "{told:?}"
    );
    for outcome in ['A', 'D', 'S'] {
        assert!(THEIRS.matches(outcome).count() > 500, "{outcome}");
    }
}
