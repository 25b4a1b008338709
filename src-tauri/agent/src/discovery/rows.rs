//! What history says of searches for roles.

use hatrack_core::caller::Client;
use hatrack_core::discovery_view::{DiscoveryReport, UnreadView};
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::HistoryRow;
use hatrack_core::sts::AwsFailure;
use hatrack_store::kept::KeptDiscovery;
use jiff::Timestamp;

/// Whose search, and when it ended.
pub(super) struct Searcher<'a> {
    /// The profile or role that read, by the catalog's key.
    pub start: &'a str,
    /// Who asked for it.
    pub client: Client,
    /// When it ended.
    pub at: Timestamp,
}

impl Searcher<'_> {
    /// It came to an end. `account_name`: what the reader's account is called.
    pub(super) fn found(&self, kept: &KeptDiscovery, account_name: Option<String>) -> HistoryRow {
        let roles = kept.found.roles.len();
        let by_name = kept.found.roles.iter().filter(|role| role.candidate).count();
        let unread = unread(&kept.report);
        let what: Vec<&str> = unread.iter().map(|unread| unread.operation.as_str()).collect();
        let but = match what.as_slice() {
            [] => String::new(),
            what => format!("; not read: {}", what.join(", ")),
        };
        HistoryRow {
            account_id: Some(kept.found.account),
            account_name,
            request_id: unread.iter().find_map(|unread| unread.request_id.clone()),
            detail: Some(format!(
                "{roles} roles found, {by_name} of them by name alone, read as {}{but}",
                kept.report.who
            )),
            ..self.row(outcome::OK)
        }
    }

    /// AWS did not tell who reads, so nothing was read.
    pub(super) fn failed(&self, why: &AwsFailure) -> HistoryRow {
        let came = match why {
            AwsFailure::Refused(_) => outcome::DENIED,
            _ => outcome::FAILED,
        };
        HistoryRow {
            request_id: super::request_id(why),
            error: Some(why.to_string()),
            detail: Some("Looked for roles".to_owned()),
            ..self.row(came)
        }
    }

    fn row(&self, came: &str) -> HistoryRow {
        HistoryRow {
            id: 0,
            at: self.at,
            event: event::DISCOVER.to_owned(),
            outcome: came.to_owned(),
            account_id: None,
            account_name: None,
            role_name: None,
            arn: None,
            profile: Some(self.start.to_owned()),
            session_id: None,
            duration_s: None,
            call_ms: None,
            request_id: None,
            error: None,
            client: self.client.as_str().to_owned(),
            detail: None,
        }
    }
}

fn unread(report: &DiscoveryReport) -> Vec<&UnreadView> {
    let policies = report.policies.iter().flat_map(|policies| &policies.unread);
    let organization = report.organization.iter().flat_map(|listed| &listed.unread);
    policies.chain(organization).collect()
}
