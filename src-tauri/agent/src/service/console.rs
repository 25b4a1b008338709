//! Console sign-in.

mod book;
mod federated;

use std::time::{Duration, Instant};

use hatrack_core::account::{AccountId, Partition};
use hatrack_core::broker::{BrokerError, reach};
use hatrack_core::caller::CallerContext;
use hatrack_core::catalog::{EntrySettings, Found};
use hatrack_core::console::{
    BrowserPart, ConsolePage, NotAPart, Rights, is_part_name, logged_out_first, login_link, session_document,
    stay,
};
use hatrack_core::history::{event, outcome};
use hatrack_core::in_use::UseKind;
use hatrack_core::route::{Identity, Route};
use hatrack_core::secret::Credentials;
use hatrack_core::session::{Session, SessionId};
use hatrack_core::sts::AwsFailure;
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::{DenialView, NeedView};

pub use book::ConsoleBook;
use book::near_the_most;

use super::Service;
use super::catalog::find;
use super::hand_out::{is_as_it_stands, route_of, settings_of};
use super::switch::wire;
use crate::protocol::{
    ConsoleLink, ConsoleOutcome, ConsoleRequest, ErrorCode, HandOut, HandOutOutcome, HandOutRequest, LinkWay,
    PageChoice, RecordRequest, RoleChoice, SessionRef, WireError,
};
use crate::sessions::{Step, Use};

/// Who signs in, and by what.
struct Guest {
    credentials: Credentials,
    rights: Rights,
    /// In seconds.
    life: u32,
    region: String,
    partition: Partition,
    account: Option<AccountId>,
    /// The session's world: whose files and variables say where AWS is.
    caller: CallerContext,
    settings: EntrySettings,
    session_id: Option<String>,
    /// Tells one session of the console from another.
    who: String,
    notes: Vec<String>,
}

/// A guest, or what stands in the way.
enum Asked {
    Guest(Box<Guest>),
    Else(ConsoleOutcome),
}

fn invalid(why: impl std::fmt::Display) -> WireError {
    WireError::new(ErrorCode::Invalid, why.to_string())
}

impl Service {
    /// A link that signs a browser in.
    pub(super) async fn console(
        &self,
        caller: &CallerContext,
        request: ConsoleRequest,
    ) -> Result<ConsoleOutcome, WireError> {
        let rules = self.endpoint_rules(request.allow_endpoint);
        let asked = match &request.federate {
            Some(policy) => self.federated(caller, &request, policy, &rules).await?,
            None => self.of_a_role(caller, &request).await?,
        };
        let guest = match asked {
            Asked::Guest(guest) => guest,
            Asked::Else(outcome) => return Ok(outcome),
        };
        let part = self.part_for(&guest, &request)?;
        let page = page(&guest, &request.page)?;
        let stay = stay(guest.rights, request.stay, guest.life).map_err(invalid)?;
        let reach = reach(&guest.settings, &guest.caller, &guest.region, "signin");
        if let Err(endpoint) = rules.check(reach.endpoint.as_deref()) {
            let need = NeedView::EndpointConsent { endpoint };
            return Ok(ConsoleOutcome::Needs { need });
        }
        let document = session_document(&guest.credentials).ok_or_else(|| invalid(KEYS_ALONE))?;
        let started = Instant::now();
        let token = self
            .console
            .sign_in_token(&reach, guest.partition, &document, stay)
            .await;
        let mut row = RecordRequest {
            event: event::CONSOLE.to_owned(),
            outcome: outcome::OK.to_owned(),
            session_id: guest.session_id.clone(),
            detail: Some(detail(request.way, page.label())),
            call_ms: started.elapsed().as_millis().try_into().ok(),
            ..RecordRequest::default()
        };
        let token = match token {
            Ok(token) => token,
            Err(failure) => {
                row.outcome = match failure {
                    AwsFailure::Refused(_) => outcome::DENIED.to_owned(),
                    _ => outcome::FAILED.to_owned(),
                };
                row.error = Some(failure.to_string());
                self.mailbox.record(row, caller.client);
                return not_let_in(failure, GET_SIGNIN_TOKEN, REFUSED);
            }
        };
        self.mailbox.record(row, caller.client);
        let endpoint = reach.endpoint.as_deref();
        let mut url = login_link(guest.partition, endpoint, &page, &token);
        let mut notes = guest.notes.clone();
        if request.log_out_first || self.choices.now().console.log_out_first {
            match logged_out_first(guest.partition, endpoint, &url) {
                Some(link) => url = link,
                None => notes.push(format!(
                    "{} documents no page to sign out by, so the browser is not signed out first",
                    guest.partition
                )),
            }
        }
        self.note_sign_in(&guest, &part, request.way, page.label());
        if request.way == LinkWay::Opened {
            let lasts = Duration::from_secs(stay.map_or(guest.life, SessionDuration::seconds).into());
            let here = self
                .console_book
                .opened(&part, &guest.who, self.clock.now().wall, lasts);
            notes.extend(near_the_most(here));
        }
        Ok(ConsoleOutcome::Ready(Box::new(ConsoleLink {
            url,
            page: page.label().to_owned(),
            part,
            notes,
        })))
    }

