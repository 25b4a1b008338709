//! Signing in to IAM Identity Center: one sign-in per portal at a time, its token, and what it lists.
//!
//! Invariants: a token is read from the AWS CLI's own cache each time, so that whoever signed in or out there has done
//! so here; it is refreshed by one process at a time; a person is asked by one page at a time; a token that AWS has
//! refused is not sent again.

mod begin;
mod flow;
mod listing;
mod loopback;
mod pending;
mod role;
mod rows;
mod token;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use hatrack_core::broker::{Random, reach};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, PortalEntry};
use hatrack_core::expiry::Clock;
use hatrack_core::identity_center::{IdentityCenter, Portal, PortalReach};
use hatrack_core::secret::Secret;
use hatrack_store::kept::Kept;
use hatrack_store::listings::Listed;
use hatrack_store::settings::SignInStore;
use hatrack_store::sso_cache::{SealedSignIns, SsoCache};

use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::protocol::Topic;
use crate::sessions::{Mailbox, VaultSlot};

pub use begin::SignInFailure;
use listing::Standings;
use pending::Desk;

/// Every sign-in of this home.
#[derive(Clone)]
pub struct SignIns(Arc<Inner>);

struct Inner {
    center: Arc<dyn IdentityCenter>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    catalogs: Arc<Catalogs>,
    choices: Arc<Choices>,
    sealed: SealedSignIns,
    listings: Kept<Listed>,
    /// Known once the keeper runs.
    mailbox: OnceLock<Mailbox>,
    desk: Mutex<Desk>,
    standings: Mutex<Standings>,
    /// One refresh at a time in this process; the cache's own lock holds off the others.
    refreshing: Mutex<HashMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>,
    refused: Mutex<Vec<Secret>>,
}

/// What sign-ins have from outside.
pub struct Wiring {
    /// IAM Identity Center.
    pub center: Arc<dyn IdentityCenter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Names of sign-ins.
    pub random: Arc<dyn Random>,
    /// The callers' files.
    pub catalogs: Arc<Catalogs>,
    /// Where sign-ins are to be kept.
    pub choices: Arc<Choices>,
    /// Where they are kept that are Hatrack's alone.
    pub vault: VaultSlot,
    /// What was listed before.
    pub listings: Kept<Listed>,
}

impl SignIns {
    /// Shows what was listed the last time at once. Blocks shortly.
    pub fn new(wiring: Wiring) -> Self {
        let listed = wiring.listings.all(wiring.clock.now().wall);
        let standings = Standings::of(&listed);
        for known in listed {
            wiring.catalogs.take_listing(known.listing);
        }
        Self(Arc::new(Inner {
            center: wiring.center,
            clock: wiring.clock,
            random: wiring.random,
            catalogs: wiring.catalogs,
            choices: wiring.choices,
            sealed: SealedSignIns::new(wiring.vault),
            listings: wiring.listings,
            mailbox: OnceLock::new(),
            desk: Mutex::default(),
            standings: Mutex::new(standings),
            refreshing: Mutex::default(),
            refused: Mutex::default(),
        }))
    }

    /// From here on, changes are told to `mailbox`, and history is written.
    pub fn tell(&self, mailbox: Mailbox) {
        // A second one would be of the same keeper.
        let _ = self.0.mailbox.set(mailbox);
    }

    fn changed(&self, topics: &[Topic]) {
        if let Some(mailbox) = self.0.mailbox.get() {
            mailbox.changed(topics);
        }
    }

    /// The entry of `portal` in the caller's files; with nothing set where they no longer name it.
    fn settings(&self, portal: &Portal, caller: &CallerContext) -> EntrySettings {
        let loaded = self.0.catalogs.of(caller);
        let entry = loaded
            .catalog
            .portals
            .iter()
            .find(|entry| entry.portal == *portal);
        entry.map(|entry| entry.settings.clone()).unwrap_or_default()
    }

    /// Where the caller's sign-ins are: in the AWS CLI's cache, or in the vault where the person wants that.
    fn cache_of(&self, caller: &CallerContext) -> Result<SsoCache, NoHome> {
        match self.0.choices.now().sign_ins {
            SignInStore::Shared => SsoCache::of_caller(caller).ok_or(NoHome),
            SignInStore::Vault => Ok(SsoCache::in_vault(self.0.sealed.clone())),
        }
    }

    /// Everywhere that sign-ins of the caller may be, first where they are kept now.
    fn caches_of(&self, caller: &CallerContext) -> Result<Vec<SsoCache>, NoHome> {
        let now = self.cache_of(caller)?;
        let shared = SsoCache::of_caller(caller);
        let others = shared
            .into_iter()
            .chain([SsoCache::in_vault(self.0.sealed.clone())]);
        let others = others.filter(|other| *other != now).collect::<Vec<_>>();
        Ok(std::iter::once(now).chain(others).collect())
    }

    fn new_id(&self) -> String {
        let mut bytes = [0; 8];
        self.0.random.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.0.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn standings(&self) -> MutexGuard<'_, Standings> {
        self.0.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The caller has no home folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home folder is set, in which the AWS CLI keeps sign-ins; set HOME")]
struct NoHome;

/// Where the services of `portal` are for this caller.
fn reach_of(portal: &Portal, settings: &EntrySettings, caller: &CallerContext) -> PortalReach {
    PortalReach {
        oidc: reach(settings, caller, &portal.region, "sso_oidc"),
        portal: reach(settings, caller, &portal.region, "sso"),
    }
}

/// The same, for an entry of the catalog.
fn reach_of_entry(entry: &PortalEntry, caller: &CallerContext) -> PortalReach {
    reach_of(&entry.portal, &entry.settings, caller)
}
