//! Looking for roles.

use hatrack_core::discover::Searched;
pub use hatrack_core::discovery_view::DiscoverOutcome;
use hatrack_core::sts_limits::TokenCode;
use serde::{Deserialize, Serialize};

use super::{RoleChoice, on_wire};

/// Looks for roles, with the credentials of an identity or a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DiscoverRequest {
    /// Whose credentials read.
    pub start: RoleChoice,
    /// What to look for.
    pub searched: Searched,
    /// The code that the device shows, for who may read only with one.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
}
