//! The last denial that the history has.

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{RoleChoice, SessionRef};
use hatrack_core::history::{event, outcome};
use hatrack_core::history_view::{HistoryQuery, HistoryRow};
use hatrack_core::view::DenialView;

use crate::failure::Failure;

/// What was denied last, and to which role. `None` where nothing was.
pub async fn denial(agent: &Agent) -> Result<Option<(Option<SessionRef>, DenialView)>, Failure> {
    let query = HistoryQuery {
        outcome: Some(outcome::DENIED.to_owned()),
        limit: 1,
        ..HistoryQuery::default()
    };
    let page = agent.history(query).await?;
    Ok(page.rows.into_iter().next().map(|row| (of(&row), told(row))))
}

fn of(row: &HistoryRow) -> Option<SessionRef> {
    let named = row.profile.as_ref().or(row.arn.as_ref())?;
    Some(SessionRef::Role(RoleChoice::Exact(named.clone())))
}

/// The history keeps AWS's error as `Code: message`.
fn told(row: HistoryRow) -> DenialView {
    let error = row.error.unwrap_or_default();
    let (code, message) = match error.split_once(": ") {
        Some((code, message)) if !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            (code, message)
        }
        _ => ("", error.as_str()),
    };
    let switched = [event::SWITCH, event::RENEW].contains(&row.event.as_str());
    DenialView {
        summary: String::new(),
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: row.request_id,
        action: if switched { "sts:AssumeRole" } else { "" }.to_owned(),
        resource: row.arn.filter(|_| switched),
        longest_duration: None,
    }
}
