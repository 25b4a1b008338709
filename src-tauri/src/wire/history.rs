//! The history: its days, its report, its export, and how much of it is kept.

use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{DayStarts, RoleUseQuery};
use hatrack_core::history_text::HistoryFormat;
use hatrack_core::history_view::HistoryQuery;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Days to add up.
#[derive(Debug, Deserialize, TS)]
pub struct HistoryDaysRequest {
    /// When each begins, and where the last one ends.
    pub starts: DayStarts,
}

/// A report of use.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct RoleUseRequest {
    pub query: RoleUseQuery,
}

/// Writes rows to a file that the person names.
#[derive(Debug, Deserialize, TS)]
pub struct ExportHistoryRequest {
    /// Which rows; its `before` and `limit` are not heeded.
    pub query: HistoryQuery,
    /// For whom.
    pub format: HistoryFormat,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HistoryExported {
    /// How many rows.
    #[ts(type = "number")]
    pub rows: u64,
    /// To which file.
    pub path: String,
}

/// How much of the history is kept from now on.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct HistoryKeepRequest {
    pub keep: HistoryKeep,
}
