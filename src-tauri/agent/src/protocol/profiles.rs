//! Profiles that are written into the shared files.

use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::TokenCode;
pub use hatrack_core::written_profile::{ProfileForm, ProfileOutcome, ProfilePlan, WrittenProfileView};
use serde::{Deserialize, Serialize};

use super::on_wire;
use super::session::SessionRef;

/// What a profile is to be called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    /// `hatrack-<account>-<role>`.
    Own,
    /// So.
    Named(String),
    /// `default`; what stands there is set aside.
    Default,
}

/// Writes a profile, or says what that would change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WriteProfile {
    /// Of what: a session, or a role by its exact name.
    pub of: SessionRef,
    /// What it is to be called.
    pub name: ProfileName,
    /// Whether the session's keys are written, and not a line that asks `hat`.
    pub keys: bool,
    /// What is asked beyond the catalog's own values; a session has its own.
    #[serde(default)]
    pub options: SwitchOptions,
    /// The code the device shows, where one is needed for the keys.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
}
