//! What the shared config means: sections by name, properties by key.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use super::document::BLANKS;
use super::source::Place;
use crate::secret::{Credentials, Secret};

/// What stands in the place of a secret.
const MASK: &str = "***";

/// A property's value. A secret one can be reached only as a [`Secret`]; `Debug` shows the masked form.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    /// Fit for eyes.
    Plain(String),
    /// The value of a key such as `aws_secret_access_key`.
    Secret(Secret),
}

impl Value {
    /// The value of `key`, in the type that its name calls for.
    pub(super) fn of(key: &str, text: String) -> Self {
        if is_secret_key(key) {
            Self::Secret(Secret::new(text))
        } else {
            Self::Plain(text)
        }
    }

    /// The text, secret or not, for the places that must have it.
    pub fn expose(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Secret(secret) => secret.expose(),
        }
    }

    /// The text with `***` for secrets, those of nested lines too.
    pub(super) fn masked(&self) -> String {
        match self {
            Self::Secret(_) => MASK.to_owned(),
            Self::Plain(text) if text.contains('\n') => {
                text.split('\n').map(mask_nested).collect::<Vec<_>>().join("\n")
            }
            Self::Plain(text) => text.clone(),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.masked(), f)
    }
}

fn mask_nested(line: &str) -> String {
    match line.split_once('=') {
        Some((name, value)) if is_secret_key(name.trim_matches(BLANKS)) && !value.trim().is_empty() => {
            format!("{name}= {MASK}")
        }
        _ => line.to_owned(),
    }
}

/// Whether the values of `key` are secrets: AWS's own three, with a slip in the rest of the name too
/// (`aws_secret_acess_key` holds the same secret), and the names under which tools keep theirs.
pub(super) fn is_secret_key(key: &str) -> bool {
    const ANYWHERE: [&str; 5] = ["secret", "password", "passphrase", "private_key", "api_key"];
    const ENDINGS: [&str; 2] = ["token", "_seed"];
    let key = key.as_bytes();
    let starts = |at: usize, word: &str| {
        let part = key.get(at..at + word.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    // Asked of every key of every profile: most places are told by their first letter.
    let anywhere = |at: usize| match key[at].to_ascii_lowercase() {
        b's' | b'p' | b'a' => ANYWHERE.iter().any(|word| starts(at, word)),
        _ => false,
    };
    let ends = |word: &str| {
        key.len()
            .checked_sub(word.len())
            .is_some_and(|at| starts(at, word))
    };
    ENDINGS.iter().any(|word| ends(word)) || (0..key.len()).any(anywhere)
}

/// A value and where it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    /// The value.
    pub value: Value,
    /// The line of the key.
    pub at: Place,
}

/// A section, merged from all its places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its name, without `profile` or another prefix.
    pub name: String,
    /// Its first header.
    pub at: Place,
    /// Its properties; the keys are in lower case.
    pub properties: BTreeMap<String, Property>,
}

impl Section {
    /// The value of `key` where it is no secret.
    pub fn get(&self, key: &str) -> Option<&str> {
        match &self.properties.get(key)?.value {
            Value::Plain(text) => Some(text),
            Value::Secret(_) => None,
        }
    }

    /// The secret value of `key`.
    pub fn secret(&self, key: &str) -> Option<&Secret> {
        match &self.properties.get(key)?.value {
            Value::Secret(secret) => Some(secret),
            Value::Plain(_) => None,
        }
    }

    /// Where `key` is written; the section's header where it is not.
    pub fn place_of(&self, key: &str) -> &Place {
        self.properties.get(key).map_or(&self.at, |property| &property.at)
    }

    /// The properties nested below `key`, such as those of `s3 =`.
    pub fn nested(&self, key: &str) -> Nested<'_> {
        Nested(self.get(key).unwrap_or_default())
    }

    /// The access keys in this section, if it has both halves. An empty value counts as not written.
    pub fn keys(&self) -> Option<Credentials> {
        let secret = |key: &str| self.secret(key).filter(|value| !value.expose().is_empty());
        Some(Credentials {
            access_key_id: self
                .get("aws_access_key_id")
                .filter(|id| !id.is_empty())?
                .to_owned(),
            secret_access_key: secret("aws_secret_access_key")?.clone(),
            session_token: secret("aws_session_token").cloned(),
            expires_at: None,
        })
    }
}

/// The lines nested below a property, as AWS's SDK splits them.
#[derive(Debug, Clone, Copy)]
pub struct Nested<'a>(&'a str);

impl<'a> Nested<'a> {
    /// Every `name = value`, in order; names keep their case.
    pub fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0
            .split('\n')
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.trim_matches(BLANKS), value.trim_matches(BLANKS)))
    }

    /// The last value of `name`.
    pub fn get(self, name: &str) -> Option<&'a str> {
        self.iter()
            .filter(|(n, _)| *n == name)
            .map(|(_, value)| value)
            .last()
    }
}

/// A section or key that AWS's SDK passes over with a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Where it is.
    pub at: Place,
    /// The profile it stands in, for a key.
    pub profile: Option<String>,
    /// What it is.
    pub what: IgnoredWhat,
}

/// What is passed over, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IgnoredWhat {
    /// `[name]` in the config file, where only `[default]` goes without a prefix.
    NoPrefix(String),
    /// `[profile name]` in the credentials file.
    PrefixInCredentials(String),
    /// Another kind of section in the credentials file.
    SectionInCredentials(String),
    /// A section's name has characters that AWS does not take.
    BadName(String),
    /// `[default]` beside `[profile default]`, which wins.
    DefaultTwice,
    /// `[something name]` where AWS knows no such kind of section.
    UnknownSection(String),
    /// A key has characters that AWS does not take.
    BadKey(String),
}

/// The shared config: both files together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedConfig {
    pub(super) profiles: Sections,
    pub(super) sso_sessions: Sections,
    pub(super) services: Sections,
    pub(super) ignored: Vec<Ignored>,
}

impl SharedConfig {
    /// The profiles, in the order of the files.
    pub fn profiles(&self) -> &[Section] {
        &self.profiles.list
    }

    /// The profile called `name`.
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.profiles.get(name)
    }

    /// The `[sso-session …]` sections, in the order of the files.
    pub fn sso_sessions(&self) -> &[Section] {
        &self.sso_sessions.list
    }

    /// The `[sso-session name]`.
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.sso_sessions.get(name)
    }

    /// The `[services …]` sections, in the order of the files.
    pub fn services(&self) -> &[Section] {
        &self.services.list
    }

    /// The `[services name]`.
    pub fn service_section(&self, name: &str) -> Option<&Section> {
        self.services.get(name)
    }

    /// What was passed over.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }
}

/// Sections in order, found by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sections {
    pub(super) list: Vec<Section>,
    index: HashMap<String, usize>,
}

impl Sections {
    fn get(&self, name: &str) -> Option<&Section> {
        self.index.get(name).and_then(|at| self.list.get(*at))
    }

    /// The section called `name`, made if it is new.
    pub(super) fn entry(&mut self, name: &str, at: impl FnOnce() -> Place) -> &mut Section {
        let place = match self.index.get(name) {
            Some(place) => *place,
            None => {
                self.index.insert(name.to_owned(), self.list.len());
                self.list.push(Section {
                    name: name.to_owned(),
                    at: at(),
                    properties: BTreeMap::new(),
                });
                self.list.len() - 1
            }
        };
        &mut self.list[place]
    }
}
