//! What each request does.
//!
//! Requests run beside each other; whatever changes a session goes through the keeper's mailbox.

mod adding;
mod catalog;
mod console;
mod discovery;
mod doctor;
mod endpoint;
mod facts_views;
mod hand_out;
mod history;
mod import;
mod in_use;
mod keys;
mod mfa;
mod places;
mod profiles;
mod revoke;
mod role_views;
mod said;
mod saml;
mod settings;
mod sign_in;
mod switch;
mod teams;
mod vault_note;

use std::sync::Arc;

use hatrack_core::broker::IdentitySource;
use hatrack_core::caller::CallerContext;
use hatrack_core::console::ConsoleSignIn;
use hatrack_core::expiry::Clock;
use hatrack_core::history::HistoryLog;
use hatrack_core::session::SessionId;
use hatrack_store::aws_files::Watch;
use hatrack_store::vault::VaultStatus;
use jiff::Timestamp;
use tokio::sync::Notify;

use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::clocks::Clocks;
use crate::devices::Devices;
use crate::discovery::Discoveries;
use crate::endpoint::Endpoints;
use crate::history_keeping::HistoryKeeping;
use crate::keys::Keys;
use crate::places::Places;
use crate::profiles::Profiles;
use crate::protocol::{
    EndRequest, ErrorCode, Event, KeyringState, Reply, Request, SessionRef, Status, Topic, WireError,
};
use crate::proxies::Proxies;
use crate::role_facts::RoleBook;
use crate::saml::SamlSignIns;
use crate::sessions::{Ended, Ending, Listener, Mailbox, Scribe, VaultSlot};
use crate::sign_in::SignIns;
use crate::teams::Teams;

pub use console::ConsoleBook;
pub use doctor::DoctorEyes;
pub use revoke::Revoking;
pub use switch::CatalogRenewals;
pub use vault_note::VaultNote;

/// Answers requests.
pub struct Service {
    /// The keeper of sessions.
    pub mailbox: Mailbox,
    /// The callers' catalogs.
    pub catalogs: Arc<Catalogs>,
    /// The catalogs of teams.
    pub teams: Teams,
    /// Roles that identities found.
    pub discoveries: Discoveries,
    /// What GetRole told of roles.
    pub role_book: RoleBook,
    /// Identity Center sign-ins.
    pub sign_ins: SignIns,
    /// Sign-ins at SAML providers.
    pub saml: SamlSignIns,
    /// MFA devices whose secret is in the vault.
    pub devices: Arc<Devices>,
    /// Long-term access keys.
    pub keys: Arc<Keys>,
    /// Profiles written into the shared files.
    pub profiles: Arc<Profiles>,
    /// Endpoints that hand out sessions to programs.
    pub endpoints: Arc<Endpoints>,
    /// AWS's sign-in for brokers.
    pub console: Arc<dyn ConsoleSignIn>,
    /// What was opened in the console.
    pub console_book: ConsoleBook,
    /// What is remembered of buckets.
    pub places: Places,
    /// Revoking sessions of roles.
    pub revoking: Revoking,
    /// What Doctor sees by.
    pub eyes: DoctorEyes,
    /// The starts of routes.
    pub identities: Arc<dyn IdentitySource>,
    /// The settings.
    pub choices: Arc<Choices>,
    /// The history.
    pub history: Arc<dyn HistoryLog>,
    /// Writes it.
    pub scribe: Scribe,
    /// Takes away what is not to be kept of it.
    pub history_keeping: HistoryKeeping,
    /// The vault, once it is open.
    pub vault: VaultSlot,
    /// Whether people at a terminal know that there is none.
    pub vault_note: VaultNote,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What AWS's answers say of it.
    pub clocks: Clocks,
    /// The proxies that callers' requests go through.
    pub proxies: Arc<Proxies>,
    /// Whose agent this is.
    pub about: About,
    /// Rung when the agent is told to end.
    pub stop: Arc<Notify>,
}

/// What does not change while the agent runs.
#[derive(Debug, Clone)]
pub struct About {
    /// The home, for people.
    pub home: String,
    /// Whether it is a sandbox's.
    pub sandbox: bool,
    /// When the agent started.
    pub started_at: Timestamp,
}

/// A request's answer, and for `Subscribe` what comes after it.
pub enum Answered {
    /// One reply.
    Reply(Box<Reply>),
    /// Events from now on.
    Listening(Listening),
}

/// One who listens; while it does, its caller's files are watched.
pub struct Listening {
    listener: Listener,
    _watch: Option<Arc<Watch>>,
}

impl Listening {
    /// The next event. Never ends by itself.
    pub async fn next(&self) -> Event {
        self.listener.next().await
    }
}

impl From<Ended> for WireError {
    fn from(ended: Ended) -> Self {
        Self::new(ErrorCode::Stopping, ended.to_string())
    }
}

pub(crate) fn store(why: impl std::fmt::Display) -> WireError {
    WireError::new(ErrorCode::Store, why.to_string())
}

impl Service {
    /// Answers one request.
    pub async fn answer(
        self: &Arc<Self>,
        caller: CallerContext,
        request: Request,
    ) -> Result<Answered, WireError> {
        self.mailbox.active();
        let caller = self.proxies.prepared(caller).await;
        if matches!(request, Request::Subscribe) {
            let listener = self.mailbox.listen().await?;
            let mailbox = self.mailbox.clone();
            let changed = move || mailbox.changed(&[Topic::Catalog]);
            let _watch = self.catalogs.watch(&caller, changed);
            return Ok(Answered::Listening(Listening { listener, _watch }));
        }
        let reply = self.reply(caller, request).await;
        if self.clocks.has_news() {
            self.mailbox.changed(&[Topic::Status]);
        }
        // What is answered is on disk: an agent killed right after it has forgotten nothing.
        self.scribe.flush().await;
        reply.map(|reply| Answered::Reply(Box::new(reply)))
    }

