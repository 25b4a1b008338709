//! Teams' catalogs.

pub use hatrack_store::teams::{FileHash, TeamTrust};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Lists a team's catalog from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddTeam {
    /// An https address, or a path; a relative one starts from the caller's folder.
    pub location: String,
    /// What makes the file trusted.
    pub trust: TeamTrust,
}

/// What a team's file would list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamPreview {
    /// What the team calls itself.
    pub name: String,
    /// Of the file, for the person to compare and pin.
    pub sha256: FileHash,
    /// How many accounts it describes.
    pub accounts: usize,
    /// How many roles it lists.
    pub roles: usize,
    /// A line for each account and role: `+` and what it is.
    pub lines: Vec<String>,
}

/// A team whose catalog is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamView {
    /// What it calls itself.
    pub name: String,
    /// Where its file is.
    pub location: String,
    /// `sha256 …` or `key …`.
    pub trust: String,
    /// How many accounts it describes.
    pub accounts: usize,
    /// How many roles it lists.
    pub roles: usize,
    /// When what is listed came.
    pub fetched_at: Timestamp,
    /// When it was last looked for.
    pub checked_at: Option<Timestamp>,
    /// Why the last look gave nothing, if so; what came before stays listed.
    pub error: Option<String>,
    /// Another file that waits to be accepted.
    pub offered: Option<OfferedView>,
}

/// A file that is not the one that was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedView {
    /// Names it, to accept it.
    pub sha256: FileHash,
    /// What it would change, a line for each account and role: `-` as it is, `+` as it becomes.
    pub differences: Vec<String>,
}
