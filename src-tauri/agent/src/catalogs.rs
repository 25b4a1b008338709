//! The catalog of each caller, by the files that the caller's environment names.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hatrack_core::account::AccountId;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::Besides;
use hatrack_core::expiry::Clock;
use hatrack_core::identity_center::{Portal, PortalListing};
use hatrack_store::aws_files::{AwsFiles, Loaded, Locations, Watch};

use crate::choices::Choices;

/// Every caller's catalog.
pub struct Catalogs {
    clock: Arc<dyn Clock>,
    choices: Arc<Choices>,
    listings: Mutex<Vec<PortalListing>>,
    files: Mutex<AwsFiles>,
    watched: Mutex<HashMap<[PathBuf; 2], Weak<Watch>>>,
}

impl Catalogs {
    /// Nothing is read before it is asked for.
    pub fn new(clock: Arc<dyn Clock>, choices: Arc<Choices>) -> Self {
        let files = AwsFiles::new(besides(&choices, Vec::new()));
        Self {
            clock,
            choices,
            listings: Mutex::default(),
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
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.set_besides(besides(&self.choices, listings));
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

    /// What `id` is called: by the person, else by a sign-in that lists it.
    pub fn account_name(&self, id: AccountId) -> Option<String> {
        let written = |name: &String| !name.trim().is_empty();
        let said = self.choices.now().accounts.get(&id).and_then(|said| said.name.clone());
        said.filter(written).or_else(|| {
            let listings = self.listings();
            let mut accounts = listings.iter().flat_map(|listing| &listing.accounts);
            accounts.find(|account| account.id == id)?.name.clone().filter(written)
        })
    }

    fn drop_listing(&self, portal: &Portal) {
        self.listings().retain(|listing| listing.portal != *portal);
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

fn besides(choices: &Choices, listings: Vec<PortalListing>) -> Besides {
    let said = choices.now();
    Besides {
        accounts: said.accounts(),
        added: said.added_roles.clone(),
        listings,
    }
}
