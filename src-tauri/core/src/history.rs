//! What happened, as history keeps it. No type here can hold a secret.

use async_trait::async_trait;

use jiff::Timestamp;

use crate::history_keep::HistoryKeep;
use crate::history_sums::{DayStarts, HistoryDay, RoleUse, RoleUseQuery};
use crate::history_view::{HistoryPage, HistoryQuery, HistoryRow};

/// The words of `HistoryRow::event`.
pub mod event {
    #![allow(missing_docs)]
    pub const SWITCH: &str = "switch";
    pub const RENEW: &str = "renew";
    pub const EXPIRE: &str = "expire";
    pub const SWITCH_BACK: &str = "switch_back";
    pub const SWITCH_BACK_UNDO: &str = "switch_back_undo";
    pub const EXPORT: &str = "export";
    pub const HAND_OUT: &str = "hand_out";
    pub const CONSOLE: &str = "console";
    pub const DOWNLOAD: &str = "download";
    pub const UPLOAD: &str = "upload";
    pub const COPY: &str = "copy";
    pub const SYNC: &str = "sync";
    pub const DELETE: &str = "delete";
    pub const UNDELETE: &str = "undelete";
    pub const RENAME: &str = "rename";
    pub const NEW_FOLDER: &str = "new_folder";
    pub const OBJECT_CHANGE: &str = "object_change";
    pub const RESTORE: &str = "restore";
    pub const PRESIGN: &str = "presign";
    pub const SIGN_IN: &str = "sign_in";
    pub const SIGN_OUT: &str = "sign_out";
    pub const DISCOVER: &str = "discover";
    pub const KEY_IMPORT: &str = "key_import";
    pub const KEY_ROTATE: &str = "key_rotate";
    pub const KEY_GIVE_UP: &str = "key_give_up";
    pub const KEY_REMOVE: &str = "key_remove";
    pub const PROFILE_WRITE: &str = "profile_write";
    pub const PROFILE_REMOVE: &str = "profile_remove";
    pub const REVOKE: &str = "revoke";
    pub const REVOKE_UNDO: &str = "revoke_undo";
    pub const ENDPOINT_OPEN: &str = "endpoint_open";
    pub const ENDPOINT_CLOSE: &str = "endpoint_close";
}

/// The words of `HistoryRow::outcome`.
pub mod outcome {
    #![allow(missing_docs)]
    pub const OK: &str = "ok";
    pub const DENIED: &str = "denied";
    pub const FAILED: &str = "failed";
}

/// History could not be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the history could not be {doing}: {why}")]
pub struct HistoryFailure {
    /// `written`, `read` or `shortened`.
    pub doing: &'static str,
    /// The reason, and what to do.
    pub why: String,
}

/// The port to what is remembered.
#[async_trait]
pub trait HistoryLog: Send + Sync {
    /// Writes one row; `row.id` is ignored. Durable when it returns.
    async fn append(&self, row: HistoryRow) -> Result<(), HistoryFailure>;
    /// One page, newest first.
    async fn page(&self, query: &HistoryQuery) -> Result<HistoryPage, HistoryFailure>;
    /// What was done in each account on each of the days, the first day first.
    async fn days(&self, days: &DayStarts) -> Result<Vec<HistoryDay>, HistoryFailure>;
    /// How each role was used, the one used last first.
    async fn role_use(&self, query: &RoleUseQuery) -> Result<Vec<RoleUse>, HistoryFailure>;
    /// Removes what is not to be kept as of `now`, in small steps between which others read and write. Answers how
    /// many rows went.
    async fn prune(&self, keep: HistoryKeep, now: Timestamp) -> Result<u64, HistoryFailure>;
}
