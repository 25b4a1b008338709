//! Where a session's credentials went, and what switching back leaves. No type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A way by which credentials leave the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UseKind {
    /// Exports for a shell (`hat env`).
    Env,
    /// A program asked for them (`credential_process`).
    Process,
    /// Buckets (`hat s3`).
    S3,
    /// A browser was signed in to the console.
    Console,
    /// A link that signs in was copied or printed.
    ConsoleLink,
    /// A command that keeps fresh credentials (`hat exec`).
    Exec,
    /// A terminal that the window opened.
    Terminal,
}

/// One use of a session; uses that are alike are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UseView {
    /// The way.
    pub kind: UseKind,
    /// Which: the console's page, or the name of a program. Never its arguments.
    pub what: Option<String>,
    /// In which browser, where one was named.
    pub place: Option<String>,
    /// How often.
    pub count: u32,
    /// How many of them run now.
    pub running: u32,
    /// When it was last.
    #[ts(type = "string")]
    pub last_at: Timestamp,
}

/// The uses of a session, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SessionUsesView {
    /// The session.
    pub session_id: String,
    /// Since when uses are known, for a session that is older than the agent: it forgets them with its end.
    #[ts(type = "string | null")]
    pub known_since: Option<Timestamp>,
    /// They.
    pub uses: Vec<UseView>,
}

/// What switching back did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SwitchedBackView {
    /// Names it for the undo; `None` where it cannot be undone.
    pub undo: Option<String>,
    /// For how long it can be undone, in seconds.
    pub undo_s: u32,
    /// The sessions that people saw.
    pub sessions: Vec<LeftView>,
}

/// A session that was switched back, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftView {
    /// The session.
    pub session_id: String,
    /// Its account.
    pub account_name: String,
    /// Its role.
    pub role_name: String,
    /// Until when AWS accepts the credentials; `None` where they had ended.
    #[ts(type = "string | null")]
    pub valid_until: Option<Timestamp>,
    /// What is undone with it, for people.
    pub undone: Vec<String>,
    /// What holds the credentials all the same, for people.
    pub stays: Vec<String>,
}

/// What undoing a switch back brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BroughtBackView {
    /// The sessions that are there again.
    pub session_ids: Vec<String>,
    /// Why others are not, for people.
    pub notes: Vec<String>,
}
