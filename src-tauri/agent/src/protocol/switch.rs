//! Switch.

use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::TokenCode;
use serde::{Deserialize, Serialize};

use super::catalog::RoleChoice;
use super::on_wire;

/// Asks for a session of a role. A live one serves if each option given matches and it has life enough left.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SwitchRequest {
    /// The role.
    pub role: RoleChoice,
    /// What is asked beyond the catalog's own values.
    #[serde(default)]
    pub options: SwitchOptions,
    /// The code the device shows, where one is needed.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone (`--allow-endpoint`).
    #[serde(default)]
    pub allow_endpoint: bool,
}

impl SwitchRequest {
    /// With nothing asked beyond the role.
    pub fn of(role: RoleChoice) -> Self {
        Self {
            role,
            options: SwitchOptions::default(),
            mfa_code: None,
            allow_endpoint: false,
        }
    }
}
