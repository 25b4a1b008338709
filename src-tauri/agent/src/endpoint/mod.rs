//! Endpoints that hand out sessions to programs of this computer, as Amazon ECS does to those of a container.
//!
//! One for each session, and none until somebody asks for it. It renews the session where that needs no person, and never
//! waits for one. It is closed with its session: when the person switches back, and once the session is forgotten after
//! its end. Until then a request renews it, so that a job may pause for longer than a session lasts.
//!
//! Invariants: only 127.0.0.1 is listened on; what is not asked as an SDK asks, with the token, gets nothing; the token
//! is in this process's memory only, and ends with the endpoint.

mod door;
mod one;
mod process;
mod serve;
mod uses;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::account::AccountId;
use hatrack_core::caller::CallerContext;
use hatrack_core::endpoint_view::EndpointView;
use hatrack_core::expiry::Clock;
use hatrack_core::history::event;
use hatrack_core::history_view::HistoryRow;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::session::{Session, SessionId};
use hatrack_core::view::SessionView;
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use self::door::Door;
use self::one::{Endpoint, Opened};
use crate::machine::secret_text;
use crate::protocol::Topic;
use crate::sessions::{Follower, Mailbox};

/// How often it is looked whether sessions are still there, and how long an open endpoint keeps the agent.
const LOOK: Duration = Duration::from_secs(60);
/// Uses are told at most this often.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Where an endpoint gets credentials. It never waits for a person.
#[async_trait]
pub trait Source: Send + Sync {
    /// Those of the session, renewed where they are nearly over.
    async fn credentials(&self, session: &SessionId) -> Result<Given, Unavailable>;
}

/// What a program gets.
pub struct Given {
    /// The credentials.
    pub credentials: Credentials,
    /// The account they are of.
    pub account: Option<AccountId>,
}

/// Why it gets none now, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// An endpoint was not opened, or is not there.
#[derive(Debug, thiserror::Error)]
pub enum EndpointFailure {
    /// No port.
    #[error("the system gave no port on 127.0.0.1: {0}; close programs that hold many, and try again")]
    NoPort(std::io::Error),
    /// No token.
    #[error("the system gave no random numbers for a token: {0}; try again")]
    NoToken(getrandom::Error),
    /// It is closed.
    #[error("the session {0} has no open endpoint; `hat serve` opens one")]
    NotOpen(String),
}

/// Why an endpoint closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The person closed it.
    #[error("it was closed")]
    ByHand,
    /// Nobody holds it any more.
    #[error("`hat serve` has ended")]
    LetGo,
    /// Its session was switched back.
    #[error("its session was switched back")]
    SwitchedBack,
    /// Its session has ended and is forgotten.
    #[error("its session has ended")]
    SessionGone,
    /// The agent ends.
    #[error("the agent has ended")]
    AgentEnds,
}

/// How programs reach an endpoint.
pub struct Access {
    /// What people see of it.
    pub view: EndpointView,
    /// What is sent to it as `Authorization`.
    pub token: Secret,
}

/// The open endpoints.
pub struct Endpoints {
    clock: Arc<dyn Clock>,
    open: Mutex<BTreeMap<SessionId, Opened>>,
    mailbox: OnceLock<Mailbox>,
    used: Arc<Notify>,
}