    fn note_sign_in(&self, guest: &Guest, part: &BrowserPart, way: LinkWay, page: &str) {
        let Some(id) = &guest.session_id else { return };
        let kind = match way {
            LinkWay::Opened => UseKind::Console,
            LinkWay::Copied | LinkWay::Printed => UseKind::ConsoleLink,
        };
        let place = match (&part.browser, &part.part) {
            _ if way != LinkWay::Opened => None,
            (Some(browser), Some(part)) => Some(format!("{browser}, {part}")),
            (browser, part) => browser.clone().or_else(|| part.clone()),
        };
        let what = Use {
            kind,
            what: Some(page.to_owned()),
            place,
        };
        self.mailbox.used(SessionId(id.clone()), what, Step::Happens);
    }

    fn part_for(&self, guest: &Guest, request: &ConsoleRequest) -> Result<BrowserPart, WireError> {
        let mut choices = self.choices.now().console.clone();
        choices.separate |= request.separate;
        let mut part = choices.part_for(guest.account);
        part.browser = match request.browser.as_deref() {
            // The desktop's own, whatever the settings say.
            Some("default") => None,
            Some(name) => Some(name.to_owned()),
            None => part.browser,
        };
        part.part = request.part.clone().or(part.part);
        match &part.part {
            Some(name) if !is_part_name(name) => Err(invalid(NotAPart(name.clone()))),
            _ => Ok(part),
        }
    }

    /// The session of a role.
    async fn of_a_role(&self, caller: &CallerContext, request: &ConsoleRequest) -> Result<Asked, WireError> {
        self.refuse_keys_alone(caller, &request.of).await?;
        let mut hand_out = HandOutRequest::of(request.of.clone());
        hand_out.options = request.options.clone();
        hand_out.mfa_code = request.mfa_code.clone();
        hand_out.allow_endpoint = request.allow_endpoint;
        hand_out.quiet = true;
        let given = match self.hand_out(caller, hand_out).await? {
            HandOutOutcome::Given(given) => *given,
            HandOutOutcome::Needs { need } => return Ok(Asked::Else(ConsoleOutcome::Needs { need })),
            HandOutOutcome::Denied { denial } => return Ok(Asked::Else(ConsoleOutcome::Denied { denial })),
        };
        let Some(view) = &given.session else {
            return Ok(Asked::Guest(Box::new(self.as_it_stands(caller, given))));
        };
        let found = self.mailbox.find(SessionId(view.id.clone())).await?;
        let (session, own) = found.ok_or_else(|| super::no_such_session(&view.id))?;
        let loaded = self.catalogs.of(&own);
        let entry = session.origin.role_key.as_deref();
        let entry = entry.and_then(|key| loaded.catalog.by_key(key));
        let rights = rights(&session, entry.map(route_of)).ok_or_else(|| invalid(KEYS_ALONE))?;
        Ok(Asked::Guest(Box::new(Guest {
            rights,
            life: view.life,
            partition: partition(&session),
            account: session.account,
            settings: entry.map(settings_of).cloned().unwrap_or_default(),
            caller: own,
            session_id: Some(view.id.clone()),
            who: session
                .assumed_role_arn
                .clone()
                .unwrap_or_else(|| view.id.clone()),
            credentials: given.credentials,
            region: given.region,
            notes: given.notes,
        })))
    }

