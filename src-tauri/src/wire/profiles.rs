//! What the window's own wire has for profiles in the shared files.
//!
//! Invariant: no key of a session crosses. The one secret that comes in is an MFA code.

use serde::Deserialize;
use ts_rs::TS;

/// What a profile is to be called.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProfileNameRequest {
    /// `hatrack-<account>-<role>`.
    Own,
    /// So.
    Named {
        /// The name.
        name: String,
    },
    /// `default`.
    Default,
}

/// Asks what writing a profile would change.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct PlanProfileRequest {
    /// The session.
    pub session_id: String,
    /// What it is to be called.
    pub name: ProfileNameRequest,
    /// Whether the session's keys are written, and not a line that asks `hat`.
    pub keys: bool,
}

/// Writes a profile. No `Debug`: it would show the code.
#[derive(Deserialize, TS)]
pub struct WriteProfileRequest {
    /// The session.
    pub session_id: String,
    /// What it is to be called.
    pub name: ProfileNameRequest,
    /// Whether the session's keys are written, and not a line that asks `hat`.
    pub keys: bool,
    /// The code of the user's device, once it was asked for.
    pub mfa_code: Option<String>,
}

/// Names a profile that was written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct ProfileRequest {
    /// Its name.
    pub name: String,
}

/// Sets whether a session's keys may be written into profiles.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct KeysInProfilesRequest {
    /// Whether they may.
    pub allowed: bool,
}
