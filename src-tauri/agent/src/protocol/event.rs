//! What the agent tells its subscribers.

use hatrack_core::in_use::SwitchedBackView;
use hatrack_core::view::{NeedView, SessionView};
use serde::{Deserialize, Serialize};

/// What a client refetches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Topic {
    Catalog,
    Sessions,
    History,
    Settings,
    Status,
    /// Sign-ins: who is signed in where, and what a sign-in lists.
    Portals,
    /// Searches for roles.
    Discoveries,
    /// Where sessions' credentials went.
    Uses,
    /// Open endpoints, and who has asked there.
    Endpoints,
}

impl Topic {
    /// Every topic: what a subscriber is told that was too slow to be told each change.
    pub const ALL: [Self; 9] = [
        Self::Catalog,
        Self::Sessions,
        Self::History,
        Self::Settings,
        Self::Status,
        Self::Portals,
        Self::Discoveries,
        Self::Uses,
        Self::Endpoints,
    ];
}

/// Something happened in the agent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// What a client holds of these topics is out of date.
    Changed {
        /// Which.
        topics: Vec<Topic>,
        /// Grows with each change.
        revision: u64,
    },
    /// A session nears its end. Replaces an earlier reminder of the same session.
    Reminder {
        /// It, with `renew_needs_code` to choose what Renew does.
        session: Box<SessionView>,
        /// The mark: 15 or 5.
        minutes: u32,
    },
    /// A session has ended by time. Replaces its reminders.
    Expired {
        /// It.
        session: Box<SessionView>,
    },
    /// An automatic renewal failed: from here on the session is reminded of as any other.
    RenewFailed {
        /// It, with `renew_error`.
        session: Box<SessionView>,
        /// What happened and what to do.
        message: String,
    },
    /// A session was renewed or ended: what was shown about it no longer holds.
    Withdrawn {
        /// Which.
        session_id: String,
    },
    /// The person has switched back and can undo it for a moment.
    SwitchedBack {
        /// What was done, and how it is undone.
        back: Box<SwitchedBackView>,
    },
    /// A program waits for what only the person has (`credential-process` on an MFA role): the window asks, and a
    /// switch to `role_key` answers.
    Asked {
        /// The role.
        role_key: String,
        /// What is needed.
        need: NeedView,
        /// How long the program waits, in seconds.
        waits: u32,
    },
}
