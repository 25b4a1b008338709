//! What a sign-in lists: shown from the last time at once, and listed anew behind it.

use std::collections::HashMap;

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::PortalEntry;
use hatrack_core::identity_center::{Portal, PortalListing, PortalReach};
use hatrack_core::portal_view::{PortalStateView, PortalView};
use hatrack_core::sts::AwsFailure;
use hatrack_store::listings::Listed;
use hatrack_store::sso_cache::SsoCache;
use jiff::{SignedDuration, Timestamp};

use super::token::Standing;
use super::{SignIns, reach_of_entry};
use crate::protocol::Topic;

/// A listing is made anew behind the shown one when it is older.
const STALE_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// After a failure, the next try by itself waits this long.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// How the listing of each portal stands.
#[derive(Debug, Default)]
pub(super) struct Standings(HashMap<Portal, Listing>);

#[derive(Debug, Clone, Default)]
struct Listing {
    running: bool,
    tried_at: Option<Timestamp>,
    listed_at: Option<Timestamp>,
    accounts: Option<usize>,
    roles: usize,
    error: Option<String>,
}

impl Listing {
    fn take(&mut self, listing: &PortalListing, at: Timestamp) {
        self.listed_at = Some(at);
        self.accounts = Some(listing.accounts.len());
        self.roles = listing.accounts.iter().map(|account| account.roles.len()).sum();
        self.error = None;
    }

    fn is_due(&self, now: Timestamp) -> bool {
        let older = |at: Option<Timestamp>, than| at.is_none_or(|at| now.duration_since(at).abs() > than);
        !self.running && older(self.listed_at, STALE_AFTER) && older(self.tried_at, TRY_AGAIN_AFTER)
    }
}

impl Standings {
    /// As the listings of the last time have it.
    pub(super) fn of(listed: &[Listed]) -> Self {
        let mut standings = Self::default();
        for known in listed {
            let standing = standings.0.entry(known.listing.portal.clone()).or_default();
            standing.take(&known.listing, known.at);
        }
        standings
    }
}

impl SignIns {
    /// Lists anew, behind what is shown, the portals whose listing is old and where one is signed in.
    pub fn list_stale(&self, entries: &[PortalEntry], caller: &CallerContext) {
        let Ok(own) = self.cache_of(caller) else { return };
        let now = self.0.clock.now().wall;
        for entry in entries {
            let mut standings = self.standings();
            let standing = standings.0.entry(entry.portal.clone()).or_default();
            if !standing.is_due(now) {
                continue;
            }
            standing.tried_at = Some(now);
            drop(standings);
            let (sign_ins, portal) = (self.clone(), entry.portal.clone());
            let (reach, cache) = (reach_of_entry(entry, caller), own.clone());
            tokio::spawn(async move {
                if let Ok(Some((_, Standing::Good | Standing::Refresh { .. }))) =
                    sign_ins.stored(&cache, &portal).await
                {
                    sign_ins.list(&portal, &reach, &cache);
                }
            });
        }
    }

    /// Lists the portal that a person asks for, whatever its age.
    pub fn list_now(&self, entry: &PortalEntry, caller: &CallerContext) {
        let reach = reach_of_entry(entry, caller);
        if let Ok(cache) = self.cache_of(caller) {
            self.list(&entry.portal, &reach, &cache);
        }
    }

    /// Lists `portal`, beside everything else; one listing of it at a time.
    pub(super) fn list(&self, portal: &Portal, reach: &PortalReach, cache: &SsoCache) {
        {
            let mut standings = self.standings();
            let standing = standings.0.entry(portal.clone()).or_default();
            if standing.running {
                return;
            }
            standing.running = true;
            standing.tried_at = Some(self.0.clock.now().wall);
        }
        self.changed(&[Topic::Portals]);
        let (sign_ins, portal, reach, cache) = (self.clone(), portal.clone(), reach.clone(), cache.clone());
        tokio::spawn(async move {
            let listed = sign_ins.listed(&portal, &reach, &cache).await;
            sign_ins.listing_ended(&portal, listed).await;
        });
    }

    async fn listed(
        &self,
        portal: &Portal,
        reach: &PortalReach,
        cache: &SsoCache,
    ) -> Result<PortalListing, String> {
        let token = self
            .token_in(cache, portal, reach)
            .await
            .map_err(|why| why.to_string())?;
        let listing = self.0.center.listing(&reach.portal, &token, portal).await;
        listing.map_err(|failure| {
            if let AwsFailure::Refused(refusal) = &failure
                && refusal.status == 401
            {
                self.refuse(&token);
            }
            failure.to_string()
        })
    }

    async fn listing_ended(&self, portal: &Portal, listed: Result<PortalListing, String>) {
        let at = self.0.clock.now().wall;
        let kept = {
            let mut standings = self.standings();
            let standing = standings.0.entry(portal.clone()).or_default();
            standing.running = false;
            match listed {
                Ok(listing) => {
                    standing.take(&listing, at);
                    Some(Listed { at, listing })
                }
                Err(why) => {
                    tracing::warn!(portal = portal.name(), %why, "a portal was not listed");
                    standing.error = Some(why);
                    None
                }
            }
        };
        if let Some(listed) = kept {
            self.0.catalogs.take_listing(listed.listing.clone());
            let listings = self.0.listings.clone();
            let written = tokio::task::spawn_blocking(move || listings.put(&listed)).await;
            if let Ok(Err(why)) = written {
                tracing::warn!(%why, "a listing was not kept; the next start lists anew");
            }
        }
        self.changed(&[Topic::Portals, Topic::Catalog]);
    }

    /// One is signed out: what was listed is not shown any more, nor kept.
    pub(super) async fn unlist(&self, portal: &Portal) {
        self.standings().0.remove(portal);
        self.0.catalogs.forget_listing(portal);
        let (listings, of) = (self.0.listings.clone(), Listed::name_of(portal));
        let forgotten = tokio::task::spawn_blocking(move || listings.forget(&of)).await;
        if let Ok(Err(why)) = forgotten {
            tracing::warn!(%why, "a listing is still kept");
        }
    }

    /// How one stands with each portal.
    pub async fn states(&self, entries: &[PortalEntry], caller: &CallerContext) -> Vec<PortalStateView> {
        let caches = self.caches_of(caller).unwrap_or_default();
        let mut states = Vec::with_capacity(entries.len());
        for entry in entries {
            let mut stored = None;
            let mut left_elsewhere = false;
            for (at, cache) in caches.iter().enumerate() {
                let found = self.stored(cache, &entry.portal).await.ok().flatten();
                match at {
                    0 => stored = found,
                    _ => left_elsewhere |= found.is_some_and(|(_, standing)| standing != Standing::Over),
                }
            }
            let known = self.standings().0.get(&entry.portal).cloned().unwrap_or_default();
            let refreshes = matches!(&stored, Some((stored, standing))
                if *standing != Standing::Over && stored.token.refresh_token.is_some() && stored.registration.is_some());
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            states.push(PortalStateView {
                portal: PortalView::from(&entry.portal),
                signed_in_until: stored
                    .filter(|(_, standing)| *standing != Standing::Over)
                    .map(|(stored, _)| stored.token.expires_at),
                refreshes,
                left_elsewhere,
                accounts: known.accounts.map(count),
                roles: known.accounts.map(|_| count(known.roles)),
                listed_at: known.listed_at,
                listing: known.running,
                error: known.error,
            });
        }
        states
    }
}
