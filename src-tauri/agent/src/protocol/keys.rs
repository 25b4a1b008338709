//! Long-term access keys, and the vault.

pub use hatrack_core::access_key::{FileChange, FileLine, KeyKept, RotateOutcome, RotationGivenUp};
use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::TokenCode;
use serde::{Deserialize, Serialize};

use super::on_wire;

/// Puts a key into the vault that no file holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddKey {
    /// The name that roles have it as their source by.
    pub profile: String,
    /// `AKIA…`.
    pub access_key_id: String,
    /// The secret access key.
    #[serde(with = "on_wire::secret")]
    pub secret: Secret,
    /// Whether AWS is asked whose it is first.
    pub check: bool,
}

/// Takes a profile's key from the files into the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportKey {
    /// The profile.
    pub profile: String,
    /// Whether AWS is asked whose it is first.
    pub check: bool,
}

/// Rotates a key, or finishes what was begun.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RotateKey {
    /// The profile.
    pub profile: String,
    /// Whether the old key is kept, inactive.
    pub keep_old: bool,
    /// A code of the user's device, where policies want one.
    #[serde(with = "on_wire::code")]
    pub mfa_code: Option<TokenCode>,
}
