//! The token of a sign-in: read, refreshed, refused.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::CallerContext;
use hatrack_core::identity_center::{Portal, PortalReach};
use hatrack_core::portal_view::PortalView;
use hatrack_core::secret::Secret;
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::NeedView;
use hatrack_store::sso_cache::{SsoCache, StoredToken};
use jiff::{SignedDuration, Timestamp};

use super::SignIns;
use crate::protocol::Topic;

/// A token with less left is refreshed where it can be: as the AWS CLI does it.
const REFRESH_BELOW: SignedDuration = SignedDuration::from_mins(15);

/// A token with less left may end before the request arrives.
const USED_ABOVE: SignedDuration = SignedDuration::from_secs(30);

/// Tokens that AWS has refused, remembered so that none is sent twice.
const REFUSED_KEPT: usize = 32;

/// What a token is good for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// It serves.
    Good,
    /// It can be had anew without the person; `serves` meanwhile.
    Refresh {
        /// Whether it still serves itself.
        serves: bool,
    },
    /// The person has to sign in.
    Over,
}

impl SignIns {
    /// The access token of `portal`, refreshed where that is due; a need where the person has to sign in.
    pub(super) async fn token(
        &self,
        portal: &Portal,
        reach: &PortalReach,
        caller: &CallerContext,
    ) -> Result<Secret, IdentityFailure> {
        let cache = self
            .cache_of(caller)
            .map_err(|why| IdentityFailure::Missing(why.to_string()))?;
        self.token_in(&cache, portal, reach).await
    }

    /// The same, of one cache.
    pub(super) async fn token_in(
        &self,
        cache: &SsoCache,
        portal: &Portal,
        reach: &PortalReach,
    ) -> Result<Secret, IdentityFailure> {
        match self.stored(cache, portal).await? {
            Some((stored, Standing::Good)) => Ok(stored.token.access_token),
            Some((_, Standing::Refresh { .. })) => self.refreshed(cache, portal, reach).await,
            Some((_, Standing::Over)) | None => Err(needs(portal)),
        }
    }

    /// The token in the cache, and what it is good for.
    pub(super) async fn stored(
        &self,
        cache: &SsoCache,
        portal: &Portal,
    ) -> Result<Option<(StoredToken, Standing)>, IdentityFailure> {
        let (cache, of) = (cache.clone(), portal.clone());
        let read = tokio::task::spawn_blocking(move || cache.read(&of)).await;
        let stored = match read {
            Ok(Ok(stored)) => stored,
            Ok(Err(why)) => return Err(IdentityFailure::Missing(why.to_string())),
            Err(why) => {
                return Err(IdentityFailure::Missing(format!(
                    "the sign-in could not be read: {why}"
                )));
            }
        };
        let now = self.0.clock.now().wall;
        Ok(stored.map(|stored| {
            let refused = self.was_refused(&stored.token.access_token);
            let standing = judge(&stored, now, refused);
            (stored, standing)
        }))
    }

    /// The token after a refresh, which one process at a time makes: who waited finds it made.
    async fn refreshed(
        &self,
        cache: &SsoCache,
        portal: &Portal,
        reach: &PortalReach,
    ) -> Result<Secret, IdentityFailure> {
        let turn = self.turn(cache.path(portal));
        let _turn = turn.lock().await;
        let locked = cache.lock(portal).await;
        let locked = locked.map_err(|why| IdentityFailure::Missing(why.to_string()))?;
        let (stored, serves) = match self.stored(cache, portal).await? {
            Some((stored, Standing::Good)) => return Ok(stored.token.access_token),
            Some((stored, Standing::Refresh { serves })) => (stored, serves),
            Some((_, Standing::Over)) | None => return Err(needs(portal)),
        };
        let (Some(refresh_token), Some(registration)) = (&stored.token.refresh_token, &stored.registration)
        else {
            return Err(needs(portal));
        };
        let answer = self
            .0
            .center
            .refresh(&reach.oidc, registration, refresh_token)
            .await;
        let token = match answer {
            Ok(token) => token,
            Err(failure) if serves => {
                tracing::warn!(%failure, "a sign-in was not refreshed; it still serves");
                return Ok(stored.token.access_token);
            }
            Err(AwsFailure::Refused(refusal))
                if (400..500).contains(&refusal.status) && refusal.status != 429 =>
            {
                tracing::info!(%refusal, "a sign-in cannot be refreshed any more");
                return Err(needs(portal));
            }
            Err(failure) => return Err(IdentityFailure::Aws(failure)),
        };
        let access_token = token.access_token.clone();
        let kept = StoredToken {
            // AWS leaves it out where the old one stays good.
            token: hatrack_core::identity_center::SignInToken {
                refresh_token: token.refresh_token.or(stored.token.refresh_token),
                ..token
            },
            registration: stored.registration,
        };
        let written = tokio::task::spawn_blocking(move || locked.write(&kept)).await;
        if let Ok(Err(why)) = written {
            // The token is good all the same; the next one will be refreshed once more, or asked for.
            tracing::warn!(%why, "a refreshed sign-in was not kept");
        }
        self.changed(&[Topic::Portals]);
        Ok(access_token)
    }

    fn turn(&self, path: PathBuf) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.refreshing.lock().unwrap_or_else(PoisonError::into_inner);
        turns.entry(path).or_default().clone()
    }

    /// AWS has refused `token`: it is over, whatever its end says.
    pub(super) fn refuse(&self, token: &Secret) {
        if self.was_refused(token) {
            return;
        }
        let mut refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.push(token.clone());
        if refused.len() > REFUSED_KEPT {
            refused.remove(0);
        }
    }

    fn was_refused(&self, token: &Secret) -> bool {
        let refused = self.0.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.contains(token)
    }
}

pub(super) fn judge(stored: &StoredToken, now: Timestamp, refused: bool) -> Standing {
    let left = if refused {
        SignedDuration::ZERO
    } else {
        stored.token.expires_at.duration_since(now)
    };
    let refreshes = stored.token.refresh_token.is_some()
        && stored
            .registration
            .as_ref()
            .is_some_and(|client| client.expires_at > now);
    match (left > REFRESH_BELOW, refreshes) {
        (true, _) => Standing::Good,
        (false, true) => Standing::Refresh {
            serves: left > USED_ABOVE,
        },
        (false, false) if left > USED_ABOVE => Standing::Good,
        (false, false) => Standing::Over,
    }
}

/// The person is to sign in.
pub(super) fn needs(portal: &Portal) -> IdentityFailure {
    IdentityFailure::Needs(Box::new(NeedView::SignIn {
        portal: PortalView::from(portal),
    }))
}