    async fn reply(self: &Arc<Self>, caller: CallerContext, request: Request) -> Result<Reply, WireError> {
        match request {
            Request::Status => Ok(Reply::Status(self.status().await?)),
            Request::Stop => {
                self.stop.notify_one();
                Ok(Reply::Done)
            }
            Request::Catalog => Ok(Reply::Catalog(self.catalog(&caller).await?)),
            Request::Reload => {
                self.catalogs.settings_changed();
                self.mailbox.changed(&[Topic::Catalog]);
                Ok(Reply::Done)
            }
            Request::Resolve(choice) => Ok(Reply::Role(Box::new(self.resolve(&caller, &choice).await?))),
            Request::KeyOf(choice) => {
                let role_key = self.role_key(&caller, &choice)?;
                Ok(Reply::RoleKey { role_key })
            }
            Request::Switch(switch) => Ok(Reply::Switch(self.switch(&caller, switch).await?)),
            Request::Console(console) => Ok(Reply::Console(self.console(&caller, console).await?)),
            Request::HandOut(hand_out) => Ok(Reply::HandOut(self.hand_out(&caller, hand_out).await?)),
            Request::Sessions => Ok(Reply::Sessions(self.mailbox.sessions().await?)),
            Request::Renew(renew) => Ok(Reply::Switch(self.renew(&caller, renew).await?)),
            Request::End(end) => self.end(&caller, end).await,
            Request::EndAll => {
                let count = self.mailbox.end(Ending::All, caller.client).await?;
                self.profiles.reconcile().await;
                Ok(Reply::Ended { count })
            }
            Request::PlanRevoke(revoke) => {
                let planned = self.plan_revoke(&caller, &revoke).await?;
                Ok(Reply::Revoke(Box::new(planned)))
            }
            Request::Revoke(revoke) => {
                let done = self.revoke_or_undo(&caller, revoke).await?;
                Ok(Reply::Revoke(Box::new(done)))
            }
            Request::Diagnose(asked) => {
                let outcome = self.diagnose(&caller, *asked).await?;
                Ok(Reply::Diagnosis(Box::new(outcome)))
            }
            Request::History(query) => Ok(Reply::History(self.history(&query).await?)),
            Request::HistoryDays(days) => Ok(Reply::HistoryDays(self.history_days(&days).await?)),
            Request::RoleUse(query) => Ok(Reply::RoleUse(self.role_use(&query).await?)),
            Request::Record(row) => {
                self.mailbox.record(row, caller.client);
                // The row is with the scribe once the keeper has answered anything after it.
                self.mailbox.listeners().await?;
                self.scribe.flush().await;
                Ok(Reply::Done)
            }
            Request::Places { session_id } => self.places(&session_id).await,
            Request::NotePlace(noted) => self.note_place(noted).await,
            Request::Settings => Ok(Reply::Settings(self.settings())),
            other => self.about_uses(&caller, other).await,
        }
    }

    async fn status(&self) -> Result<Status, WireError> {
        let (keyring, keyring_note) = match self.vault.get().map(hatrack_store::vault::Vault::status) {
            Some(VaultStatus::Sealed) => (KeyringState::Ok, None),
            Some(VaultStatus::MemoryOnly { why }) => (KeyringState::MemoryOnly, Some(why)),
            Some(VaultStatus::Locked { why }) => (KeyringState::Locked, Some(why)),
            None => (
                KeyringState::Locked,
                Some("the keyring has not answered yet; it may wait to be unlocked".to_owned()),
            ),
        };
        let sessions = self.mailbox.sessions().await?;
        Ok(Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            home: self.about.home.clone(),
            sandbox: self.about.sandbox,
            keyring,
            keyring_note,
            clock_note: self.clocks.note(),
            sessions: sessions
                .iter()
                .filter(|session| session.seconds_left > 0)
                .count()
                .try_into()
                .unwrap_or(u32::MAX),
            subscribers: self.mailbox.listeners().await?,
            started_at: self.about.started_at,
        })
    }

    async fn end(&self, caller: &CallerContext, request: EndRequest) -> Result<Reply, WireError> {
        let id = self.session_of(caller, &request.session).await?;
        let count = self
            .mailbox
            .end(Ending::One(SessionId(id.clone())), caller.client)
            .await?;
        if count == 0 {
            return Err(no_such_session(&id));
        }
        self.profiles.reconcile().await;
        Ok(Reply::Ended { count })
    }

    /// The ID of the session meant.
    async fn session_of(&self, caller: &CallerContext, meant: &SessionRef) -> Result<String, WireError> {
        let sessions = self.mailbox.sessions().await?;
        let choice = match meant {
            SessionRef::Id(id) => return Ok(id.clone()),
            SessionRef::Typed(text) if sessions.iter().any(|session| session.id == *text) => {
                return Ok(text.clone());
            }
            SessionRef::Typed(text) => crate::protocol::RoleChoice::Typed(text.clone()),
            SessionRef::Role(choice) => choice.clone(),
        };
        let key = self.role_key(caller, &choice)?;
        // The one that lasts longest: the views are sorted by their ends.
        let newest = sessions
            .iter()
            .rfind(|session| session.role_key.as_deref() == Some(key.as_str()));
        newest.map(|session| session.id.clone()).ok_or_else(|| {
            WireError::new(
                ErrorCode::NoSuchSession,
                format!("there is no session of {key}; `hat switch {key}` gets one"),
            )
        })
    }
}

fn no_such_session(id: &str) -> WireError {
    WireError::new(
        ErrorCode::NoSuchSession,
        format!("there is no session {id}; `hat sessions` lists what there is"),
    )
}
