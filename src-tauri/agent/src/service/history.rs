//! What happened, and what it comes to.

use hatrack_core::history_sums::{DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use hatrack_core::history_view::{HistoryPage, HistoryQuery};

use super::{Service, store};
use crate::protocol::WireError;

/// What was answered before is on disk, and in what is read.
impl Service {
    pub(super) async fn history(&self, query: &HistoryQuery) -> Result<HistoryPage, WireError> {
        self.scribe.flush().await;
        self.history.page(query).await.map_err(store)
    }

    pub(super) async fn history_days(&self, days: &DayStarts) -> Result<Vec<HistoryDay>, WireError> {
        self.scribe.flush().await;
        self.history.days(days).await.map_err(store)
    }

    pub(super) async fn role_use(&self, query: &RoleUseQuery) -> Result<Vec<RoleUse>, WireError> {
        self.scribe.flush().await;
        self.history.role_use(query).await.map_err(store)
    }
}
