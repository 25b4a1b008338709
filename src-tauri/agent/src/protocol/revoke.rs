//! Revoking the sessions of a role.

pub use hatrack_core::revoke::{RevokeHit, RevokeOutcome, RevokePlan, RevokeSigner, Revoked};
use hatrack_core::sts_limits::TokenCode;
use serde::{Deserialize, Serialize};

use super::on_wire;
use super::session::SessionRef;

/// Revokes the sessions of a role that were issued so far, takes that back, or says what either would do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevokeRequest {
    /// The role: a session's, one of the catalog, or any by its ARN.
    pub of: SessionRef,
    /// Who signs: a session, a role or an identity of the role's account; chosen where left out.
    #[serde(default)]
    pub signer: Option<SessionRef>,
    /// Takes a revocation back.
    #[serde(default)]
    pub undo: bool,
    /// The code the device shows, where the signer needs one.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
}

impl RevokeRequest {
    /// Of this role, signed by whoever may.
    pub fn of(of: SessionRef) -> Self {
        Self {
            of,
            signer: None,
            undo: false,
            mfa_code: None,
            allow_endpoint: false,
        }
    }
}
