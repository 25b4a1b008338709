//! Signing in and out, and what sign-ins list.

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{PortalEntry, Problem, Severity};
use hatrack_core::portal_view::PortalStateView;
use hatrack_core::saml::SamlProvider;
use hatrack_core::shared_config::inert;
use hatrack_core::sts::AwsFailure;
use hatrack_core::view::NeedView;

use super::Service;
use crate::protocol::{ErrorCode, Reply, Request, SignInOutcome, SignInRequest, WireError};
use crate::saml;
use crate::sign_in::SignInFailure;

impl From<SignInFailure> for WireError {
    fn from(failure: SignInFailure) -> Self {
        let code = match failure {
            SignInFailure::Unknown(_) => ErrorCode::NoSuchRole,
            SignInFailure::Aws(_) => ErrorCode::Aws,
            _ => ErrorCode::SignIn,
        };
        Self::new(code, failure.to_string())
    }
}

/// Where one signs in.
enum Place {
    Portal(PortalEntry),
    Saml(SamlProvider),
}

impl Service {
    /// Requests about sign-ins; what is none is left to who else answers.
    pub(super) async fn about_sign_ins(
        &self,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::Portals => Ok(Reply::Portals(self.portals(caller).await)),
            Request::SignIn(request) => Ok(Reply::SignIn(self.sign_in(caller, &request).await?)),
            Request::AwaitSignIn { id } => {
                match saml::is_ours(&id) {
                    true => self.saml.wait(&id).await?,
                    false => self.sign_ins.wait(&id).await?,
                }
                Ok(Reply::Done)
            }
            Request::CancelSignIn { id } => {
                match saml::is_ours(&id) {
                    true => self.saml.cancel(&id),
                    false => self.sign_ins.cancel(&id),
                }
                Ok(Reply::Done)
            }
            Request::SignOut { portal } => {
                match self.place(caller, &portal)? {
                    Place::Portal(entry) => self.sign_ins.sign_out(&entry, caller).await?,
                    Place::Saml(provider) => self.saml.sign_out(&provider, caller.client).await?,
                }
                Ok(Reply::Done)
            }
            Request::ListPortal { portal } => {
                // A SAML provider lists its roles by a sign-in, and by nothing else.
                if let Place::Portal(entry) = self.place(caller, &portal)? {
                    self.sign_ins.list_now(&entry, caller);
                }
                Ok(Reply::Done)
            }
            other => self.about_saml(caller, other).await,
        }
    }

    async fn portals(&self, caller: &CallerContext) -> Vec<PortalStateView> {
        let entries = self.catalogs.of(caller).catalog.portals.clone();
        self.sign_ins.list_stale(&entries, caller);
        let mut states = self.sign_ins.states(&entries, caller).await;
        states.extend(self.saml.states());
        states
    }

    async fn sign_in(
        &self,
        caller: &CallerContext,
        request: &SignInRequest,
    ) -> Result<SignInOutcome, WireError> {
        let rules = self.endpoint_rules(false);
        match self.place(caller, &request.portal)? {
            Place::Portal(entry) => match self.sign_ins.begin(&entry, request, caller, &rules).await {
                Err(SignInFailure::Aws(AwsFailure::ProxyPassword { proxy })) => Ok(SignInOutcome::Needs {
                    need: NeedView::ProxyPassword { proxy },
                }),
                begun => Ok(begun?),
            },
            Place::Saml(provider) => Ok(self.saml.begin(&provider, request.anew, caller, &rules)),
        }
    }

    /// The portals that no request can name: a SAML provider of that name was there first.
    pub(super) fn portals_without_a_name(&self, entries: &[PortalEntry]) -> Vec<Problem> {
        let hidden = entries
            .iter()
            .filter(|entry| self.saml.provider(entry.portal.name()).is_some());
        hidden
            .map(|entry| {
                let name = inert(entry.portal.name());
                Problem {
                    severity: Severity::Warning,
                    file: entry.defined_at.file.clone(),
                    line: Some(entry.defined_at.line),
                    profile: None,
                    message: format!(
                        "the sign-in \"{name}\" has the name of a SAML provider, which is meant wherever that name is given; \
                         rename this [sso-session {name}], or remove the provider with `hat saml remove {name}`"
                    ),
                }
            })
            .collect()
    }

    fn place(&self, caller: &CallerContext, name: &str) -> Result<Place, SignInFailure> {
        let loaded = self.catalogs.of(caller);
        let portal = || loaded.catalog.portal(name).cloned().map(Place::Portal);
        let saml = self.saml.provider(name).map(Place::Saml);
        // The person gave the provider its name, and it was nobody else's then: the catalog says where it is now.
        saml.or_else(portal)
            .ok_or_else(|| SignInFailure::Unknown(name.to_owned()))
    }
}
