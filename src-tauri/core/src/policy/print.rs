//! From a policy back to JSON, as AWS writes it: a list of one as the bare value, elements in their usual order.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language".

use serde::ser::{SerializeMap as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::condition::Condition;
use super::document::{Effect, Matches, Policy, Statement, Version};
use super::pattern::Pattern;
use super::principal::{Principal, Principals};

impl Policy {
    /// The document as text, indented by two. Reading it gives the same policy again.
    ///
    /// `None` where a piece could not be understood: it could not be written again as it stood.
    pub fn print(&self) -> Option<String> {
        if self.unknowns().next().is_some() {
            return None;
        }
        serde_json::to_string_pretty(&Printed(self)).ok()
    }
}

struct Printed<'a>(&'a Policy);

impl Serialize for Printed<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        let version = match self.0.version {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        };
        map.serialize_entry("Version", version)?;
        if let Some(id) = &self.0.id {
            map.serialize_entry("Id", id)?;
        }
        let statements: Vec<_> = self.0.statements.iter().map(PrintedStatement).collect();
        map.serialize_entry("Statement", &statements)?;
        map.end()
    }
}

struct PrintedStatement<'a>(&'a Statement);

impl Serialize for PrintedStatement<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let statement = self.0;
        let mut map = to.serialize_map(None)?;
        if let Some(sid) = &statement.sid {
            map.serialize_entry("Sid", sid)?;
        }
        let effect = match statement.effect {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        };
        map.serialize_entry("Effect", effect)?;
        match &statement.principals {
            Some(Principals::Are(listed)) => map.serialize_entry("Principal", &PrincipalList(listed))?,
            Some(Principals::AreNot(listed)) => {
                map.serialize_entry("NotPrincipal", &PrincipalList(listed))?;
            }
            None => {}
        }
        let (name, listed) = named(&statement.actions, "Action", "NotAction");
        map.serialize_entry(name, &OneOrMany(&texts(listed)))?;
        if let Some(resources) = &statement.resources {
            let (name, listed) = named(resources, "Resource", "NotResource");
            map.serialize_entry(name, &OneOrMany(&texts(listed)))?;
        }
        if !statement.conditions.is_empty() {
            map.serialize_entry("Condition", &Conditions(&statement.conditions))?;
        }
        map.end()
    }
}

fn named<'a>(matches: &'a Matches, plain: &'static str, not: &'static str) -> (&'static str, &'a [Pattern]) {
    match matches {
        Matches::AnyOf(listed) => (plain, listed),
        Matches::NoneOf(listed) => (not, listed),
    }
}

fn texts(patterns: &[Pattern]) -> Vec<String> {
    patterns.iter().map(|p| p.as_str().to_owned()).collect()
}

/// A list of one stands as the value itself.
struct OneOrMany<'a>(&'a [String]);

impl Serialize for OneOrMany<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let [one] = self.0 {
            return to.serialize_str(one);
        }
        let mut list = to.serialize_seq(Some(self.0.len()))?;
        for text in self.0 {
            list.serialize_element(text)?;
        }
        list.end()
    }
}

struct PrincipalList<'a>(&'a [Principal]);

impl Serialize for PrincipalList<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if let [Principal::Everyone] = self.0 {
            return to.serialize_str("*");
        }
        let mut map = to.serialize_map(None)?;
        for (group, listed) in grouped(self.0.iter().map(written)) {
            map.serialize_entry(&group, &OneOrMany(&listed))?;
        }
        map.end()
    }
}

/// The key that an entry stands under, and the entry. An account is written as its number, which is right in each
/// partition.
fn written(principal: &Principal) -> (&'static str, String) {
    match principal {
        Principal::Everyone => ("AWS", "*".to_owned()),
        Principal::Account(account) => ("AWS", account.to_string()),
        Principal::User(text)
        | Principal::Role(text)
        | Principal::RoleSession(text)
        | Principal::FederatedUser(text)
        | Principal::DeletedId(text) => ("AWS", text.clone()),
        Principal::Service(name) => ("Service", name.clone()),
        Principal::Federated(provider) => ("Federated", provider.clone()),
        Principal::CanonicalUser(id) => ("CanonicalUser", id.clone()),
    }
}

struct Conditions<'a>(&'a [Condition]);

impl Serialize for Conditions<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(None)?;
        for (operator, conditions) in grouped(self.0.iter().map(|c| (c.written(), c))) {
            map.serialize_entry(&operator, &Keys(&conditions))?;
        }
        map.end()
    }
}

struct Keys<'a>(&'a [&'a Condition]);

impl Serialize for Keys<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(self.0.len()))?;
        for condition in self.0 {
            map.serialize_entry(condition.key(), &OneOrMany(condition.values()))?;
        }
        map.end()
    }
}

/// Groups by key, in the order in which the keys come first.
fn grouped<'a, T>(all: impl Iterator<Item = (&'a str, T)>) -> Vec<(String, Vec<T>)> {
    let mut groups: Vec<(String, Vec<T>)> = Vec::new();
    for (key, one) in all {
        match groups.iter_mut().find(|(known, _)| known == key) {
            Some((_, group)) => group.push(one),
            None => groups.push((key.to_owned(), vec![one])),
        }
    }
    groups
}
