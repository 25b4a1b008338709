//! What the person says about accounts and roles, as one file to take to another computer or to hand on.
//!
//! Invariants: the file holds no secret, and nothing that gives leave: consents to endpoints and commands, and what is
//! renewed by itself, are said on each computer anew. So is what a computer does: its browser and terminal, its proxy, where
//! sign-ins are kept, and whether a session's keys may stand in profiles. Taking a file over loses nothing that was said
//! before: it adds, and changes only what the file says otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use hatrack_core::account::{AccountId, HatColour};
use hatrack_core::catalog::{AccountSettings, AddedRole, Defaults, RegionName, RoleSettings};
use hatrack_core::shared_config::inert;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::settings::Settings;

/// The version that this Hatrack writes, and the newest that it reads.
const VERSION: u32 = 1;

/// The longest note that is taken over.
const LONGEST_NOTE: usize = 4000;

/// The file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    hatrack_settings: u32,
    #[serde(default)]
    accounts: BTreeMap<AccountId, AccountSettings>,
    #[serde(default)]
    roles: BTreeMap<String, RoleSettings>,
    #[serde(default)]
    favourites: BTreeSet<String>,
    #[serde(default)]
    added_roles: Vec<AddedRole>,
}

/// The text is no such file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnExchange {
    /// It is something else, or broken.
    #[error("this is no file of `hat settings export`: {0}; export it again")]
    Form(String),
    /// A newer Hatrack wrote it.
    #[error("a newer Hatrack wrote this file (version {0}); update this one first")]
    Newer(u64),
    /// A value in it cannot be used.
    #[error("the file's {what} cannot be used: {why}; correct it and import again")]
    Value {
        /// Whose, and which.
        what: String,
        /// Why not.
        why: String,
    },
}

/// One thing that taking a file over changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The account or role.
    pub of: String,
    /// What about it.
    pub what: String,
    /// As it was; `None` where nothing was said.
    pub was: Option<String>,
    /// As it becomes.
    pub becomes: String,
}

impl Exchange {
    /// Of these settings.
    pub fn of(settings: &Settings) -> Self {
        Self {
            hatrack_settings: VERSION,
            accounts: settings.accounts.clone(),
            roles: settings.roles.clone(),
            favourites: settings.favourites.clone(),
            added_roles: settings.added_roles.clone(),
        }
    }

    /// The file's text.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Self, NotAnExchange> {
        let form = |why: serde_json::Error| NotAnExchange::Form(inert(&why.to_string()));
        let value: Value = serde_json::from_str(text).map_err(form)?;
        match value.get("hatrack_settings").and_then(Value::as_u64) {
            Some(version) if version > u64::from(VERSION) => return Err(NotAnExchange::Newer(version)),
            Some(_) => {}
            None => return Err(NotAnExchange::Form("it does not say hatrack_settings".to_owned())),
        }
        let read: Self = serde_json::from_value(value).map_err(form)?;
        read.check()?;
        Ok(read)
    }

    /// The types hold what AWS takes; this is about what is shown, and what becomes part of an address.
    fn check(&self) -> Result<(), NotAnExchange> {
        for (id, said) in &self.accounts {
            name(&said.name, || format!("name of account {id}"))?;
            note(&said.notes, || format!("notes on account {id}"))?;
        }
        for (key, said) in &self.roles {
            name(&Some(key.clone()), || format!("role \"{}\"", inert(key)))?;
            name(&said.name, || format!("name of role \"{}\"", inert(key)))?;
            note(&said.notes, || format!("notes on role \"{}\"", inert(key)))?;
        }
        for role in &self.added_roles {
            name(&role.display_name, || format!("name of {}", role.role))?;
            if let Some(region) = &role.region {
                region.parse::<RegionName>().map_err(|why| NotAnExchange::Value {
                    what: format!("region of {}", role.role),
                    why: why.to_string(),
                })?;
            }
        }
        Ok(())
    }

    /// Takes the file over into `settings`, and tells what that changes.
    pub fn merge_into(&self, settings: &mut Settings) -> Vec<Change> {
        let mut changes = Changes(Vec::new());
        for (id, said) in &self.accounts {
            let own = settings.accounts.entry(*id).or_default();
            let of = format!("account {id}");
            changes.take(&of, "name", &mut own.name, &said.name);
            changes.take_shown(&of, "colour", &mut own.colour, &said.colour, |hat| {
                HatColour::as_str(*hat).to_owned()
            });
            changes.take(&of, "notes", &mut own.notes, &said.notes);
            changes.take_defaults(&of, &mut own.defaults, &said.defaults);
            // What is careful stays: a file may mark an account as production, not take the mark away.
            if said.production && !own.production {
                own.production = true;
                changes.add(&of, "production", None, "yes".to_owned());
            }
        }
        for (key, said) in &self.roles {
            let own = settings.roles.entry(key.clone()).or_default();
            let of = format!("role {key}");
            changes.take(&of, "name", &mut own.name, &said.name);
            changes.take(&of, "notes", &mut own.notes, &said.notes);
            changes.take_defaults(&of, &mut own.defaults, &said.defaults);
        }
        for key in &self.favourites {
            if settings.favourites.insert(key.clone()) {
                changes.add(&format!("role {key}"), "favourite", None, "yes".to_owned());
            }
        }
        for role in &self.added_roles {
            let key = role.key();
            match settings.added_roles.iter_mut().find(|own| own.key() == key) {
                Some(own) if own == role => {}
                Some(own) => {
                    changes.add(&format!("role {key}"), "way", Some(way(own)), way(role));
                    *own = role.clone();
                }
                None => {
                    changes.add(&format!("role {key}"), "way", None, way(role));
                    settings.added_roles.push(role.clone());
                }
            }
        }
        changes.0
    }
}

