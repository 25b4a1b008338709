//! Signing in at SAML providers: one sign-in per provider at a time, the assertion that it gives, and the roles in it.
//!
//! Invariants: an assertion lives in this process's memory alone and goes to STS alone; it is cleared when it has ended,
//! was refused, or another one came; a sign-in takes one.

mod begin;
mod giving;
mod pending;
mod role;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use hatrack_core::broker::Random;
use hatrack_core::expiry::Clock;
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::portal_view::{PortalStateView, PortalView};
use hatrack_core::saml::{Assertion, SamlProvider};
use hatrack_store::kept::Kept;
use hatrack_store::saml::SamlListed;
use jiff::Timestamp;

use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::protocol::Topic;
use crate::sessions::Mailbox;
pub(crate) use begin::is_ours;
use pending::Desk;

/// How often it is looked whether an assertion has ended.
const LOOK: Duration = Duration::from_secs(30);

/// Every sign-in of this home at a SAML provider.
#[derive(Clone)]
pub struct SamlSignIns(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    catalogs: Arc<Catalogs>,
    choices: Arc<Choices>,
    listings: Kept<SamlListed>,
    /// Known once the keeper runs.
    mailbox: OnceLock<Mailbox>,
    desk: Mutex<Desk>,
    held: Mutex<HashMap<SamlProvider, Assertion>>,
    listed_at: Mutex<HashMap<SamlProvider, Timestamp>>,
}

/// What these sign-ins have from outside.
pub struct Wiring {
    /// Time, by AWS's clock: an assertion ends by that.
    pub clock: Arc<dyn Clock>,
    /// Names of sign-ins.
    pub random: Arc<dyn Random>,
    /// The callers' catalogs.
    pub catalogs: Arc<Catalogs>,
    /// The providers that the person named.
    pub choices: Arc<Choices>,
    /// What was given before.
    pub listings: Kept<SamlListed>,
}

impl SamlSignIns {
    /// Shows what was given the last time at once. Blocks shortly.
    pub fn new(wiring: Wiring) -> Self {
        let mut listed_at = HashMap::new();
        let known = wiring.choices.now().saml_providers.clone();
        for SamlListed { at, listing } in wiring.listings.all(wiring.clock.now().wall) {
            // A provider that was removed, or changed, while nobody could take its list away gives nothing.
            if known.contains(&listing.provider) {
                listed_at.insert(listing.provider.clone(), at);
                wiring.catalogs.take_saml(listing);
            }
        }
        Self(Arc::new(Inner {
            clock: wiring.clock,
            random: wiring.random,
            catalogs: wiring.catalogs,
            choices: wiring.choices,
            listings: wiring.listings,
            mailbox: OnceLock::new(),
            desk: Mutex::default(),
            held: Mutex::default(),
            listed_at: Mutex::new(listed_at),
        }))
    }

    /// From here on, changes are told to `mailbox`, and history is written.
    pub fn tell(&self, mailbox: Mailbox) {
        // A second one would be of the same keeper.
        let _ = self.0.mailbox.set(mailbox);
    }

    /// The provider of this name.
    pub fn provider(&self, name: &str) -> Option<SamlProvider> {
        let choices = self.0.choices.now();
        let found = choices.saml_providers.iter().find(|known| known.name == name);
        found.cloned()
    }

    /// How one stands with each provider.
    pub fn states(&self) -> Vec<PortalStateView> {
        let choices = self.0.choices.now();
        choices
            .saml_providers
            .iter()
            .map(|provider| self.state(provider))
            .collect()
    }

    fn state(&self, provider: &SamlProvider) -> PortalStateView {
        let roles = self.0.catalogs.saml_roles(provider);
        let accounts = roles.as_ref().map(|roles| {
            let accounts: std::collections::HashSet<_> = roles.iter().map(|role| role.account()).collect();
            accounts.len()
        });
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        PortalStateView {
            portal: PortalView::from(provider),
            signed_in_until: self.good_until(provider),
            refreshes: false,
            left_elsewhere: false,
            accounts: accounts.map(count),
            roles: roles.map(|roles| count(roles.len())),
            listed_at: locked(&self.0.listed_at).get(provider).copied(),
            listing: false,
            error: None,
        }
    }

    /// The assertion of `provider`, if there is one that has not ended.
    fn good(&self, provider: &SamlProvider) -> Option<Assertion> {
        self.held().get(provider).cloned()
    }

    /// When the assertion of `provider` ends, if there is one that has not.
    fn good_until(&self, provider: &SamlProvider) -> Option<Timestamp> {
        self.held().get(provider).map(|assertion| assertion.told.ends)
    }

    /// The assertions that have not ended. Those that have are cleared.
    fn held(&self) -> MutexGuard<'_, HashMap<SamlProvider, Assertion>> {
        let now = self.0.clock.now().wall;
        let mut held = locked(&self.0.held);
        held.retain(|_, assertion| assertion.told.ends > now);
        held
    }

    /// Clears the assertion of `provider` that ends `at`, whether anybody asks for it then or not.
    fn clear_at_its_end(&self, provider: &SamlProvider, at: Timestamp) {
        let (weak, provider) = (Arc::downgrade(&self.0), provider.clone());
        tokio::spawn(async move {
            while let Some(left) = left(&weak, &provider, at) {
                // The clock may be set, or found to be wrong, meanwhile.
                tokio::time::sleep(left.min(LOOK)).await;
            }
        });
    }

    fn changed(&self, topics: &[Topic]) {
        if let Some(mailbox) = self.0.mailbox.get() {
            mailbox.changed(topics);
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        locked(&self.0.desk)
    }

    /// Writes that one signed in or out, or why not.
    fn write(&self, what: &'static str, provider: &SamlProvider, client: &str, error: Option<String>) {
        debug_assert!(matches!(what, event::SIGN_IN | event::SIGN_OUT));
        let Some(mailbox) = self.0.mailbox.get() else {
            return;
        };
        let came = if error.is_none() {
            outcome::OK
        } else {
            outcome::FAILED
        };
        mailbox.write(HistoryRow {
            id: 0,
            at: self.0.clock.now().wall,
            event: what.to_owned(),
            outcome: came.to_owned(),
            account_id: None,
            account_name: None,
            role_name: None,
            arn: None,
            profile: None,
            session_id: None,
            duration_s: None,
            call_ms: None,
            request_id: None,
            error,
            client: client.to_owned(),
            detail: Some(provider.name.clone()),
        });
    }
}

/// How long the assertion of `provider` that ends `at` is still good; `None` where it has gone, or has now been cleared.
fn left(of: &Weak<Inner>, provider: &SamlProvider, at: Timestamp) -> Option<Duration> {
    let sign_ins = SamlSignIns(of.upgrade()?);
    let is_it = |assertion: &Assertion| assertion.told.ends == at;
    if !locked(&sign_ins.0.held).get(provider).is_some_and(is_it) {
        return None;
    }
    if sign_ins.good_until(provider).is_none() {
        sign_ins.changed(&[Topic::Portals]);
        return None;
    }
    let left = at.duration_since(sign_ins.0.clock.now().wall);
    // Never nothing: a timer counts in milliseconds.
    Some(left.unsigned_abs().max(Duration::from_millis(10)))
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
