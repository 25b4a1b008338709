//! The two ways through a sign-in: by the browser's redirect, and by a device code.

use std::time::Duration;

use hatrack_core::caller::Client;
use hatrack_core::expiry::BootTime;
use hatrack_core::history::event;
use hatrack_core::identity_center::{
    DeviceCode, Grant, Poll, PortalReach, Redirect, Registration, SignInToken,
};
use hatrack_core::portal_view::SignInView;
use hatrack_core::secret::Secret;
use hatrack_core::sts::AwsFailure;
use hatrack_store::sso_cache::{SsoCache, StoredToken};
use jiff::SignedDuration;
use tokio::sync::watch;

use super::SignIns;
use super::begin::{SignInFailure, local};
use super::loopback::{Landed, Loopback};
use super::pending::{Pending, State, Whose};
use crate::machine::secret_text;
use crate::protocol::Topic;

/// How long a sign-in page is waited for.
const PERSON_WITHIN: Duration = Duration::from_secs(5 * 60);

/// A registration that ends sooner is made anew: the sign-in is to be refreshed with it.
const REGISTRATION_ABOVE: SignedDuration = SignedDuration::from_hours(24);

/// RFC 8628, section 3.5.
const SLOWER: Duration = Duration::from_secs(5);

/// A sign-in as it is begun.
#[derive(Clone)]
pub(super) struct Begun {
    pub(super) sign_ins: SignIns,
    pub(super) whose: Whose,
    pub(super) reach: PortalReach,
    pub(super) cache: SsoCache,
    pub(super) client: Client,
}

impl Begun {
    /// The client as it is registered already, else anew.
    pub(super) async fn registration(&self, grant: Grant) -> Result<Registration, SignInFailure> {
        let portal = &self.whose.portal;
        let now = self.sign_ins.0.clock.now().wall;
        let (cache, of) = (self.cache.clone(), portal.clone());
        let kept = tokio::task::spawn_blocking(move || cache.registration(&of, grant)).await;
        let good = |client: &Registration| client.expires_at.duration_since(now) > REGISTRATION_ABOVE;
        if let Some(registration) = kept.ok().flatten().filter(good) {
            return Ok(registration);
        }
        let made = self
            .sign_ins
            .0
            .center
            .register(&self.reach.oidc, portal, grant)
            .await?;
        let (cache, of, keep) = (self.cache.clone(), portal.clone(), made.clone());
        let written = tokio::task::spawn_blocking(move || cache.keep_registration(&of, grant, &keep)).await;
        if let Ok(Err(why)) = written {
            tracing::warn!(%why, "the client's registration was not kept; the next sign-in registers again");
        }
        Ok(made)
    }

    /// Authorization code with PKCE: the page redirects the browser to a port of this machine.
    pub(super) async fn by_browser(self, registration: Registration) -> Result<SignInView, SignInFailure> {
        let state = secret_text().map_err(local)?;
        let door = Loopback::open(state.expose().to_owned()).await.map_err(local)?;
        let redirect = Redirect {
            uri: door.uri().clone(),
            state: state.expose().to_owned(),
            verifier: secret_text().map_err(local)?,
        };
        let center = &self.sign_ins.0.center;
        let page = center.page(&self.reach.oidc, &self.whose.portal, &registration, &redirect)?;
        let begun = self.clone();
        let work = async move {
            let token = match door.landed().await.map_err(local)? {
                Landed::Code(code) => begun.token_of_code(&registration, &redirect, &code).await?,
                Landed::Refused(error) => return Err(SignInFailure::Refused(error)),
            };
            begun.keep(token, registration).await
        };
        Ok(self.wait_for_person(page.to_string(), None, PERSON_WITHIN, work))
    }

    async fn token_of_code(
        &self,
        registration: &Registration,
        redirect: &Redirect,
        code: &Secret,
    ) -> Result<SignInToken, AwsFailure> {
        let center = &self.sign_ins.0.center;
        center
            .token_of_code(&self.reach.oidc, registration, redirect, code)
            .await
    }

    /// A device code: the person opens the page wherever there is a browser.
    pub(super) async fn by_device(self, registration: Registration) -> Result<SignInView, SignInFailure> {
        let center = &self.sign_ins.0.center;
        let code = center
            .device_code(&self.reach.oidc, &self.whose.portal, &registration)
            .await?;
        let (page, user_code, lives) = (code.page.to_string(), code.user_code.clone(), code.lives);
        let begun = self.clone();
        let work = async move {
            let token = begun.poll(&registration, &code).await?;
            begun.keep(token, registration).await
        };
        Ok(self.wait_for_person(page, Some(user_code), lives, work))
    }

    async fn poll(
        &self,
        registration: &Registration,
        code: &DeviceCode,
    ) -> Result<SignInToken, SignInFailure> {
        let mut interval = code.interval;
        loop {
            tokio::time::sleep(interval).await;
            match self
                .sign_ins
                .0
                .center
                .poll(&self.reach.oidc, registration, code)
                .await
            {
                Ok(Poll::Token(token)) => return Ok(token),
                Ok(Poll::Pending) => {}
                Ok(Poll::SlowDown) => interval += SLOWER,
                // The network may come back while the person still types.
                Err(AwsFailure::Unreachable { .. } | AwsFailure::CaptivePortal { .. }) => {}
                Err(failure) => return Err(failure.into()),
            }
        }
    }

    /// Takes the sign-in up and lets `work` wait for the person, at most `within`.
    fn wait_for_person(
        self,
        url: String,
        user_code: Option<String>,
        within: Duration,
        work: impl Future<Output = Result<(), SignInFailure>> + Send + 'static,
    ) -> SignInView {
        let now = self.sign_ins.0.clock.now().boot;
        let mut pending = Pending {
            id: self.sign_ins.new_id(),
            whose: self.whose.clone(),
            url,
            user_code,
            ends: BootTime(now.0 + within),
            state: watch::Sender::new(State::Waiting),
            work: None,
        };
        let (id, sign_ins) = (pending.id.clone(), self.sign_ins.clone());
        let view = pending.view(now, true);
        // Held until the sign-in is on the desk: work that ends at once finds it there.
        let mut desk = sign_ins.desk();
        let running = tokio::spawn(async move {
            let result = tokio::time::timeout(within, work)
                .await
                .unwrap_or(Err(SignInFailure::TooLate));
            self.ended(&id, result);
        });
        pending.work = Some(running.abort_handle());
        desk.put(pending);
        drop(desk);
        sign_ins.changed(&[Topic::Portals]);
        view
    }

    fn ended(self, id: &str, result: Result<(), SignInFailure>) {
        let portal = &self.whose.portal;
        let error = result.as_ref().err().map(ToString::to_string);
        let signed_in = result.is_ok();
        if !self.sign_ins.desk().end(id, result) {
            return;
        }
        self.sign_ins.write(event::SIGN_IN, portal, self.client, error);
        self.sign_ins.changed(&[Topic::Portals]);
        if signed_in {
            self.sign_ins.list(portal, &self.reach, &self.cache);
        }
    }

    /// Writes the token to the cache that every tool shares.
    async fn keep(&self, token: SignInToken, registration: Registration) -> Result<(), SignInFailure> {
        let locked = self.cache.lock(&self.whose.portal).await.map_err(local)?;
        let kept = StoredToken {
            token,
            registration: Some(registration),
        };
        let written = tokio::task::spawn_blocking(move || locked.write(&kept)).await;
        written.map_err(local)?.map_err(local)
    }
}
