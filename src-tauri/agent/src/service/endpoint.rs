//! Endpoints that hand out sessions to programs of this computer.

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::session::{SessionId, SwitchOptions};
use hatrack_core::view::{NeedView, SessionView};
use tokio::time::timeout;

use super::Service;
use crate::endpoint::{Access, EndpointFailure, Given, Source, Unavailable};
use crate::protocol::{
    EndpointOutcome, ErrorCode, HandOutOutcome, HandOutRequest, OpenEndpoint, OpenedEndpoint, Reply, Request,
    SessionRef, WireError,
};

impl From<EndpointFailure> for WireError {
    fn from(failure: EndpointFailure) -> Self {
        let code = match &failure {
            EndpointFailure::NotOpen(_) => ErrorCode::NoSuchSession,
            EndpointFailure::NoPort(_) | EndpointFailure::NoToken(_) => ErrorCode::Store,
        };
        Self::new(code, failure.to_string())
    }
}

impl Service {
    /// Requests about endpoints; what is none is left to who else answers.
    pub(super) async fn about_endpoints(
        self: &Arc<Self>,
        caller: &CallerContext,
        request: Request,
    ) -> Result<Reply, WireError> {
        match request {
            Request::OpenEndpoint(open) => Ok(Reply::Endpoint(self.open_endpoint(caller, open).await?)),
            Request::EndpointAccess { session_id } => {
                let access = self.endpoints.access(&SessionId(session_id.clone()))?;
                let session = self.seen_session(&session_id).await?;
                let opened = self.told(caller, access, session, Vec::new()).await?;
                Ok(Reply::Endpoint(EndpointOutcome::Open(Box::new(opened))))
            }
            Request::HoldEndpoint { session_id } => {
                let closed = self.endpoints.hold(&SessionId(session_id)).await?;
                Ok(Reply::Text {
                    text: closed.to_string(),
                })
            }
            Request::CloseEndpoint { session } => {
                let id = self.served_session(caller, &session).await?;
                self.endpoints.close(&SessionId(id), caller.client.as_str())?;
                Ok(Reply::Done)
            }
            Request::Endpoints => Ok(Reply::Endpoints(self.endpoints.views())),
            other => self.about_keys(caller, other).await,
        }
    }

    async fn open_endpoint(
        self: &Arc<Self>,
        caller: &CallerContext,
        open: OpenEndpoint,
    ) -> Result<EndpointOutcome, WireError> {
        let request = HandOutRequest {
            options: open.options,
            mfa_code: open.mfa_code,
            allow_endpoint: open.allow_endpoint,
            quiet: true,
            ..HandOutRequest::of(open.of)
        };
        let given = match self.hand_out(caller, request).await? {
            HandOutOutcome::Given(given) => *given,
            HandOutOutcome::Needs { need } => return Ok(EndpointOutcome::Needs { need }),
            HandOutOutcome::Denied { denial } => return Ok(EndpointOutcome::Denied { denial }),
        };
        let session = given
            .session
            .ok_or_else(|| WireError::new(ErrorCode::Invalid, NO_SESSION))?;
        let source = Arc::new(Sessions(Arc::downgrade(self)));
        let access = self
            .endpoints
            .open(session.clone(), open.keep, source, caller.client.as_str())
            .await?;
        let mut opened = self.told(caller, access, session, given.notes).await?;
        opened.region = given.region;
        Ok(EndpointOutcome::Open(Box::new(opened)))
    }

    async fn told(
        &self,
        caller: &CallerContext,
        access: Access,
        session: SessionView,
        mut notes: Vec<String>,
    ) -> Result<OpenedEndpoint, WireError> {
        // The files that count are those of the terminal or, in the window, of the session.
        let found = self.mailbox.find(SessionId(session.id.clone())).await?;
        let files = match (caller.client, &found) {
            (Client::Window | Client::Tray, Some((_, own))) => own,
            _ => caller,
        };
        if self.catalogs.of(files).catalog.by_key("default").is_some() {
            notes.push(DEFAULT_WINS.to_owned());
        }
        Ok(OpenedEndpoint {
            endpoint: access.view,
            token: access.token,
            region: session.region.clone(),
            session,
            notes,
        })
    }

    /// The session meant; of several that a role has, one with an open endpoint.
    async fn served_session(&self, caller: &CallerContext, meant: &SessionRef) -> Result<String, WireError> {
        let id = self.session_of(caller, meant).await?;
        let is_named = matches!(meant, SessionRef::Id(name) | SessionRef::Typed(name) if *name == id);
        let is_open = |id: &str| self.endpoints.access(&SessionId(id.to_owned())).is_ok();
        if is_named || is_open(&id) {
            return Ok(id);
        }
        let role_key = self.seen_session(&id).await?.role_key;
        let sessions = self.mailbox.sessions().await?;
        let other = sessions
            .into_iter()
            .rfind(|other| other.role_key == role_key && is_open(&other.id));
        Ok(other.map_or(id, |other| other.id))
    }

