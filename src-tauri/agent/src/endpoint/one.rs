//! One endpoint that is open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hatrack_core::endpoint_view::{EndpointUse, EndpointView, UseOutcome, UseProcess};
use hatrack_core::expiry::Clock;
use hatrack_core::history::outcome;
use hatrack_core::history_view::HistoryRow;
use hatrack_core::session::SessionId;
use hatrack_core::view::SessionView;
use jiff::Timestamp;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::door::{Door, PATH, Refusal};
use super::uses::Uses;
use super::{Access, Closed, Given, Source, Unavailable};

/// Whoever opens one that is not kept waits for its end soon after.
const HELD_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Opened {
    pub(super) endpoint: Arc<Endpoint>,
    /// Its port. Ends with the endpoint.
    pub(super) port: JoinHandle<()>,
    pub(super) kept: bool,
    pub(super) holds: u32,
    /// Since when nobody holds it.
    pub(super) idle_since: Instant,
    /// Whether its session was not there when last looked: a switch back may still be undone.
    pub(super) missing: bool,
    pub(super) closed: watch::Sender<Option<Closed>>,
}

/// One endpoint, as its port sees it.
pub(super) struct Endpoint {
    pub(super) session: SessionView,
    pub(super) door: Door,
    pub(super) opened_at: Timestamp,
    pub(super) source: Arc<dyn Source>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) uses: Mutex<Uses>,
    pub(super) used: Arc<Notify>,
    pub(super) closed: watch::Receiver<Option<Closed>>,
}

impl Endpoint {
    pub(super) fn judge(&self, request: &http::request::Parts) -> Result<(), Refusal> {
        // A program may have connected just before the port was closed.
        match *self.closed.borrow() {
            Some(_) => Err(Refusal::Closed),
            None => self.door.judge(request),
        }
    }

    pub(super) async fn credentials(&self) -> Result<Given, Unavailable> {
        let given = self
            .source
            .credentials(&SessionId(self.session.id.clone()))
            .await?;
        match *self.closed.borrow() {
            Some(why) => Err(Unavailable(why.to_string())),
            None => Ok(given),
        }
    }

    pub(super) fn used(&self, outcome: UseOutcome, why: Option<String>, process: UseProcess) {
        let at = self.clock.now().wall;
        self.uses().add(EndpointUse {
            at,
            outcome,
            why,
            process,
        });
        self.used.notify_one();
    }

    pub(super) fn uses(&self) -> MutexGuard<'_, Uses> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}{PATH}", self.door.host)
    }

    pub(super) fn row(&self, event: &str, client: &str, at: Timestamp, detail: String) -> HistoryRow {
        let session = &self.session;
        HistoryRow {
            id: 0,
            at,
            event: event.to_owned(),
            outcome: outcome::OK.to_owned(),
            account_id: session.account_id,
            account_name: Some(session.account_name.clone()),
            role_name: Some(session.role_name.clone()),
            arn: session.arn.clone(),
            profile: session.profile.clone(),
            session_id: Some(session.id.clone()),
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: None,
            client: client.to_owned(),
            detail: Some(detail),
        }
    }
}

impl Opened {
    pub(super) fn view(&self) -> EndpointView {
        let endpoint = &self.endpoint;
        let uses = endpoint.uses();
        EndpointView {
            session_id: endpoint.session.id.clone(),
            address: endpoint.address(),
            opened_at: endpoint.opened_at,
            kept: self.kept,
            holds: self.holds,
            served: uses.served_count,
            refused: uses.other_count,
            uses: uses.newest(),
        }
    }

    /// Somebody else wants it too.
    pub(super) fn join(&mut self, kept: bool) -> Access {
        self.kept |= kept;
        self.idle_since = Instant::now();
        self.access()
    }

    /// Whether nobody wants it any more: who opened it went before waiting for its end.
    pub(super) fn is_left(&self) -> bool {
        !self.kept && self.holds == 0 && self.idle_since.elapsed() > HELD_WITHIN
    }

    pub(super) fn access(&self) -> Access {
        Access {
            view: self.view(),
            token: self.endpoint.door.token.clone(),
        }
    }
}
