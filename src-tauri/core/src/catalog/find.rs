//! From what a person types to one entry of the catalog.

use std::collections::HashSet;
use std::fmt;

use super::near::{distance, tolerance};
use super::{Catalog, IdentityEntry, Place, Problem, RoleEntry, Severity};
use crate::arn::RoleArn;
use crate::shared_config::inert;

/// How much of a name has to be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exactness {
    /// An exact profile, an ARN or `account/role`: for what runs without a person.
    Exact,
    /// Any unambiguous part as well: for people.
    Parts,
}

/// What a text names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Found<'a> {
    /// A role.
    Role(&'a RoleEntry),
    /// A profile that is a start by itself: for one with keys, GetSessionToken.
    Identity(&'a IdentityEntry),
}

impl<'a> Found<'a> {
    /// The entry's key in the catalog.
    pub fn key(self) -> &'a str {
        match self {
            Self::Role(role) => &role.key,
            Self::Identity(identity) => &identity.profile,
        }
    }

    fn candidate(self) -> Candidate {
        match self {
            Self::Role(role) => Candidate {
                key: role.key.clone(),
                what: match &role.arn {
                    Some(arn) => arn.to_string(),
                    None => format!("{}/{}", role.account_id, role.role_name),
                },
            },
            Self::Identity(identity) => Candidate {
                key: identity.profile.clone(),
                what: identity.route.identity.label().to_owned(),
            },
        }
    }
}

/// One of several entries that a text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Names exactly this one.
    pub key: String,
    /// Its ARN, or what kind of identity it is.
    pub what: String,
}

/// Why a text names no single entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FindError {
    /// Nothing by that name.
    NotFound {
        /// The text, made inert.
        text: String,
        /// Names that are almost it.
        near: Vec<String>,
    },
    /// Several. For scripts this is wrong usage (exit 2).
    Ambiguous {
        /// The text, made inert.
        text: String,
        /// All that it may mean.
        candidates: Vec<Candidate>,
    },
    /// The profile is there and cannot be used.
    Broken(Problem),
    /// The profile is there and holds settings only.
    NoCredentials {
        /// The profile.
        profile: String,
        /// Its place.
        at: Place,
    },
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { text, near } if near.is_empty() => {
                write!(
                    f,
                    "No role or profile is called \"{text}\"; `hat roles` lists what there is."
                )
            }
            Self::NotFound { text, near } => write!(
                f,
                "No role or profile is called \"{text}\"; nearest: {}. `hat roles` lists what there is.",
                near.join(", ")
            ),
            Self::Ambiguous { text, candidates } => {
                write!(
                    f,
                    "\"{text}\" may mean {} entries; name one of them exactly:",
                    candidates.len()
                )?;
                for candidate in candidates.iter().take(MOST_LISTED) {
                    write!(f, "\n  {}  {}", candidate.key, candidate.what)?;
                }
                match candidates.len().saturating_sub(MOST_LISTED) {
                    0 => Ok(()),
                    more => write!(f, "\n  and {more} more"),
                }
            }
            Self::Broken(problem) => problem.fmt(f),
            Self::NoCredentials { profile, at } => write!(
                f,
                "{at}: profile \"{profile}\" has no credentials; \
                 add keys, a role_arn with source_profile, or another start."
            ),
        }
    }
}

impl std::error::Error for FindError {}

/// The most candidates that an error lists.
const MOST_LISTED: usize = 20;
/// The most near names that an error offers.
const MOST_NEAR: usize = 3;