    async fn seen_session(&self, id: &str) -> Result<SessionView, WireError> {
        let sessions = self.mailbox.sessions().await?;
        let found = sessions.into_iter().find(|session| session.id == id);
        found.ok_or_else(|| super::no_such_session(id))
    }
}

const NO_SESSION: &str = "an endpoint hands out a session, and these are keys as they are; name a role, or a profile with a \
     user's own keys, of which a session is made";
const DEFAULT_WINS: &str = "the shared files have a default profile with credentials, which SDKs take before an endpoint; in \
     their environment set AWS_PROFILE to a profile without any, or use `hat exec`";

/// How long a renewal is waited for while the session still serves: AWS's SDK for JavaScript gives up after a second.
const FRESH_WITHIN: Duration = Duration::from_millis(500);
/// What has to be left of a session that is handed out while its renewal is slow.
const REST: Duration = Duration::from_secs(60);

/// The sessions of a service, for as long as there is one.
struct Sessions(Weak<Service>);

#[async_trait]
impl Source for Sessions {
    async fn credentials(&self, session: &SessionId) -> Result<Given, Unavailable> {
        let ending = || Unavailable("the agent is ending".to_owned());
        let service = self.0.upgrade().ok_or_else(ending)?;
        service.mailbox.active();
        // On its own: it goes on when nobody waits any more.
        let mut renewed = tokio::spawn({
            let (service, session) = (service.clone(), session.clone());
            async move { service.lent(&session).await }
        });
        let fresh = match timeout(FRESH_WITHIN, &mut renewed).await {
            Ok(fresh) => fresh,
            Err(_) => match service.rest_of(session, REST).await {
                Some(rest) => return Ok(rest),
                None => renewed.await,
            },
        };
        match fresh.unwrap_or_else(|_| Err(ending())) {
            Ok(given) => Ok(given),
            // What is left of it is better than nothing: by the time it has ended somebody may have renewed it.
            Err(why) => service.rest_of(session, Duration::ZERO).await.ok_or(why),
        }
    }
}

impl Service {
    /// The credentials of a session with as much life as a hand-out has. Nobody is asked for anything.
    async fn lent(&self, session: &SessionId) -> Result<Given, Unavailable> {
        let caller = CallerContext::new(Client::Agent, "/".into(), []);
        let request = HandOutRequest {
            options: SwitchOptions::default(),
            quiet: true,
            ..HandOutRequest::of(SessionRef::Id(session.to_string()))
        };
        match self.hand_out(&caller, request).await {
            Ok(HandOutOutcome::Given(given)) => Ok(Given {
                account: given.session.and_then(|session| session.account_id),
                credentials: given.credentials,
            }),
            Ok(HandOutOutcome::Needs { need }) => Err(Unavailable(wanted(&need).to_owned())),
            Ok(HandOutOutcome::Denied { denial }) => Err(Unavailable(format!(
                "AWS refused to renew the session ({})",
                denial.code
            ))),
            Err(error) => Err(Unavailable(error.message)),
        }
    }

    /// The credentials of a session as they are, where they serve for longer than this.
    async fn rest_of(&self, session: &SessionId, longer_than: Duration) -> Option<Given> {
        let (session, _) = self.mailbox.find(session.clone()).await.ok()??;
        let left = session.expiry.left(self.clock.now().boot);
        let serves = left > longer_than && !self.revoking.book.cover(&session);
        serves.then(|| Given {
            account: session.account,
            credentials: session.credentials.clone(),
        })
    }
}

/// What only a person can do, for the log of a program.
fn wanted(need: &NeedView) -> &'static str {
    match need {
        NeedView::MfaCode { .. } => {
            "the session has to be renewed with an MFA code; do that in Hatrack, or with `hat renew`"
        }
        NeedView::SignIn { .. } => {
            "the session has to be renewed with a sign-in; do that in Hatrack, or with `hat login`"
        }
        NeedView::EndpointConsent { .. } | NeedView::CommandConsent { .. } => {
            "the session has to be renewed with a consent; do that in Hatrack, or with `hat renew`"
        }
        NeedView::ProxyPassword { .. } => {
            "the proxy asks for a name and a password; give them in Hatrack, or with `hat renew`"
        }
    }
}
