//! What the window's own wire has for long-term access keys.
//!
//! Invariant: no key's secret crosses, in either direction. The one secret that comes in is an MFA code.

use serde::Deserialize;
use ts_rs::TS;

/// Asks for the keys that are known.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct AccessKeysRequest {
    /// Whether AWS is asked how old they are.
    pub ask_aws: bool,
}

/// Names a key.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct KeyRequest {
    /// Its profile.
    pub profile: String,
}

/// Rotates a key. No `Debug`: it would show the code.
#[derive(Deserialize, TS)]
pub struct RotateKeyRequest {
    /// Its profile.
    pub profile: String,
    /// Whether the old key is kept, inactive.
    pub keep_old: bool,
    /// A code of the user's device, once it was asked for.
    pub mfa_code: Option<String>,
}
