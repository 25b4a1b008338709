//! What is shown of the history. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::AccountId;

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryRow {
    /// Grows with time; pages are cut by it.
    #[ts(type = "number")]
    pub id: i64,
    /// When.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// `switch`, `renew`, `expire`, `switch_back`, `export`, `hand_out`, `download`, `upload`.
    pub event: String,
    /// `ok`, `denied`, `failed`.
    pub outcome: String,
    /// The account.
    pub account_id: Option<AccountId>,
    /// The account's name at that time.
    pub account_name: Option<String>,
    /// The role's name.
    pub role_name: Option<String>,
    /// The role's ARN.
    pub arn: Option<String>,
    /// The profile it went by.
    pub profile: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// The session's life in seconds: granted for a switch, used for its end.
    pub duration_s: Option<u32>,
    /// How long AWS took to answer, in milliseconds.
    pub call_ms: Option<u32>,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// AWS's error code and message, where it failed.
    pub error: Option<String>,
    /// Who asked: `window`, `tray`, `hat`, `agent`.
    pub client: String,
    /// What was done, for people: "Copied env for zsh".
    pub detail: Option<String>,
}

/// What part of the history to show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct HistoryQuery {
    /// Not before this.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Before this.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
    /// Only this account.
    pub account_id: Option<AccountId>,
    /// Only this outcome.
    pub outcome: Option<String>,
    /// Only this event.
    pub event: Option<String>,
    /// Only these events; none given means all.
    pub events: Vec<String>,
    /// Only the role of this name.
    pub role_name: Option<String>,
    /// Only this session.
    pub session_id: Option<String>,
    /// Words to find in account, role, ARN, profile, error or request ID.
    pub text: Option<String>,
    /// Rows before this row's ID: the next page.
    #[ts(type = "number | null")]
    pub before: Option<i64>,
    /// At most this many rows; 0 means 100.
    pub limit: u32,
}

/// A page of the history, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryPage {
    /// The rows.
    pub rows: Vec<HistoryRow>,
    /// Give this as `before` for the next page; `None` at the end.
    #[ts(type = "number | null")]
    pub next: Option<i64>,
}
