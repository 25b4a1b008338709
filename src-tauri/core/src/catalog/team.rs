//! A team's catalog: accounts and roles that somebody publishes for others, in one TOML file.
//!
//! Invariant: the file can name accounts, roles and what people call their starts, and nothing else. There is no place
//! in it for a command, a file, an endpoint or a key; a word that is not known is an error and not passed over.

mod file;

use std::collections::BTreeSet;

use super::entry::{RoleEntry, Source};
use super::join::Rows;
use super::{Accounts, Catalog, Defaults, Problem, Severity};
use crate::account::{AccountId, HatColour};
use crate::arn::RoleArn;
use crate::identity_center::IdentityCenterRole;
use crate::route::{Hop, Identity, Route};
use crate::shared_config::inert;
use crate::sts_limits::ExternalId;
pub use file::BadTeamFile;

/// What a team publishes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamCatalog {
    /// What the team calls itself.
    pub name: String,
    /// Its accounts.
    pub accounts: Vec<TeamAccount>,
    /// Its roles.
    pub roles: Vec<TeamRole>,
}

/// An account as a team describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamAccount {
    /// The account.
    pub id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// Its hat.
    pub colour: Option<HatColour>,
    /// Whether it is marked as production: the window asks once more before a switch to it.
    pub production: bool,
}

/// A role as a team describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRole {
    /// The role.
    pub role: RoleArn,
    /// What to call it.
    pub name: Option<String>,
    /// What each member starts from, by the name that it has in the member's own files: a profile or a sign-in.
    pub start: String,
    /// Sent as `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// What its sessions start with, where the member says nothing.
    pub defaults: Defaults,
}

impl TeamRole {
    fn key(&self, team: &str) -> String {
        format!("team:{team}:{}:{}", self.start, self.role)
    }
}

impl TeamCatalog {
    /// What is otherwise in `newer`, a line for each account and role: `-` as it was, `+` as it becomes.
    pub fn differences(&self, newer: &Self) -> Vec<String> {
        let (before, after) = (self.lines(), newer.lines());
        let gone = before.iter().filter(|line| !after.contains(*line));
        let new = after.iter().filter(|line| !before.contains(*line));
        let minus = gone.map(|line| format!("- {line}"));
        minus.chain(new.map(|line| format!("+ {line}"))).collect()
    }

    fn lines(&self) -> BTreeSet<String> {
        let accounts = self.accounts.iter().map(TeamAccount::line);
        accounts.chain(self.roles.iter().map(TeamRole::line)).collect()
    }
}

impl TeamAccount {
    fn line(&self) -> String {
        let name = self.name.as_deref().map(|name| format!(" \"{name}\""));
        let colour = self.colour.map(|hat| format!(", {}", hat.as_str()));
        let production = if self.production { ", production" } else { "" };
        let (name, colour) = (name.unwrap_or_default(), colour.unwrap_or_default());
        format!("account {}{name}{colour}{production}", self.id)
    }
}

impl TeamRole {
    fn line(&self) -> String {
        let mut line = format!("role {} from {}", self.role, self.start);
        let mut say = |what: &str, value: Option<String>| {
            if let Some(value) = value {
                line.push_str(&format!(", {what} {value}"));
            }
        };
        say("name", self.name.clone());
        say("external ID", self.external_id.as_ref().map(ToString::to_string));
        say(
            "duration",
            self.defaults.duration.map(|duration| duration.to_string()),
        );
        say("region", self.defaults.region.as_ref().map(ToString::to_string));
        say(
            "session name",
            self.defaults.session_name.as_ref().map(ToString::to_string),
        );
        line
    }
}

impl Catalog {
    /// Lists what teams publish. Roles whose start is not set up on this computer make one note for each start.
    pub(super) fn add_teams(&mut self, rows: &mut Rows, teams: &[TeamCatalog], accounts: &Accounts) {
        for team in teams {
            let mut without_start: Vec<(&str, u32)> = Vec::new();
            for role in &team.roles {
                match self.team_entry(team, role, accounts) {
                    Some(entry) => self.join(rows, entry),
                    None => match without_start.iter_mut().find(|(start, _)| *start == role.start) {
                        Some((_, count)) => *count += 1,
                        None => without_start.push((&role.start, 1)),
                    },
                }
            }
            self.problems.extend(
                without_start
                    .into_iter()
                    .map(|(start, count)| no_start(&team.name, start, count)),
            );
        }
    }

    fn team_entry(&self, team: &TeamCatalog, role: &TeamRole, accounts: &Accounts) -> Option<RoleEntry> {
        let about = |entry: RoleEntry| RoleEntry {
            key: role.key(&team.name),
            display_name: role.name.clone(),
            source: Source::Team(team.name.clone()),
            suggested: role.defaults.clone(),
            ..entry
        };
        if let Some(entry) = self
            .portals
            .iter()
            .find(|entry| entry.portal.name() == role.start)
        {
            let center = IdentityCenterRole {
                portal: entry.portal.clone(),
                account: role.role.account(),
                role_name: role.role.role_name().to_owned(),
            };
            let route = Route {
                identity: Identity::IdentityCenter(center.clone()),
                identity_profile: role.start.clone(),
                identity_mfa_serial: None,
                hops: Vec::new(),
            };
            let settings = entry.settings.clone();
            return Some(about(RoleEntry::of_identity_center(
                &center, route, settings, accounts,
            )));
        }
        let (mut route, settings) = self.base_of(&role.start)?;
        if route.hops.len() >= super::MOST_HOPS {
            return None;
        }
        route.hops.push(Hop {
            role: role.role.clone(),
            external_id: role.external_id.clone(),
            // A start whose user has a device asks for its code wherever that user's keys sign.
            mfa_serial: route
                .identity_mfa_serial
                .clone()
                .filter(|_| route.hops.is_empty()),
            session_name: None,
            duration: None,
            profile: None,
        });
        Some(about(RoleEntry::of_arn(
            role.role.clone(),
            route,
            settings,
            accounts,
        )))
    }
}

fn no_start(team: &str, start: &str, count: u32) -> Problem {
    let (roles, they) = if count == 1 {
        ("1 role".to_owned(), "it shows")
    } else {
        (format!("{count} roles"), "they show")
    };
    Problem {
        severity: Severity::Warning,
        file: format!("team {}", inert(team)).into(),
        line: None,
        profile: None,
        message: format!(
            "The team \"{}\" lists {roles} that start from \"{}\", which is not usable on this computer; {they} once a \
             profile or sso-session of that name is.",
            inert(team),
            inert(start)
        ),
    }
}
