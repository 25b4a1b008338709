//! The AWS console.

use serde::Deserialize;
use ts_rs::TS;

/// A page of the console, as a session's role.
#[derive(Debug, Deserialize, TS)]
pub struct ConsolePageRequest {
    /// The session.
    pub session_id: String,
    /// The service whose page it is; `null` for where the console starts.
    pub service: Option<String>,
}
