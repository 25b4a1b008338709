//! Roles that were found by reading an identity's own policies or its organization.
//!
//! What is found is what may work: a policy that names a role says nothing about whether the role exists or lets one in.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::entry::{EntrySettings, RoleEntry, Source};
use super::join::Rows;
use super::{Accounts, Catalog};
use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::organization::MemberAccount;
use crate::route::{Hop, Route};
use crate::sts_limits::ExternalId;

/// How a role was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// One's own policies allow to assume it.
    Policies,
    /// It has the name that was looked for, in an account of the organization.
    Organization,
}

/// A role that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveredRole {
    /// The role.
    pub role: RoleArn,
    /// How.
    pub by: FoundBy,
    /// Whether only its name was put together from a pattern: it may not exist.
    pub candidate: bool,
    /// The one external ID that the policies take.
    #[serde(default)]
    pub external_id: Option<ExternalId>,
    /// What else is known of it, for people.
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// What one identity found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discovered {
    /// What was started from, by the catalog's key: a profile or a role.
    pub start: String,
    /// The account that it belongs to, as AWS told: a start that has become another account's finds nothing.
    pub account: AccountId,
    /// The roles.
    pub roles: Vec<DiscoveredRole>,
    /// The accounts of its organization.
    #[serde(default)]
    pub members: Vec<MemberAccount>,
}

impl Catalog {
    /// Lists what was found. A role that is listed already by the same start stays that row, which then says where
    /// else it was found.
    pub(super) fn add_discovered(&mut self, rows: &mut Rows, found: &[Discovered], accounts: &Accounts) {
        for discovered in found {
            let known = self.account_of_start(&discovered.start);
            if known.is_some_and(|account| account != discovered.account) {
                continue;
            }
            let Some((base, settings)) = self.base_of(&discovered.start) else {
                continue;
            };
            if base.hops.len() >= super::MOST_HOPS {
                continue;
            }
            let mut by_role = self.reached_from(&base);
            for role in &discovered.roles {
                let entry = entry(discovered, role, &base, &settings, accounts);
                match by_role.get(&role.role) {
                    Some(places) => self.found_again(places, entry),
                    None => {
                        let place = self.joined(rows, entry);
                        by_role.insert(role.role.clone(), vec![place]);
                    }
                }
            }
        }
    }

    /// The rows one AssumeRole from `base`, by their roles.
    fn reached_from(&self, base: &Route) -> HashMap<RoleArn, Vec<usize>> {
        let mut by_role: HashMap<RoleArn, Vec<usize>> = HashMap::new();
        for (at, row) in self.roles.iter().enumerate() {
            let hops = &row.route.hops;
            let from_there = row.route.identity == base.identity
                && hops.len() == base.hops.len() + 1
                && hops
                    .iter()
                    .zip(&base.hops)
                    .all(|(hop, before)| hop.role == before.role);
            if let Some(arn) = row.arn.as_ref().filter(|_| from_there) {
                by_role.entry(arn.clone()).or_default().push(at);
            }
        }
        by_role
    }

    /// Rows that differ in their external ID or device are ways to one role, and it was found for each.
    fn found_again(&mut self, places: &[usize], entry: RoleEntry) {
        let Some((first, others)) = places.split_first() else {
            return;
        };
        for place in others {
            self.roles[*place].learn_from(&entry);
        }
        self.roles[*first].take_in(entry);
    }

    fn account_of_start(&self, start: &str) -> Option<AccountId> {
        let identity = self.identities.iter().find(|i| i.profile == start);
        identity.and_then(|identity| identity.account_id)
    }
}

fn entry(
    found: &Discovered,
    role: &DiscoveredRole,
    base: &Route,
    settings: &EntrySettings,
    accounts: &Accounts,
) -> RoleEntry {
    let mut route = base.clone();
    route.hops.push(Hop {
        role: role.role.clone(),
        external_id: role.external_id.clone(),
        // A start whose user has a device asks for its code wherever that user's keys sign.
        mfa_serial: route.identity_mfa_serial.clone().filter(|_| base.hops.is_empty()),
        session_name: None,
        duration: None,
        profile: None,
    });
    RoleEntry {
        key: format!("found:{}:{}", found.start, role.role),
        source: Source::Discovered(role.by, found.start.clone()),
        candidate: role.candidate,
        remarks: role.remarks.clone(),
        ..RoleEntry::of_arn(role.role.clone(), route, settings.clone(), accounts)
    }
}