fn name(text: &Option<String>, what: impl Fn() -> String) -> Result<(), NotAnExchange> {
    match text {
        Some(text) if text.chars().any(|c| inert(&c.to_string()) != c.to_string()) => {
            Err(NotAnExchange::Value {
                what: what(),
                why: format!("\"{}\" holds what cannot be shown", inert(text)),
            })
        }
        _ => Ok(()),
    }
}

fn note(text: &Option<String>, what: impl Fn() -> String) -> Result<(), NotAnExchange> {
    match text {
        Some(text) if text.chars().count() > LONGEST_NOTE => Err(NotAnExchange::Value {
            what: what(),
            why: format!("they have more than {LONGEST_NOTE} characters"),
        }),
        Some(text) => name(&Some(text.replace(['\n', '\t'], " ")), what),
        None => Ok(()),
    }
}

/// What an added role says, for people.
fn way(role: &AddedRole) -> String {
    let mut words = vec![format!("from {}", role.source_profile)];
    let mut say =
        |what: &str, value: Option<String>| words.extend(value.map(|value| format!("{what} {value}")));
    say("name", role.display_name.clone());
    say("external ID", role.external_id.as_ref().map(ToString::to_string));
    say("MFA device", role.mfa_serial.as_ref().map(ToString::to_string));
    say("duration", role.duration.map(|duration| duration.to_string()));
    say("region", role.region.clone());
    words.join(", ")
}

struct Changes(Vec<Change>);

impl Changes {
    fn add(&mut self, of: &str, what: &str, was: Option<String>, becomes: String) {
        self.0.push(Change {
            of: of.to_owned(),
            what: what.to_owned(),
            was,
            becomes,
        });
    }

    fn take<T: Clone + PartialEq + Display>(
        &mut self,
        of: &str,
        what: &str,
        own: &mut Option<T>,
        said: &Option<T>,
    ) {
        self.take_shown(of, what, own, said, T::to_string);
    }

    fn take_shown<T: Clone + PartialEq>(
        &mut self,
        of: &str,
        what: &str,
        own: &mut Option<T>,
        said: &Option<T>,
        show: impl Fn(&T) -> String,
    ) {
        if let Some(said) = said.as_ref().filter(|said| own.as_ref() != Some(*said)) {
            self.add(of, what, own.as_ref().map(&show), show(said));
            *own = Some(said.clone());
        }
    }

    fn take_defaults(&mut self, of: &str, own: &mut Defaults, said: &Defaults) {
        self.take(of, "duration", &mut own.duration, &said.duration);
        self.take(of, "region", &mut own.region, &said.region);
        self.take(of, "session name", &mut own.session_name, &said.session_name);
    }
}

#[cfg(test)]
mod tests;