impl Catalog {
    /// Resolves ROLE, in order: exact profile, ARN, `account/role`, the name of an added role, then (for people) any
    /// unambiguous part. Several routes to one ARN are ambiguous.
    pub fn find(&self, text: &str, exactness: Exactness) -> Result<Found<'_>, FindError> {
        if let Some(found) = self.called(text) {
            return Ok(found);
        }
        if let Some(broken) = self.why_not(text) {
            return Err(broken);
        }
        let mut matches = self.by_whole_name(text);
        if matches.is_empty() && exactness == Exactness::Parts {
            matches = self.by_part(text);
        }
        match matches[..] {
            [one] => Ok(one),
            [] => Err(FindError::NotFound {
                text: inert(text),
                near: self.near(text),
            }),
            _ => Err(FindError::Ambiguous {
                text: inert(text),
                candidates: matches.into_iter().map(Found::candidate).collect(),
            }),
        }
    }

    /// The entry with this key: what the window and `Found::key` use.
    pub fn by_key(&self, key: &str) -> Option<Found<'_>> {
        let role = self.roles.iter().find(|role| role.key == key).map(Found::Role);
        let identity = || {
            self.identities
                .iter()
                .find(|i| i.profile == key)
                .map(Found::Identity)
        };
        let joined = |role: &&RoleEntry| role.other_keys.iter().any(|other| other == key);
        role.or_else(identity)
            .or_else(|| self.roles.iter().find(joined).map(Found::Role))
    }

    /// The one entry that `text` names exactly, without a word on why none is.
    pub(super) fn exactly(&self, text: &str) -> Option<Found<'_>> {
        self.called(text).or_else(|| match self.by_whole_name(text)[..] {
            [one] => Some(one),
            _ => None,
        })
    }

    fn by_whole_name(&self, text: &str) -> Vec<Found<'_>> {
        let mut matches = self.by_arn(text);
        if matches.is_empty() {
            matches = self.by_account_and_role(text);
        }
        if matches.is_empty() {
            matches = self.by_display_name(text);
        }
        matches
    }

    fn called(&self, name: &str) -> Option<Found<'_>> {
        // An alias may stand for an alias; the resolver has bounded how deep.
        let (mut name, mut seen) = (name, HashSet::new());
        while let Some(target) = self.aliases.get(name).filter(|_| seen.insert(name)) {
            name = target;
        }
        self.by_key(name)
    }

    fn by_display_name(&self, name: &str) -> Vec<Found<'_>> {
        let named = |role: &&RoleEntry| role.display_name.as_deref() == Some(name);
        self.roles.iter().filter(named).map(Found::Role).collect()
    }

    /// Why the profile called exactly `name` is not listed, if it is there.
    fn why_not(&self, name: &str) -> Option<FindError> {
        if let Some(at) = self.without_credentials.get(name) {
            return Some(FindError::NoCredentials {
                profile: name.to_owned(),
                at: at.clone(),
            });
        }
        let own = |p: &&Problem| p.profile.as_deref() == Some(name) && p.severity == Severity::Error;
        self.problems.iter().find(own).cloned().map(FindError::Broken)
    }

    fn by_arn(&self, text: &str) -> Vec<Found<'_>> {
        let Ok(arn) = text.parse::<RoleArn>() else {
            return Vec::new();
        };
        self.roles
            .iter()
            .filter(|role| role.arn.as_ref() == Some(&arn))
            .map(Found::Role)
            .collect()
    }

    fn by_account_and_role(&self, text: &str) -> Vec<Found<'_>> {
        // An account's name may hold a slash, and so may a role's path: every slash may be the one between.
        let splits: Vec<(&str, &str)> = text
            .match_indices('/')
            .map(|(at, _)| (&text[..at], &text[at + 1..]))
            .collect();
        let named = |role: &&RoleEntry| {
            splits
                .iter()
                .any(|(account, name)| is_called(role, account, name))
        };
        self.roles.iter().filter(named).map(Found::Role).collect()
    }

    fn by_part(&self, text: &str) -> Vec<Found<'_>> {
        let part = text.trim().to_lowercase();
        if part.is_empty() {
            return Vec::new();
        }
        let has = |name: &str| name.to_lowercase().contains(&part);
        let role_has = |role: &&RoleEntry| {
            role.profile.as_deref().is_some_and(has)
                || role.display_name.as_deref().is_some_and(has)
                || role.arn.as_ref().is_some_and(|arn| has(&arn.to_string()))
                || has(&format!("{}/{}", role.account_name, role.role_name))
                || has(&format!("{}/{}", role.account_id, role.role_name))
        };
        let roles = self.roles.iter().filter(role_has).map(Found::Role);
        let identities = self
            .identities
            .iter()
            .filter(|i| has(&i.profile))
            .map(Found::Identity);
        roles.chain(identities).collect()
    }

    fn near(&self, text: &str) -> Vec<String> {
        let most = tolerance(text);
        let of_roles = self
            .roles
            .iter()
            .flat_map(|role| [role.key.as_str(), &role.role_name]);
        let names: HashSet<&str> = of_roles
            .chain(self.identities.iter().map(|i| i.profile.as_str()))
            .collect();
        let mut near: Vec<(usize, &str)> = names
            .into_iter()
            .filter_map(|name| Some((distance(text, name, most)?, name)))
            .collect();
        near.sort_unstable();
        near.into_iter()
            .take(MOST_NEAR)
            .map(|(_, name)| name.to_owned())
            .collect()
    }
}

fn is_called(role: &RoleEntry, account: &str, name: &str) -> bool {
    let by_id = || account.parse() == Ok(role.account_id);
    let by_name = || role.account_name.to_lowercase() == account.to_lowercase();
    let with_path = || role.arn.as_ref().is_some_and(|arn| arn.name_with_path() == name);
    // The cheap half first: few roles get past it.
    (role.role_name == name || with_path()) && (by_id() || by_name())
}
