//! What the person says about accounts and roles, and taking that from one computer to another.

use std::path::PathBuf;

use hatrack_core::account::{AccountId, HatColour};
use hatrack_core::catalog::{RegionName, SessionNameTemplate};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_store::teams::FileHash;
use serde::{Deserialize, Serialize};

pub use hatrack_store::exchange::Change;

/// What becomes of one thing that may have been said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set<T> {
    /// It stays as it is.
    #[default]
    Keep,
    /// It is taken back.
    Clear,
    /// It becomes this.
    To(T),
}

impl<T> Set<T> {
    /// Does it to `what`.
    pub fn apply(self, what: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *what = None,
            Self::To(value) => *what = Some(value),
        }
    }
}

/// What sessions start with where neither the request nor the profile says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SetDefaults {
    /// The duration to ask for.
    pub duration: Set<SessionDuration>,
    /// The region.
    pub region: Set<RegionName>,
    /// The session name to send.
    pub session_name: Set<SessionNameTemplate>,
}

/// Says something about an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribeAccount {
    /// Which.
    pub account_id: AccountId,
    /// Its name.
    #[serde(default)]
    pub name: Set<String>,
    /// Its hat.
    #[serde(default)]
    pub colour: Set<HatColour>,
    /// Whether it is marked as production; `None` leaves that as it is. The window asks once more before a switch to it.
    #[serde(default)]
    pub production: Option<bool>,
    /// Whatever is to be remembered.
    #[serde(default)]
    pub notes: Set<String>,
    /// For sessions of its roles.
    #[serde(default)]
    pub defaults: SetDefaults,
}

/// Says something about a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DescribeRole {
    /// `RoleView::key`.
    pub role_key: String,
    /// What to call it.
    #[serde(default)]
    pub name: Set<String>,
    /// Whatever is to be remembered.
    #[serde(default)]
    pub notes: Set<String>,
    /// For its sessions.
    #[serde(default)]
    pub defaults: SetDefaults,
}

/// Takes over a file of `ExportSettings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSettings {
    /// The file; a relative path starts from the caller's folder.
    pub path: PathBuf,
    /// Only tells what it would change.
    pub dry_run: bool,
    /// The file that the person has seen, by `Changes::sha256`; where it is another by now, nothing is taken over.
    #[serde(default)]
    pub seen: Option<FileHash>,
}

/// What taking a file of settings over changes, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Of the file.
    pub sha256: FileHash,
    /// One by one.
    pub changes: Vec<Change>,
}
