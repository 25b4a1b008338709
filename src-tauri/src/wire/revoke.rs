//! What the window's own wire has for revoking the sessions of a role.

use serde::Deserialize;
use ts_rs::TS;

/// Revokes sessions, takes that back, or asks what either would do. No `Debug`: it would show the code.
#[derive(Deserialize, TS)]
pub struct RevokeSessionsRequest {
    /// A session of the role, or the role's ARN.
    pub of: String,
    /// Who signs: a session, or the catalog's key of an identity; chosen where it is `null`.
    pub signer: Option<String>,
    /// Takes a revocation back.
    pub undo: bool,
    /// The code of the signer's device, once it was asked for.
    pub mfa_code: Option<String>,
}
