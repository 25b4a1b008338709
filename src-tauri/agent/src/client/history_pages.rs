//! The history page by page: a million rows are never in memory at once.

use hatrack_core::history_view::{HistoryQuery, HistoryRow};

use super::{Agent, AgentError};

/// Rows asked for at once: the most that an answer holds.
const PAGE: u32 = 1000;

/// The pages of a query, newest row first.
pub struct HistoryPages<'a> {
    agent: &'a Agent,
    query: HistoryQuery,
    /// How many rows may still come; `None` for all.
    left: Option<u32>,
    ended: bool,
}

impl<'a> HistoryPages<'a> {
    /// At most `most` rows of `query`, whose own `before` and `limit` are not heeded.
    pub fn of(agent: &'a Agent, query: HistoryQuery, most: Option<u32>) -> Self {
        Self {
            agent,
            query: HistoryQuery {
                before: None,
                ..query
            },
            left: most,
            ended: most == Some(0),
        }
    }

    /// The next page; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Vec<HistoryRow>>, AgentError> {
        if self.ended {
            return Ok(None);
        }
        self.query.limit = self.left.map_or(PAGE, |left| left.min(PAGE));
        let page = self.agent.history(self.query.clone()).await?;
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(u32::try_from(page.rows.len()).unwrap_or(u32::MAX));
        }
        self.query.before = page.next;
        self.ended = page.next.is_none() || self.left == Some(0);
        Ok(Some(page.rows))
    }
}
