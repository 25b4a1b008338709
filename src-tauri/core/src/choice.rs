//! What the person chooses about the ways out of this computer, and about what stays on it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Through which proxy AWS is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProxyChoice {
    /// The one that the environment names, else the desktop's.
    #[default]
    System,
    /// The one that the environment names.
    Environment,
    /// None.
    None,
}

/// Where sign-ins to Identity Center are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInStore {
    /// In the AWS CLI's own cache, in the clear: one sign-in serves every tool.
    #[default]
    Shared,
    /// In the vault: Hatrack's alone.
    Vault,
}
