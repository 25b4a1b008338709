//! Rows of the history.

use std::time::Duration;

use hatrack_core::account::AccountId;
use hatrack_core::caller::Client;
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;

use super::keeper::{Held, Keeper};
use super::mail::Fare;
use crate::protocol::Topic;

/// What a row says beside whose it is.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) outcome: &'static str,
    pub(super) request_id: Option<String>,
    pub(super) took: Option<Duration>,
    pub(super) error: Option<String>,
    pub(super) detail: Option<String>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            outcome: outcome::OK,
            request_id: None,
            took: None,
            error: None,
            detail: None,
        }
    }
}

impl Told {
    pub(super) fn error(self, outcome: &'static str, error: String) -> Self {
        Self {
            outcome,
            error: Some(error),
            ..self
        }
    }
}

impl Keeper {
    /// A row about nothing in particular, now.
    pub(super) fn bare_row(&self, event: &str, client: Client, told: Told) -> HistoryRow {
        HistoryRow {
            id: 0,
            at: self.now().wall,
            event: event.to_owned(),
            outcome: told.outcome.to_owned(),
            account_id: None,
            account_name: None,
            role_name: None,
            arn: None,
            profile: None,
            session_id: None,
            duration_s: None,
            call_ms: told
                .took
                .map(|took| took.as_millis().try_into().unwrap_or(u32::MAX)),
            request_id: told.request_id,
            error: told.error,
            client: client.as_str().to_owned(),
            detail: told.detail,
        }
    }

    /// A row about a session.
    pub(super) fn row_of(&self, held: &Held, event: &str, client: Client, told: Told) -> HistoryRow {
        let session = &held.session;
        let role = session.key.hops.last().map(|hop| &hop.role);
        HistoryRow {
            account_id: session.account,
            account_name: session.account.map(|id| self.account_name(id)),
            role_name: role
                .map(|role| role.role_name().to_owned())
                .or_else(|| session.origin.role_name.clone())
                .or_else(|| session.origin.profile.clone()),
            arn: role.map(ToString::to_string),
            profile: session.origin.profile.clone(),
            session_id: Some(session.id.to_string()),
            duration_s: Some(seconds(session.expiry.life)),
            ..self.bare_row(event, client, told)
        }
    }

    /// A row about a session's end: its duration is the life that was used. One that ended while nobody counted is
    /// written with its true time.
    pub(super) fn row_of_end(&self, held: &Held, event: &str, client: Client) -> HistoryRow {
        let (session, now) = (&held.session, self.now());
        let left = session.expiry.left(now.boot);
        HistoryRow {
            at: if left.is_zero() {
                session.expiry.at.min(now.wall)
            } else {
                now.wall
            },
            duration_s: Some(seconds(session.expiry.life.saturating_sub(left))),
            ..self.row_of(held, event, client, Told::default())
        }
    }

    /// A switch or renewal that gave no session.
    pub(super) fn write_attempt(&mut self, fare: &Fare, told: Told) {
        let order = &fare.plan.order;
        let role = fare.plan.key.hops.last().map(|hop| &hop.role);
        let account = role.map(|role| role.account()).or(order.account);
        let word = if fare.renews.is_some() {
            event::RENEW
        } else {
            event::SWITCH
        };
        let row = HistoryRow {
            account_id: account,
            account_name: account.map(|id| self.account_name(id)),
            role_name: role
                .map(|role| role.role_name().to_owned())
                .or_else(|| fare.plan.origin.role_name.clone())
                .or_else(|| order.profile.clone()),
            arn: role.map(ToString::to_string),
            profile: order.profile.clone(),
            session_id: fare.renews.as_ref().map(ToString::to_string),
            ..self.bare_row(word, fare.caller.client, told)
        };
        self.write(row);
        self.audience.changed(&[Topic::Catalog]);
    }

    pub(super) fn write(&mut self, row: HistoryRow) {
        self.last_uses.note(&row);
        self.scribe.row(row);
    }

    pub(super) fn account_name(&self, id: AccountId) -> String {
        let name = self.wiring.catalogs.account_name(id);
        name.unwrap_or_else(|| id.to_string())
    }
}

pub(super) fn seconds(time: Duration) -> u32 {
    time.as_secs().try_into().unwrap_or(u32::MAX)
}
