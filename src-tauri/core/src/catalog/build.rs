//! From the shared config to the catalog.

use std::rc::Rc;

use super::entry::{IdentityEntry, RoleEntry, Source};
use super::join::Rows;
use super::resolve::Resolver;
use super::settings::settings;
use super::start::get;
use super::unresolved::{Reason, Unresolved};
use super::{Accounts, Besides, Catalog, Defaults, notices};
use crate::access_key::WAITING;
use crate::account::{AccountId, Partition};
use crate::arn::RoleArn;
use crate::identity_center::IdentityCenterRole;
use crate::route::{Identity, ProcessCommand, Route};
use crate::shared_config::{Section, SharedConfig};

impl Catalog {
    /// Lists what the shared config holds, and what is known besides.
    pub fn build(config: &SharedConfig, besides: &Besides) -> Self {
        let accounts = &besides.accounts_known();
        let mut catalog = Self::default();
        let mut resolver = Resolver::new(config, &besides.vault_keys);
        let mut late = Vec::new();
        let profiles = config.profiles().iter();
        for profile in profiles.filter(|profile| !profile.name.starts_with(WAITING)) {
            if let Err(fault) = catalog.take(config, &mut resolver, profile, accounts) {
                match own_target(profile, &fault) {
                    Some(target) => late.push((profile, target, fault)),
                    None => catalog.refuse(profile, &fault),
                }
            }
        }
        catalog.hide_written(besides);
        catalog.add_vault_keys(config, &resolver, besides);
        catalog.find_portals(config);
        let mut rows = Rows::of(&catalog);
        catalog.add_listings(&mut rows, &besides.listings, accounts);
        let listed = std::mem::take(&mut catalog.problems);
        catalog.add(&mut rows, &besides.added, accounts);
        catalog.add_teams(&mut rows, &besides.teams, accounts);
        catalog.add_saml(&mut rows, &besides.saml, accounts);
        catalog.add_discovered(&mut rows, &besides.discovered, accounts);
        catalog.settle(&besides.roles, accounts);
        let of_added = std::mem::replace(&mut catalog.problems, listed);
        catalog.stand_in(late);
        catalog.problems.extend(notices::notices(config));
        catalog
            .problems
            .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        catalog.problems.extend(of_added);
        catalog
    }

    fn take<'a>(
        &mut self,
        config: &'a SharedConfig,
        resolver: &mut Resolver<'a>,
        profile: &'a Section,
        accounts: &Accounts,
    ) -> Result<(), Unresolved> {
        let route = resolver.route(profile)?;
        let settings = settings(config, profile)?;
        if let Some(target) = alias_of(resolver, profile) {
            self.aliases.insert(profile.name.clone(), target.name.clone());
            return Ok(());
        }
        let route = Rc::unwrap_or_clone(route);
        let about = |role: RoleEntry| RoleEntry {
            key: profile.name.clone(),
            profile: Some(profile.name.clone()),
            source: Source::SharedConfig,
            defined_at: Some(profile.at.clone()),
            ..role
        };
        match (route.role().cloned(), route.identity.clone()) {
            (Some(arn), _) => self
                .roles
                .push(about(RoleEntry::of_arn(arn, route, settings, accounts))),
            (None, Identity::IdentityCenter(role)) => {
                self.roles.push(about(RoleEntry::of_identity_center(
                    &role, route, settings, accounts,
                )));
            }
            (None, identity) => self.identities.push(IdentityEntry {
                profile: profile.name.clone(),
                account_id: account_of(profile, &identity),
                route,
                settings,
                defined_at: Some(profile.at.clone()),
            }),
        }
        Ok(())
    }

    /// Profiles that we wrote a session's keys into are no identities: each is another name of its role.
    fn hide_written(&mut self, besides: &Besides) {
        let Self {
            identities, aliases, ..
        } = self;
        identities.retain(|identity| {
            let ours = besides.written.get(&identity.profile);
            let of = |access_key_id: &String| ours.filter(|keys| keys.access_key_ids.contains(access_key_id));
            let Identity::Keys { access_key_id, .. } = &identity.route.identity else {
                return true;
            };
            match of(access_key_id) {
                Some(keys) => drop(aliases.insert(identity.profile.clone(), keys.role_key.clone())),
                None => return true,
            }
            false
        });
    }

    /// Keys of the vault under names that are no profile.
    fn add_vault_keys(&mut self, config: &SharedConfig, resolver: &Resolver<'_>, besides: &Besides) {
        let unknown = besides
            .vault_keys
            .iter()
            .filter(|(name, _)| config.profile(name).is_none());
        for (name, key) in unknown {
            self.identities
                .extend(resolver.route_from_vault(name).map(|route| IdentityEntry {
                    profile: name.clone(),
                    account_id: key.account,
                    route,
                    settings: super::EntrySettings::default(),
                    defined_at: None,
                }));
        }
        for identity in &mut self.identities {
            if identity.route.identity.is_in_vault() && identity.account_id.is_none() {
                identity.account_id = besides
                    .vault_keys
                    .get(&identity.profile)
                    .and_then(|key| key.account);
            }
        }
    }

    /// Aliases that name no profile: an added role, or an account and a role, are known once everything is listed.
    fn stand_in(&mut self, late: Vec<(&Section, String, Unresolved)>) {
        for (profile, target, fault) in late {
            match self.exactly(&target).map(|found| found.key().to_owned()) {
                Some(key) => drop(self.aliases.insert(profile.name.clone(), key)),
                None => self.refuse(profile, &fault),
            }
        }
    }

    fn refuse(&mut self, profile: &Section, fault: &Unresolved) {
        if fault.reason == Reason::NoCredentials && fault.profile == profile.name {
            self.without_credentials
                .insert(profile.name.clone(), profile.at.clone());
        } else {
            self.problems.push(fault.problem(&profile.name));
        }
    }
}

