//! Where credentials went, and switching back.

pub use hatrack_core::in_use::{
    BroughtBackView, LeftView, SessionUsesView, SwitchedBackView, UseKind, UseView,
};
use serde::{Deserialize, Serialize};

use super::session::SessionRef;

/// Switches back, and says what is left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchBack {
    /// From which session; from all where left out.
    pub session: Option<SessionRef>,
    /// Whether it is to be possible to undo it for a moment. Until then what was written for it stays where it is, and
    /// gives nothing but the keys that stand in it.
    pub undo: bool,
    /// Whether the client has taken its credentials off the clipboard, for the history.
    pub clipboard: bool,
}

/// A program runs with a session. It counts as running until the connection that said so ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldUse {
    /// The session.
    pub session_id: String,
    /// `Exec` or `Terminal`.
    pub kind: UseKind,
    /// The name of the program, without its arguments.
    pub program: String,
}
