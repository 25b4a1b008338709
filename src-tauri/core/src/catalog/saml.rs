//! The roles that sign-ins at SAML providers gave the last time.

use super::entry::{EntrySettings, RoleEntry, Source};
use super::join::Rows;
use super::{Accounts, Catalog};
use crate::route::{Identity, Route};
use crate::saml::{SamlListing, SamlRole};

impl Catalog {
    /// Lists what sign-ins gave.
    pub(super) fn add_saml(&mut self, rows: &mut Rows, listings: &[SamlListing], accounts: &Accounts) {
        for listing in listings {
            for role in listing.roles() {
                self.join(rows, entry(role, listing, accounts));
            }
        }
    }
}

impl SamlListing {
    /// The roles, each with what a switch to it needs beside the assertion.
    pub fn roles(&self) -> impl Iterator<Item = SamlRole> {
        self.told.roles.iter().map(|(role, provider_arn)| SamlRole {
            provider: self.provider.name.clone(),
            role: role.clone(),
            provider_arn: provider_arn.clone(),
            session_name: self.told.session_name.clone(),
            duration: self.told.session_duration,
        })
    }
}

fn entry(role: SamlRole, listing: &SamlListing, accounts: &Accounts) -> RoleEntry {
    let (arn, provider) = (role.role.clone(), role.provider.clone());
    let route = Route {
        identity: Identity::Saml(Box::new(role)),
        identity_profile: provider.clone(),
        identity_mfa_serial: None,
        hops: Vec::new(),
    };
    let settings = EntrySettings {
        region: listing.provider.region.clone(),
        ..EntrySettings::default()
    };
    RoleEntry {
        key: format!("saml:{provider}:{}:{}", arn.account(), arn.role_name()),
        source: Source::Saml,
        ..RoleEntry::of_arn(arn, route, settings, accounts)
    }
}