    /// A user's keys do not sign in, and a GetSessionToken session of theirs does not either: it is not asked for.
    async fn refuse_keys_alone(&self, caller: &CallerContext, of: &SessionRef) -> Result<(), WireError> {
        let choice = match of {
            SessionRef::Id(_) => return Ok(()),
            SessionRef::Role(choice) => choice.clone(),
            SessionRef::Typed(text) => {
                let sessions = self.mailbox.sessions().await?;
                if sessions.iter().any(|session| session.id == *text) {
                    return Ok(());
                }
                RoleChoice::Typed(text.clone())
            }
        };
        let loaded = self.catalogs.of(caller);
        match find(&loaded, caller, &choice)? {
            Found::Identity(identity)
                if !identity.route.identity.gives_sessions() && !is_as_it_stands(identity, caller) =>
            {
                Err(invalid(KEYS_ALONE))
            }
            _ => Ok(()),
        }
    }

    /// Temporary credentials that a profile holds.
    fn as_it_stands(&self, caller: &CallerContext, given: HandOut) -> Guest {
        let now = self.clock.now().wall;
        let left = given
            .credentials
            .expires_at
            .map(|end| end.duration_since(now).as_secs());
        let loaded = self.catalogs.of(caller);
        let entry = loaded.catalog.by_key(&given.role_key);
        Guest {
            rights: Rights::Unknown,
            life: left.and_then(|left| left.try_into().ok()).unwrap_or(3600),
            partition: Partition::of_region(&given.region),
            account: None,
            caller: caller.clone(),
            settings: entry.map(settings_of).cloned().unwrap_or_default(),
            session_id: None,
            who: given.credentials.access_key_id.clone(),
            credentials: given.credentials,
            region: given.region,
            notes: given.notes,
        }
    }
}

const KEYS_ALONE: &str = "a user's own keys do not sign in to the console; name a role, or give the permissions to \
     sign in with (--federate POLICY), by which GetFederationToken makes a guest of the user";
const GET_SIGNIN_TOKEN: &str = "signin:GetSigninToken";
const REFUSED: &str = "The console's sign-in did not take these credentials. It says not why: the session may have been \
     revoked, or the stay asked for is longer than the role allows.";

fn not_let_in(failure: AwsFailure, action: &str, summary: &str) -> Result<ConsoleOutcome, WireError> {
    match failure {
        AwsFailure::Refused(refusal) => Ok(ConsoleOutcome::Denied {
            denial: DenialView {
                summary: summary.to_owned(),
                code: refusal.code,
                message: refusal.message,
                request_id: refusal.request_id,
                action: action.to_owned(),
                resource: None,
                longest_duration: None,
            },
        }),
        AwsFailure::ProxyPassword { proxy } => Ok(ConsoleOutcome::Needs {
            need: NeedView::ProxyPassword { proxy },
        }),
        other => Err(wire(&BrokerError::Aws(other))),
    }
}

/// What decides about the length of stay; `None` for a session of a user's own keys.
fn rights(session: &Session, route: Option<&Route>) -> Option<Rights> {
    if session.origin.chained {
        return Some(Rights::Chained);
    }
    if !session.key.hops.is_empty() {
        return Some(Rights::Role);
    }
    match route.map(|route| &route.identity) {
        Some(
            Identity::IdentityCenter(_)
            | Identity::WebIdentity { .. }
            | Identity::Saml(_)
            | Identity::RolesAnywhere(_),
        ) => Some(Rights::Role),
        Some(Identity::CredentialProcess { .. } | Identity::LoginSession { .. }) => Some(Rights::Unknown),
        Some(
            Identity::Keys { .. }
            | Identity::Environment
            | Identity::Ec2InstanceMetadata
            | Identity::EcsContainer,
        ) => None,
        None => session.assumed_role_arn.as_ref().map(|_| Rights::Unknown),
    }
}

fn partition(session: &Session) -> Partition {
    let of_role = session.key.hops.last().map(|hop| hop.role.partition());
    let arn = session.assumed_role_arn.as_deref();
    of_role
        .or_else(|| arn?.split(':').nth(1)?.parse().ok())
        .unwrap_or_else(|| Partition::of_region(&session.region))
}

fn page(guest: &Guest, choice: &PageChoice) -> Result<ConsolePage, WireError> {
    let (partition, region) = (guest.partition, guest.region.as_str());
    match choice {
        PageChoice::Home => ConsolePage::home(partition, region),
        PageChoice::Service(name) => ConsolePage::service(partition, region, name),
        PageChoice::Url(url) => ConsolePage::url(partition, url),
    }
    .map_err(invalid)
}

fn detail(way: LinkWay, page: &str) -> String {
    match way {
        LinkWay::Opened => format!("Opened {page} in the browser"),
        LinkWay::Copied => format!("Copied a link to {page}"),
        LinkWay::Printed => format!("Printed a link to {page}"),
    }
}
