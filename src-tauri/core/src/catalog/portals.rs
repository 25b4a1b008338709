//! Sign-ins that the shared config names, and the roles that a sign-in lists.

use std::collections::{HashMap, HashSet};

use super::entry::{EntrySettings, RoleEntry, Source};
use super::start::portal;
use super::{Accounts, Catalog, Place};
use crate::account::AccountId;
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
            let role = self.roles.iter().find(|role| role.profile.as_deref() == Some(name))?;
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
                Err(_) if config.profiles().iter().any(|p| p.get("sso_session") == Some(&section.name)) => {}
                Err(fault) => self.problems.push(fault.problem(&section.name)),
            }
        }
        let mut first_use: HashMap<&Portal, &RoleEntry> = HashMap::new();
        for role in &self.roles {
            let (Identity::IdentityCenter(center), Some(at)) = (&role.route.identity, &role.defined_at) else {
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
    pub(super) fn add_listings(&mut self, listings: &[PortalListing], accounts: &Accounts) {
        let mut by_role: HashMap<(String, AccountId, String), usize> = HashMap::new();
        for (at, role) in self.roles.iter().enumerate() {
            if let (Identity::IdentityCenter(center), true) = (&role.route.identity, role.route.hops.is_empty()) {
                by_role.entry(place_of(center)).or_insert(at);
            }
        }
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
                match by_role.get(&place_of(&center)) {
                    Some(&at) => self.roles[at].also_in.push(entry.portal.name().to_owned()),
                    None => {
                        by_role.insert(place_of(&center), self.roles.len());
                        self.roles.push(listed(center, entry, accounts));
                    }
                }
            }
        }
    }
}

/// Two portals of one address are one: a role in both is the same role.
fn place_of(role: &IdentityCenterRole) -> (String, AccountId, String) {
    let address = role.portal.start_url.trim_end_matches(['/', '#']).to_owned();
    (address, role.account, role.role_name.clone())
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

/// What the person says about accounts, with the names that sign-ins gave where the person says none.
pub(super) fn named_by(accounts: &Accounts, listings: &[PortalListing]) -> Accounts {
    let mut named = accounts.clone();
    for account in listings.iter().flat_map(|listing| &listing.accounts) {
        if let Some(name) = account.name.as_deref().filter(|name| !name.trim().is_empty()) {
            let said = named.entry(account.id).or_default();
            let unnamed = said.name.as_deref().is_none_or(|said| said.trim().is_empty());
            if unnamed {
                said.name = Some(name.to_owned());
            }
        }
    }
    named
}