/// The profile that stands behind `profile`, if that is an alias and nothing more.
fn alias_of<'a>(resolver: &mut Resolver<'a>, profile: &Section) -> Option<&'a Section> {
    if super::start::has_hop(profile) {
        return None;
    }
    let alias = ProcessCommand::new(get(profile, "credential_process")?).hat_role()?;
    let target = resolver.alias_target(alias.role.as_deref()?)?;
    // One that asks for itself is no alias: its keys are in the vault.
    (target.name != profile.name).then_some(target)
}

/// What `profile` names, if it is an alias and nothing more, and names no profile.
fn own_target(profile: &Section, fault: &Unresolved) -> Option<String> {
    match &fault.reason {
        Reason::AliasOfNothing(target)
            if fault.profile == profile.name && !super::start::has_hop(profile) =>
        {
            target.clone()
        }
        _ => None,
    }
}

/// The account that an identity belongs to, where the profile says so.
fn account_of(profile: &Section, identity: &Identity) -> Option<AccountId> {
    let from_arn = |arn: &str| arn.split(':').nth(4)?.parse().ok();
    match identity {
        Identity::LoginSession { arn } => from_arn(arn),
        _ => None,
    }
    .or_else(|| get(profile, "aws_account_id")?.parse().ok())
}

impl RoleEntry {
    /// The entry of a role whose ARN is known; the caller says where it was found.
    pub(super) fn of_arn(
        arn: RoleArn,
        route: Route,
        settings: super::EntrySettings,
        accounts: &Accounts,
    ) -> Self {
        let last = route.hops.last();
        let session_name = match (last, &route.identity) {
            (Some(hop), _) => hop.session_name.clone(),
            (None, Identity::WebIdentity { session_name, .. }) => session_name.clone(),
            (None, Identity::Saml(saml)) => Some(saml.session_name.clone()),
            (None, Identity::RolesAnywhere(anywhere)) => anywhere.session_name.clone(),
            (None, _) => None,
        };
        Self {
            session_name,
            duration: match (last, &route.identity) {
                (None, Identity::Saml(saml)) => saml.duration,
                (last, _) => last.and_then(|hop| hop.duration),
            },
            partition: arn.partition(),
            arn: Some(arn.clone()),
            ..Self::bare(arn.account(), arn.role_name(), route, settings, accounts)
        }
    }

    pub(super) fn of_identity_center(
        role: &IdentityCenterRole,
        route: Route,
        settings: super::EntrySettings,
        accounts: &Accounts,
    ) -> Self {
        Self {
            partition: Partition::of_region(&role.portal.region),
            ..Self::bare(role.account, &role.role_name, route, settings, accounts)
        }
    }

    fn bare(
        account: AccountId,
        role_name: &str,
        route: Route,
        settings: super::EntrySettings,
        accounts: &Accounts,
    ) -> Self {
        let about = accounts.get(&account);
        let named = about
            .and_then(|a| a.name.clone())
            .filter(|name| !name.trim().is_empty());
        Self {
            key: String::new(),
            profile: None,
            display_name: None,
            arn: None,
            account_id: account,
            account_name: named.unwrap_or_else(|| account.to_string()),
            colour: about
                .and_then(|a| a.colour)
                .unwrap_or(crate::account::HatColour::for_account(account)),
            production: about.is_some_and(|a| a.production),
            role_name: role_name.to_owned(),
            partition: Partition::default(),
            route,
            settings,
            session_name: None,
            duration: None,
            max_duration: None,
            source: Source::SharedConfig,
            also_in: Vec::new(),
            other_keys: Vec::new(),
            candidate: false,
            remarks: Vec::new(),
            notes: None,
            name_template: None,
            suggested: Defaults::default(),
            own_region: None,
            defined_at: None,
        }
    }
}
