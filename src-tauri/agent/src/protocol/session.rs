//! Sessions by name, and what is remembered of them.

use hatrack_core::sts_limits::{SessionDuration, TokenCode};
use serde::{Deserialize, Serialize};

use super::catalog::RoleChoice;
use super::on_wire;

/// A session, by its ID or by its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionRef {
    /// `SessionView::id`.
    Id(String),
    /// The role. Where a session must be live, its newest.
    Role(RoleChoice),
    /// What a person typed: a session's ID if there is one, else a ROLE.
    Typed(String),
}

/// Gets a session again; it keeps its ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewRequest {
    /// Which.
    pub session: SessionRef,
    /// The code the device shows, where one is needed.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Asked for instead of the duration it was got with.
    #[serde(default)]
    pub duration: Option<SessionDuration>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
}

/// Switch back: drops a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndRequest {
    /// Which.
    pub session: SessionRef,
}

/// A line for the history about what a client did: an export, a download, an upload.
///
/// Account, role and profile come from the session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordRequest {
    /// A word of `hatrack_core::history::event`.
    pub event: String,
    /// A word of `hatrack_core::history::outcome`.
    pub outcome: String,
    /// The session it was done with.
    pub session_id: Option<String>,
    /// What was done, for people: "Copied env for zsh".
    pub detail: Option<String>,
    /// AWS's error code and message, where it failed.
    pub error: Option<String>,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// How long it took, in milliseconds.
    pub call_ms: Option<u32>,
}
