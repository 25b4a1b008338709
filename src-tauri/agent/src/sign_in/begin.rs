//! Beginning a sign-in, waiting for it, giving it up, and signing out.

use hatrack_core::broker::EndpointRules;
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::PortalEntry;
use hatrack_core::history::event;
use hatrack_core::identity_center::{Grant, Portal, PortalReach, is_portal_of_aws};
use hatrack_core::portal_view::SignInOutcome;
use hatrack_core::saml::NotUsable;
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::NeedView;
use hatrack_store::sso_cache::SsoCache;

use super::flow::Begun;
use super::pending::{State, Whose};
use super::token::Standing;
use super::{SignIns, reach_of_entry};
use crate::protocol::{SignInRequest, Topic};

/// Why a sign-in did not come about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInFailure {
    /// No portal, and no profile of one, has that name.
    #[error(
        "there is no sign-in \"{0}\"; add an [sso-session {0}] with sso_start_url and sso_region to the shared config, or a \
         SAML provider with `hat saml add`"
    )]
    Unknown(String),
    /// It is over, or was never begun.
    #[error("that sign-in is over; sign in again")]
    Gone,
    /// The person gave it up.
    #[error("the sign-in was given up")]
    Cancelled,
    /// The person did not finish in time.
    #[error("the sign-in page was not finished in time; sign in again")]
    TooLate,
    /// The person or AWS said no on the page.
    #[error("the sign-in was refused on its page ({0}); sign in again, or ask who administers the portal")]
    Refused(String),
    /// No port could be opened for the answer, no random numbers had, or the cache not written.
    #[error("the sign-in could not be carried out: {0}")]
    Local(String),
    /// What a SAML provider gave is of no use.
    #[error("{0}")]
    Saml(#[from] NotUsable),
    /// The service failed or refused.
    #[error("{0}")]
    Aws(AwsFailure),
}

impl From<AwsFailure> for SignInFailure {
    fn from(failure: AwsFailure) -> Self {
        Self::Aws(failure)
    }
}

pub(super) fn local(why: impl std::fmt::Display) -> SignInFailure {
    SignInFailure::Local(why.to_string())
}

impl SignIns {
    /// Begins to sign in, or joins the sign-in under way.
    pub async fn begin(
        &self,
        entry: &PortalEntry,
        request: &SignInRequest,
        caller: &CallerContext,
        rules: &EndpointRules,
    ) -> Result<SignInOutcome, SignInFailure> {
        let reach = reach_of_entry(entry, caller);
        let addresses = [
            Some(entry.portal.start_url.as_str()).filter(|url| !is_portal_of_aws(url)),
            reach.oidc.endpoint.as_deref(),
            reach.portal.endpoint.as_deref(),
        ];
        if let Some(endpoint) = addresses
            .into_iter()
            .find_map(|address| rules.check(address).err())
        {
            let need = NeedView::EndpointConsent { endpoint };
            return Ok(SignInOutcome::Needs { need });
        }
        let cache = self.cache_of(caller).map_err(local)?;
        let whose = Whose {
            portal: entry.portal.clone(),
            cache: cache.path(&entry.portal),
        };
        let beginning = self.desk().beginning(&whose);
        let _beginning = beginning.lock().await;
        if !request.anew && self.serves(&cache, &entry.portal, &reach, caller).await {
            return Ok(SignInOutcome::SignedIn);
        }
        let now = self.0.clock.now().boot;
        let joined = {
            let desk = self.desk();
            let same_way = desk
                .of(&whose)
                .filter(|pending| !request.device || pending.by_device());
            same_way.map(|pending| pending.view(now, false))
        };
        if let Some(sign_in) = joined {
            return Ok(SignInOutcome::Waiting { sign_in });
        }
        let grant = if request.device {
            Grant::DeviceCode
        } else {
            Grant::AuthorizationCode
        };
        let begun = Begun {
            sign_ins: self.clone(),
            whose,
            reach,
            cache,
            client: caller.client,
        };
        let registration = begun.registration(grant).await?;
        let sign_in = match grant {
            Grant::AuthorizationCode => begun.by_browser(registration).await?,
            Grant::DeviceCode => begun.by_device(registration).await?,
        };
        Ok(SignInOutcome::Waiting { sign_in })
    }

    /// Whether one is signed in already, or is after a refresh.
    async fn serves(
        &self,
        cache: &SsoCache,
        portal: &Portal,
        reach: &PortalReach,
        caller: &CallerContext,
    ) -> bool {
        match self.stored(cache, portal).await {
            Ok(Some((_, Standing::Good))) => true,
            Ok(Some((_, Standing::Refresh { .. }))) => self.token(portal, reach, caller).await.is_ok(),
            _ => false,
        }
    }

    /// Waits until a sign-in has ended.
    pub async fn wait(&self, id: &str) -> Result<(), SignInFailure> {
        let mut id = id.to_owned();
        loop {
            let mut watch = self.desk().watch(&id).ok_or(SignInFailure::Gone)?;
            let over = |state: &State| !matches!(state, State::Waiting);
            let state = watch.wait_for(over).await.map(|state| state.clone());
            match state {
                Ok(State::Ended(result)) => return result,
                Ok(State::Replaced(by)) => id = by,
                Ok(State::Waiting) | Err(_) => return Err(SignInFailure::Gone),
            }
        }
    }

    /// Gives a sign-in up.
    pub fn cancel(&self, id: &str) {
        self.desk().end(id, Err(SignInFailure::Cancelled));
        self.changed(&[Topic::Portals]);
    }

    /// Signs out: at AWS, for every program on this computer, and in what is listed.
    ///
    /// Wherever sign-ins are kept now: those that were left in the other place end as well.
    pub async fn sign_out(&self, entry: &PortalEntry, caller: &CallerContext) -> Result<(), SignInFailure> {
        let portal = &entry.portal;
        let reach = reach_of_entry(entry, caller);
        let mut failed = None;
        for cache in self.caches_of(caller).map_err(local)? {
            let ended = self.end_in(&cache, portal, &reach).await;
            failed = failed.or(ended.err());
        }
        self.unlist(portal).await;
        self.write(
            event::SIGN_OUT,
            portal,
            caller.client,
            failed.as_ref().map(ToString::to_string),
        );
        self.changed(&[Topic::Portals, Topic::Catalog]);
        failed.map_or(Ok(()), Err)
    }

    /// Ends the sign-in of one cache at AWS, and removes it.
    async fn end_in(
        &self,
        cache: &SsoCache,
        portal: &Portal,
        reach: &PortalReach,
    ) -> Result<(), SignInFailure> {
        if !cache.may_hold(portal) {
            return Ok(());
        }
        let locked = cache.lock(portal).await.map_err(local)?;
        let stored = self.stored(cache, portal).await.map_err(local)?;
        let told = match &stored {
            Some((stored, _)) => {
                self.0
                    .center
                    .log_out(&reach.portal, &stored.token.access_token)
                    .await
            }
            None => Ok(()),
        };
        let removed = tokio::task::spawn_blocking(move || locked.remove()).await;
        // What is gone from this computer cannot be used here, whatever AWS says; that it may live on is said.
        match (removed, told) {
            (Ok(Err(why)), _) => Err(local(why)),
            (Err(why), _) => Err(local(why)),
            (Ok(Ok(_)), Err(AwsFailure::Refused(refusal))) if refusal.status == 401 => Ok(()),
            (Ok(Ok(_)), told) => told.map_err(SignInFailure::Aws),
        }
    }
}
