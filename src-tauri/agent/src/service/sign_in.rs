//! Signing in and out, and what sign-ins list.

use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::PortalEntry;
use hatrack_core::portal_view::PortalStateView;

use super::Service;
use crate::protocol::{ErrorCode, Reply, Request, SignInOutcome, SignInRequest, WireError};
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
                self.sign_ins.wait(&id).await?;
                Ok(Reply::Done)
            }
            Request::CancelSignIn { id } => {
                self.sign_ins.cancel(&id);
                Ok(Reply::Done)
            }
            Request::SignOut { portal } => {
                let entry = self.portal(caller, &portal)?;
                self.sign_ins.sign_out(&entry, caller).await?;
                Ok(Reply::Done)
            }
            Request::ListPortal { portal } => {
                let entry = self.portal(caller, &portal)?;
                self.sign_ins.list_now(&entry, caller);
                Ok(Reply::Done)
            }
            other => self.change(caller, other).await,
        }
    }

    async fn portals(&self, caller: &CallerContext) -> Vec<PortalStateView> {
        let entries = self.catalogs.of(caller).catalog.portals.clone();
        self.sign_ins.list_stale(&entries, caller);
        self.sign_ins.states(&entries, caller).await
    }

    async fn sign_in(
        &self,
        caller: &CallerContext,
        request: &SignInRequest,
    ) -> Result<SignInOutcome, WireError> {
        let entry = self.portal(caller, &request.portal)?;
        let rules = self.endpoint_rules(false);
        Ok(self.sign_ins.begin(&entry, request, caller, &rules).await?)
    }

    fn portal(&self, caller: &CallerContext, name: &str) -> Result<PortalEntry, SignInFailure> {
        let loaded = self.catalogs.of(caller);
        let entry = loaded.catalog.portal(name).cloned();
        entry.ok_or_else(|| SignInFailure::Unknown(name.to_owned()))
    }
}
