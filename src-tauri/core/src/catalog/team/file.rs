//! The team's file: strict, and told by the line.

use std::collections::HashSet;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{TeamAccount, TeamCatalog, TeamRole};
use crate::account::{AccountId, HatColour, Partition};
use crate::arn::RoleArn;
use crate::catalog::{Defaults, RegionName, SessionNameTemplate};
use crate::shared_config::inert;
use crate::sts_limits::{ExternalId, SessionDuration};

/// A team's file could not be used. It then counts as a whole: half a catalog would hide what is missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the team's file cannot be used: {why}; whoever keeps the file has to correct it")]
pub struct BadTeamFile {
    /// Counted from 1.
    pub line: u32,
    /// What is wrong with it. Holds no control character whatever the file holds.
    pub why: String,
}

/// More roles than any organisation gives one person.
const MOST_ROLES: usize = 20_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<Name>,
    #[serde(default)]
    accounts: Vec<Account>,
    #[serde(default)]
    roles: Vec<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Account {
    id: Spanned<AccountId>,
    name: Option<Name>,
    colour: Option<HatColour>,
    #[serde(default)]
    production: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    account: AccountId,
    role: Spanned<String>,
    #[serde(default)]
    partition: Partition,
    name: Option<Name>,
    start: Name,
    external_id: Option<ExternalId>,
    #[serde(default, deserialize_with = "duration")]
    duration: Option<SessionDuration>,
    region: Option<RegionName>,
    session_name: Option<SessionNameTemplate>,
}

/// A name that shows as what it is: no control or invisible character, and no more than a line of it.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Name(String);

impl TryFrom<String> for Name {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.trim().is_empty() || text.trim() != text {
            return Err("a name has a letter, and no blank at its ends".to_owned());
        }
        if inert(&text) != text {
            return Err(format!(
                "\"{}\" is no name: it is too long or holds what cannot be shown",
                inert(&text)
            ));
        }
        Ok(Self(text))
    }
}

/// Seconds, or a text such as `1h30m`.
fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SessionDuration>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "a duration is seconds, or a text such as \"1h30m\"")]
    enum Written {
        Seconds(u32),
        Text(String),
    }
    let read = match Written::deserialize(from)? {
        Written::Seconds(seconds) => SessionDuration::try_from(seconds),
        Written::Text(text) => text.parse(),
    };
    read.map(Some).map_err(serde::de::Error::custom)
}

impl FromStr for TeamCatalog {
    type Err = BadTeamFile;

    fn from_str(text: &str) -> Result<Self, BadTeamFile> {
        let bad = |at: usize, why: &str| BadTeamFile {
            line: line_of(text, at),
            why: tame(why),
        };
        let file: File = toml::from_str(text)
            .map_err(|why| bad(why.span().map_or(0, |span| span.start), why.message()))?;
        if file.roles.len() > MOST_ROLES {
            return Err(bad(0, &format!("it lists more than {MOST_ROLES} roles")));
        }
        let name = file.name.into_inner().0;
        let mut accounts = Vec::with_capacity(file.accounts.len());
        let mut seen = HashSet::new();
        for account in file.accounts {
            let at = account.id.span().start;
            let id = account.id.into_inner();
            if !seen.insert(id) {
                return Err(bad(at, &format!("account {id} is listed twice")));
            }
            accounts.push(TeamAccount {
                id,
                name: account.name.map(|name| name.0),
                colour: account.colour,
                production: account.production,
            });
        }
        let mut roles = Vec::with_capacity(file.roles.len());
        let mut seen = HashSet::new();
        for role in file.roles {
            let at = role.role.span().start;
            let arn = RoleArn::new(role.partition, role.account, role.role.get_ref())
                .map_err(|why| bad(at, &why.to_string()))?;
            let role = TeamRole {
                role: arn,
                name: role.name.map(|name| name.0),
                start: role.start.0,
                external_id: role.external_id,
                defaults: Defaults {
                    duration: role.duration,
                    region: role.region,
                    session_name: role.session_name,
                },
            };
            let key = role.key(&name);
            if !seen.insert(key) {
                let why = format!("{} is listed twice from \"{}\"", role.role, role.start);
                return Err(bad(at, &why));
            }
            roles.push(role);
        }
        Ok(Self {
            name,
            accounts,
            roles,
        })
    }
}

fn line_of(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let lines = before.iter().filter(|byte| **byte == b'\n').count();
    u32::try_from(lines + 1).unwrap_or(u32::MAX)
}

/// The parser's words, which repeat the file's: on one line and inert, whole however long the list of known words is.
fn tame(why: &str) -> String {
    const LONGEST: usize = 400;
    let letters: Vec<char> = why.chars().take(LONGEST).collect();
    letters
        .chunks(80)
        .map(|part| inert(&part.iter().collect::<String>()))
        .collect()
}
