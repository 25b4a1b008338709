//! How the agent is.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where sessions rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyringState {
    /// Sealed on disk, by a key in the keyring.
    Ok,
    /// There is no keyring: sessions live in memory and end with the agent.
    MemoryOnly,
    /// The keyring is locked: as `MemoryOnly` until it is unlocked.
    Locked,
}

/// The agent's state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The agent's version.
    pub version: String,
    /// Its process.
    pub pid: u32,
    /// Its home, for people.
    pub home: String,
    /// Whether the home is a sandbox's.
    pub sandbox: bool,
    /// Where sessions rest.
    pub keyring: KeyringState,
    /// Why they do not rest on disk, and what to do.
    pub keyring_note: Option<String>,
    /// How wrong this computer's clock is by AWS's answers, and what to do; `None` where it is right to five minutes.
    #[serde(default)]
    pub clock_note: Option<String>,
    /// Live sessions that people see.
    pub sessions: u32,
    /// Clients that listen.
    pub subscribers: u32,
    /// When it started.
    pub started_at: Timestamp,
}