impl Endpoints {
    /// None open.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            open: Mutex::default(),
            mailbox: OnceLock::new(),
            used: Arc::default(),
        }
    }

    /// Where it is told what happens. From now on endpoints close with their sessions.
    pub fn tell(self: &Arc<Self>, mailbox: Mailbox) {
        if self.mailbox.set(mailbox.clone()).is_err() {
            return;
        }
        let (used, told) = (self.used.clone(), mailbox.clone());
        tokio::spawn(async move {
            loop {
                used.notified().await;
                told.changed(&[Topic::Endpoints]);
                tokio::time::sleep(TOLD_EVERY).await;
            }
        });
        let endpoints = Arc::downgrade(self);
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let Some(this) = endpoints.upgrade() else { return };
                this.look_after(&mailbox).await;
            }
        });
    }

    /// Opens the endpoint of a session, or gives the one that is open. `kept`: until it is closed.
    pub async fn open(
        &self,
        session: SessionView,
        kept: bool,
        source: Arc<dyn Source>,
        client: &str,
    ) -> Result<Access, EndpointFailure> {
        let id = SessionId(session.id.clone());
        if let Some(opened) = self.opened().get_mut(&id) {
            return Ok(opened.join(kept));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .map_err(EndpointFailure::NoPort)?;
        let port = listener.local_addr().map_err(EndpointFailure::NoPort)?.port();
        let (closing, closed) = watch::channel(None);
        let endpoint = Arc::new(Endpoint {
            session,
            door: Door {
                host: format!("127.0.0.1:{port}"),
                token: secret_text().map_err(EndpointFailure::NoToken)?,
            },
            opened_at: self.clock.now().wall,
            source,
            clock: self.clock.clone(),
            uses: Mutex::default(),
            used: self.used.clone(),
            closed,
        });
        let access = {
            let mut open = self.opened();
            // Somebody may have opened it meanwhile: then that one counts, and this port is never listened on.
            if let Some(opened) = open.get_mut(&id) {
                return Ok(opened.join(kept));
            }
            let opened = Opened {
                port: tokio::spawn(serve::attend(listener, endpoint.clone())),
                endpoint: endpoint.clone(),
                kept,
                holds: 0,
                idle_since: Instant::now(),
                missing: false,
                closed: closing,
            };
            let access = opened.access();
            open.insert(id, opened);
            access
        };
        let detail = format!("Opened an endpoint at {}", endpoint.door.host);
        self.write(endpoint.row(event::ENDPOINT_OPEN, client, endpoint.opened_at, detail));
        Ok(access)
    }

    /// How programs reach the open endpoint of a session.
    pub fn access(&self, id: &SessionId) -> Result<Access, EndpointFailure> {
        let open = self.opened();
        let opened = open
            .get(id)
            .ok_or_else(|| EndpointFailure::NotOpen(id.to_string()))?;
        Ok(opened.access())
    }

    /// The open ones, by session.
    pub fn views(&self) -> Vec<EndpointView> {
        self.opened().values().map(Opened::view).collect()
    }

    /// Closes one.
    pub fn close(&self, id: &SessionId, client: &str) -> Result<(), EndpointFailure> {
        match self.shut(id, Closed::ByHand, client) {
            true => Ok(()),
            false => Err(EndpointFailure::NotOpen(id.to_string())),
        }
    }

    /// Closes all: the agent ends.
    pub fn close_all(&self) {
        let ids: Vec<_> = self.opened().keys().cloned().collect();
        for id in ids {
            self.shut(&id, Closed::AgentEnds, "agent");
        }
    }

    /// Keeps an endpoint open while this waits. Says why it closed.
    pub async fn hold(self: &Arc<Self>, id: &SessionId) -> Result<Closed, EndpointFailure> {
        let (endpoint, mut closed) = {
            let mut open = self.opened();
            let opened = open
                .get_mut(id)
                .ok_or_else(|| EndpointFailure::NotOpen(id.to_string()))?;
            opened.holds += 1;
            (opened.endpoint.clone(), opened.closed.subscribe())
        };
        let _hold = Hold {
            endpoints: self.clone(),
            endpoint,
        };
        let why = closed.wait_for(Option::is_some).await;
        Ok(why.ok().and_then(|why| *why).unwrap_or(Closed::AgentEnds))
    }

    /// Closes one that is open, and says whether it was.
    fn shut(&self, id: &SessionId, why: Closed, client: &str) -> bool {
        self.shut_where(id, |_| true, why, client)
    }

    /// Closes one that is open if `is_over` finds so, and says whether it closed. Nobody comes in between.
    fn shut_where(
        &self,
        id: &SessionId,
        is_over: impl FnOnce(&mut Opened) -> bool,
        why: Closed,
        client: &str,
    ) -> bool {
        let opened = {
            let mut open = self.opened();
            let Entry::Occupied(mut entry) = open.entry(id.clone()) else {
                return false;
            };
            if !is_over(entry.get_mut()) {
                return false;
            }
            entry.remove()
        };
        opened.closed.send_replace(Some(why));
        opened.port.abort();
        let endpoint = &opened.endpoint;
        let served = endpoint.uses().served_count;
        let times = if served == 1 { "time" } else { "times" };
        let detail = format!("Closed the endpoint, which gave credentials {served} {times}: {why}");
        let at = self.clock.now().wall;
        self.write(endpoint.row(event::ENDPOINT_CLOSE, client, at, detail));
        true
    }

    /// Closes those whose sessions are forgotten, and those that nobody wants. While one is open the agent is in use.
    async fn look_after(&self, mailbox: &Mailbox) {
        if self.opened().is_empty() {
            return;
        }
        let Ok(sessions) = mailbox.sessions().await else {
            return;
        };
        let over: Vec<_> = {
            let mut open = self.opened();
            let looked = open.iter_mut().filter_map(|(id, opened)| {
                let is_there = sessions.iter().any(|session| session.id == id.0);
                let gone = std::mem::replace(&mut opened.missing, !is_there) && !is_there;
                let why = match gone {
                    true => Some(Closed::SessionGone),
                    false => opened.is_left().then_some(Closed::LetGo),
                };
                why.map(|why| (id.clone(), why))
            });
            looked.collect()
        };
        for (id, why) in over {
            let still = |opened: &mut Opened| match why {
                Closed::LetGo => opened.is_left(),
                _ => opened.missing,
            };
            self.shut_where(&id, still, why, "agent");
        }
        if !self.opened().is_empty() {
            mailbox.active();
        }
    }

    fn write(&self, row: HistoryRow) {
        if let Some(mailbox) = self.mailbox.get() {
            mailbox.write(row);
            mailbox.changed(&[Topic::Endpoints]);
        }
    }

    fn opened(&self) -> MutexGuard<'_, BTreeMap<SessionId, Opened>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Follower for Endpoints {
    fn switched_back(&self, session: &Session, _caller: &CallerContext) {
        self.shut(&session.id, Closed::SwitchedBack, "agent");
    }

    fn restored(&self) {}

    fn changed(&self) {}
}

/// One `hat serve` that runs. The last one closes the endpoint behind it, unless that is kept.
struct Hold {
    endpoints: Arc<Endpoints>,
    endpoint: Arc<Endpoint>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        let was_last = |opened: &mut Opened| {
            // The session may have a new endpoint meanwhile.
            if !Arc::ptr_eq(&opened.endpoint, &self.endpoint) {
                return false;
            }
            opened.holds = opened.holds.saturating_sub(1);
            opened.holds == 0 && !opened.kept
        };
        let id = SessionId(self.endpoint.session.id.clone());
        self.endpoints.shut_where(&id, was_last, Closed::LetGo, "hat");
    }
}
