//! Sign-ins that the shared config names, and the roles that a sign-in lists.

use std::collections::{HashMap, HashSet};

use super::entry::{EntrySettings, RoleEntry, Source};
use super::join::Rows;
use super::start::portal;
use super::{Accounts, Besides, Catalog, Place};
use crate::identity_center::{IdentityCenterRole, Portal, PortalListing};
use crate::route::{Identity, Route};
use crate::shared_config::SharedConfig;

/// A portal of the shared config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalEntry {
    /// Where one signs in.
    pub portal: Portal,
    /// The settings of the first profile that uses it: how it is reached.
    pub settings: EntrySettings,
    /// The `[sso-session …]`, or the first profile of the older form.
    pub defined_at: Place,
}

impl Catalog {
    /// The portal that `name` means: an `[sso-session …]`, a start address, or a profile of it.
    pub fn portal(&self, name: &str) -> Option<&PortalEntry> {
        let named = self.portals.iter().find(|entry| entry.portal.name() == name);
        let of_profile = || {
            let role = self
                .roles
                .iter()
                .find(|role| role.profile.as_deref() == Some(name))?;
            let Identity::IdentityCenter(center) = &role.route.identity else {
                return None;
            };
            self.portals.iter().find(|entry| entry.portal == center.portal)
        };
        named.or_else(of_profile)
    }

    /// Finds the portals: each `[sso-session …]`, then the addresses that profiles hold themselves.
    pub(super) fn find_portals(&mut self, config: &SharedConfig) {
        let mut known = HashSet::new();
        for section in config.sso_sessions() {
            match portal(Some(&section.name), section, section) {
                Ok(portal) => {
                    known.insert(portal.clone());
                    self.portals.push(PortalEntry {
                        portal,
                        settings: EntrySettings::default(),
                        defined_at: section.at.clone(),
                    });
                }
                // A profile that uses it has the same problem, and says so.
                Err(_)
                    if config
                        .profiles()
                        .iter()
                        .any(|p| p.get("sso_session") == Some(&section.name)) => {}
                Err(fault) => self.problems.push(fault.problem(&section.name)),
            }
        }
        let mut first_use: HashMap<&Portal, &RoleEntry> = HashMap::new();
        for role in &self.roles {
            let (Identity::IdentityCenter(center), Some(at)) = (&role.route.identity, &role.defined_at)
            else {
                continue;
            };
            first_use.entry(&center.portal).or_insert(role);
            if known.insert(center.portal.clone()) {
                self.portals.push(PortalEntry {
                    portal: center.portal.clone(),
                    settings: EntrySettings::default(),
                    defined_at: at.clone(),
                });
            }
        }
        for entry in &mut self.portals {
            if let Some(role) = first_use.get(&entry.portal) {
                entry.settings = role.settings.clone();
            }
        }
    }

    /// Lists what sign-ins gave, of the portals that the shared config names. A role that a profile names already is
    /// that profile's row.
    pub(super) fn add_listings(&mut self, rows: &mut Rows, listings: &[PortalListing], accounts: &Accounts) {
        let mut found = Vec::new();
        for entry in &self.portals {
            let Some(listing) = listings.iter().find(|listing| listing.portal == entry.portal) else {
                continue;
            };
            for (account, role_name) in listing
                .accounts
                .iter()
                .flat_map(|account| account.roles.iter().map(move |role| (account, role)))
            {
                let center = IdentityCenterRole {
                    portal: entry.portal.clone(),
                    account: account.id,
                    role_name: role_name.clone(),
                };
                found.push(listed(center, entry, accounts));
            }
        }
        for role in found {
            self.join(rows, role);
        }
    }
}

fn listed(center: IdentityCenterRole, entry: &PortalEntry, accounts: &Accounts) -> RoleEntry {
    let portal = entry.portal.name();
    let route = Route {
        identity: Identity::IdentityCenter(center.clone()),
        identity_profile: portal.to_owned(),
        identity_mfa_serial: None,
        hops: Vec::new(),
    };
    RoleEntry {
        key: format!("portal:{portal}:{}:{}", center.account, center.role_name),
        source: Source::Portal,
        defined_at: Some(entry.defined_at.clone()),
        ..RoleEntry::of_identity_center(&center, route, entry.settings.clone(), accounts)
    }
}

impl Besides {
    /// What is known of accounts: what the person says, where that is nothing what a team says, and where that is
    /// nothing the names that sign-ins and organizations gave. An account is production where the person or a team says so.
    pub fn accounts_known(&self) -> Accounts {
        let is_name = |name: &String| !name.trim().is_empty();
        let mut known = self.accounts.clone();
        for account in self.teams.iter().flat_map(|team| &team.accounts) {
            let about = known.entry(account.id).or_default();
            about.name = about.name.take().filter(is_name).or_else(|| account.name.clone());
            about.colour = about.colour.or(account.colour);
            about.production |= account.production;
        }
        for account in self.listings.iter().flat_map(|listing| &listing.accounts) {
            if let Some(name) = account.name.as_ref().filter(|name| is_name(name)) {
                let about = known.entry(account.id).or_default();
                about.name = about.name.take().filter(is_name).or_else(|| Some(name.clone()));
            }
        }
        for account in self.discovered.iter().flat_map(|found| &found.members) {
            if is_name(&account.name) {
                let about = known.entry(account.id).or_default();
                about.name = about
                    .name
                    .take()
                    .filter(is_name)
                    .or_else(|| Some(account.name.clone()));
            }
        }
        known
    }
}
