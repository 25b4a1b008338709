//! Session tags: given, inherited, passed on.
//!
//! Source: IAM User Guide, "Pass session tags in AWS STS".

use std::collections::{BTreeMap, BTreeSet};

use crate::query::{Parameters, Refusal};
use crate::world::{RoleSession, Signer};

const MOST: usize = 50;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

/// The tags of a call.
#[derive(Debug, Default)]
pub(super) struct SessionTags {
    /// Given with this call.
    pub given: BTreeMap<String, String>,
    /// The keys that shall pass on, those inherited among them.
    pub transitive: BTreeSet<String>,
    inherited: BTreeMap<String, String>,
}

impl SessionTags {
    pub(super) fn read(parameters: &Parameters, signer: &Signer) -> Result<Self, Refusal> {
        let keys: Vec<&str> = parameters.members("Tags", ".Key").collect();
        if keys.len() > MOST {
            let constraint = "Member must have length less than or equal to 50";
            return Err(Refusal::constraint(
                &format!("[{} tags]", keys.len()),
                "tags",
                constraint,
            ));
        }
        let mut given: BTreeMap<String, String> = BTreeMap::new();
        for (i, key) in keys.iter().enumerate() {
            let value = parameters
                .get(&format!("Tags.member.{}.Value", i + 1))
                .unwrap_or_default();
            check(key, value, i + 1)?;
            if has(given.keys(), key) {
                return Err(Refusal::invalid_parameter(
                    "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
                ));
            }
            given.insert((*key).to_owned(), value.to_owned());
        }
        let inherited = signer.role().map(inherited).unwrap_or_default();
        if given.keys().any(|key| has(inherited.keys(), key)) {
            return Err(Refusal::invalid_parameter(
                "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag \
                 key from the calling session.",
            ));
        }
        let mut transitive: BTreeSet<String> = inherited.keys().cloned().collect();
        for key in parameters.members("TransitiveTagKeys", "") {
            if !has(given.keys(), key) {
                return Err(Refusal::invalid_parameter(
                    "The specified transitive tag key must be included in the requested tags.",
                ));
            }
            transitive.insert(key.to_owned());
        }
        Ok(Self {
            given,
            transitive,
            inherited,
        })
    }

    /// All tags that the session will have.
    pub(super) fn all(&self) -> BTreeMap<String, String> {
        let mut all = self.inherited.clone();
        all.extend(self.given.clone());
        all
    }

    pub(super) fn size(&self) -> usize {
        self.given
            .iter()
            .map(|(key, value)| key.len() + value.len() + 2)
            .sum()
    }
}

fn inherited(role: &RoleSession) -> BTreeMap<String, String> {
    let passes = |key: &String| has(role.transitive.iter(), key);
    role.tags
        .iter()
        .filter(|(key, _)| passes(key))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect()
}

fn has<'a>(mut keys: impl Iterator<Item = &'a String>, wanted: &str) -> bool {
    keys.any(|key| key.eq_ignore_ascii_case(wanted))
}

fn check(key: &str, value: &str, n: usize) -> Result<(), Refusal> {
    let legal = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/=+-@".contains(c);
    let refuse = |what: &str, value: &str, rule: String| {
        Err(Refusal::constraint(
            value,
            &format!("tags.{n}.member.{what}"),
            &rule,
        ))
    };
    let at_most = |n| format!("Member must have length less than or equal to {n}");
    if key.is_empty() {
        return refuse(
            "key",
            key,
            "Member must have length greater than or equal to 1".to_owned(),
        );
    }
    if key.chars().count() > LONGEST_KEY {
        return refuse("key", key, at_most(LONGEST_KEY));
    }
    if value.chars().count() > LONGEST_VALUE {
        return refuse("value", value, at_most(LONGEST_VALUE));
    }
    let pattern =
        || "Member must satisfy regular expression pattern: [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*".to_owned();
    if !key.chars().all(legal) {
        return refuse("key", key, pattern());
    }
    if !value.chars().all(legal) {
        return refuse("value", value, pattern());
    }
    Ok(())
}
