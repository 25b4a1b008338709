//! Switching back, and undoing it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Switches back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SwitchBackRequest {
    /// From this session; from all where left out.
    pub session_id: Option<String>,
    /// Whether the page has had its credentials taken off the clipboard.
    pub clipboard: bool,
}

/// Undoes a switch back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UndoRequest {
    /// `SwitchedBackView::undo`.
    pub undo: String,
}
