//! The catalog of each caller, by the files that the caller's environment names.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hatrack_core::access_key::VaultKey;
use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{Accounts, Besides, Discovered, TeamCatalog, WrittenKeys};
use hatrack_core::expiry::Clock;
use hatrack_core::identity_center::{Portal, PortalListing};
use hatrack_core::saml::{SamlListing, SamlProvider};
use hatrack_store::aws_files::{AwsFiles, Loaded, Locations, Watch};

use crate::choices::Choices;

/// Every caller's catalog.
pub struct Catalogs {
    clock: Arc<dyn Clock>,
    choices: Arc<Choices>,
    listings: Mutex<Vec<PortalListing>>,
    saml: Mutex<Vec<SamlListing>>,
    teams: Mutex<Vec<TeamCatalog>>,
    discovered: Mutex<Vec<Discovered>>,
    vault_keys: Mutex<BTreeMap<String, VaultKey>>,
    written: Mutex<BTreeMap<String, WrittenKeys>>,
    accounts: Mutex<Arc<Accounts>>,
    files: Mutex<AwsFiles>,
    watched: Mutex<HashMap<[PathBuf; 2], Weak<Watch>>>,
}

impl Catalogs {
    /// Nothing is read before it is asked for.
    pub fn new(clock: Arc<dyn Clock>, choices: Arc<Choices>) -> Self {
        let besides = besides(&choices, Vec::new(), Vec::new());
        let accounts = Arc::new(besides.accounts_known());
        let files = AwsFiles::new(besides);
        Self {
            clock,
            choices,
            listings: Mutex::default(),
            saml: Mutex::default(),
            teams: Mutex::default(),
            discovered: Mutex::default(),
            vault_keys: Mutex::default(),
            written: Mutex::default(),
            accounts: Mutex::new(accounts),
            files: Mutex::new(files),
            watched: Mutex::default(),
        }
    }

    /// The catalog of `caller` as the files are now. Blocks shortly where a file has changed.
    pub fn of(&self, caller: &CallerContext) -> Arc<Loaded> {
        let locations = Locations::of_caller(caller);
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.current(&locations, self.clock.now().wall)
    }

    /// The settings have changed: accounts have other names, or roles were added. Without another reason, this also
    /// makes every file be read again.
    pub fn settings_changed(&self) {
        let listings = self.listings().clone();
        let teams = self.teams.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut besides = besides(&self.choices, listings, teams);
        besides.vault_keys = self.vault_keys().clone();
        besides.saml = self.saml().clone();
        besides.discovered = self.discovered().clone();
        besides.written = self.written().clone();
        *self.accounts.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(besides.accounts_known());
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.set_besides(besides);
    }

    /// The keys in the vault, in place of those before.
    pub fn set_vault_keys(&self, keys: BTreeMap<String, VaultKey>) {
        *self.vault_keys() = keys;
        self.settings_changed();
    }

    /// What identities have found, in place of what they had found before.
    pub fn set_discovered(&self, discovered: Vec<Discovered>) {
        *self.discovered() = discovered;
        self.settings_changed();
    }

    fn discovered(&self) -> MutexGuard<'_, Vec<Discovered>> {
        self.discovered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What teams publish, in place of what they published before.
    pub fn set_teams(&self, teams: Vec<TeamCatalog>) {
        *self.teams.lock().unwrap_or_else(PoisonError::into_inner) = teams;
        self.settings_changed();
    }

    /// What is known of accounts.
    pub fn accounts(&self) -> Arc<Accounts> {
        self.accounts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What a sign-in has listed, in place of what it listed before.
    pub fn take_listing(&self, listing: PortalListing) {
        self.drop_listing(&listing.portal);
        self.listings().push(listing);
        self.settings_changed();
    }

    /// One is signed out: what that sign-in listed is no longer shown.
    pub fn forget_listing(&self, portal: &Portal) {
        self.drop_listing(portal);
        self.settings_changed();
    }

    /// What a sign-in at a SAML provider has given, in place of what it gave before.
    pub fn take_saml(&self, listing: SamlListing) {
        let mut saml = self.saml();
        saml.retain(|known| known.provider.name != listing.provider.name);
        saml.push(listing);
        drop(saml);
        self.settings_changed();
    }

    /// One is signed out of the SAML provider of this name: what it gave is no longer shown.
    pub fn forget_saml(&self, provider: &str) {
        self.saml().retain(|known| known.provider.name != provider);
        self.settings_changed();
    }

    /// The roles that the last sign-in at `provider` gave; `None` before the first.
    pub fn saml_roles(&self, provider: &SamlProvider) -> Option<Vec<RoleArn>> {
        let saml = self.saml();
        let listing = saml.iter().find(|known| known.provider == *provider)?;
        Some(listing.told.roles.iter().map(|(role, _)| role.clone()).collect())
    }

    /// What `id` is called: by the person, else by a team, else by a sign-in that lists it.
    pub fn account_name(&self, id: AccountId) -> Option<String> {
        let about = self.accounts();
        let name = about.get(&id)?.name.clone();
        name.filter(|name| !name.trim().is_empty())
    }

    fn drop_listing(&self, portal: &Portal) {
        self.listings().retain(|listing| listing.portal != *portal);
    }

    /// The profiles that a session's keys were written into, in place of those before.
    pub fn set_written(&self, written: BTreeMap<String, WrittenKeys>) {
        *self.written() = written;
        self.settings_changed();
    }

    fn written(&self) -> MutexGuard<'_, BTreeMap<String, WrittenKeys>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn vault_keys(&self) -> MutexGuard<'_, BTreeMap<String, VaultKey>> {
        self.vault_keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn saml(&self) -> MutexGuard<'_, Vec<SamlListing>> {
        self.saml.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn listings(&self) -> MutexGuard<'_, Vec<PortalListing>> {
        self.listings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has `changed` called after each change of `caller`'s files, for as long as what is returned is held. Who watches
    /// the same files shares one watch.
    pub fn watch(
        &self,
        caller: &CallerContext,
        changed: impl FnMut() + Send + 'static,
    ) -> Option<Arc<Watch>> {
        let files = Locations::of_caller(caller).both().map(|file| file.path.clone());
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        watched.retain(|_, watch| watch.strong_count() > 0);
        if let Some(shared) = watched.get(&files).and_then(Weak::upgrade) {
            return Some(shared);
        }
        match Watch::start(files.to_vec(), changed) {
            Ok(watch) => {
                let watch = Arc::new(watch);
                watched.insert(files, Arc::downgrade(&watch));
                Some(watch)
            }
            Err(why) => {
                tracing::warn!(%why, "changes of the shared files show late");
                None
            }
        }
    }
}

fn besides(choices: &Choices, listings: Vec<PortalListing>, teams: Vec<TeamCatalog>) -> Besides {
    let said = choices.now();
    let of_roles = said.roles.iter();
    Besides {
        accounts: said.accounts(),
        added: said.added_roles.clone(),
        roles: of_roles.map(|(key, role)| (key.clone(), role.clone())).collect(),
        teams,
        listings,
        ..Besides::default()
    }
}
