//! Access keys and temporary sessions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use hatrack_core::secret::Secret;
use jiff::Timestamp;

use super::account::NamedPolicy;

/// A user's long-term access key.
#[derive(Debug, Clone)]
pub struct AccessKey {
    /// The secret access key.
    pub secret: Secret,
    /// The ARN of its user.
    pub user_arn: String,
    /// When it was made; `None` for those that were there from the start.
    pub created_at: Option<Timestamp>,
    /// Whether it is taken.
    pub active: bool,
    /// When it was last taken.
    pub last_used: Option<(Timestamp, String)>,
    /// How many more requests find nobody who has it: AWS takes a while to know a new key everywhere.
    pub unknown_for: u64,
}

/// Temporary credentials and what they stand for.
#[derive(Clone)]
pub struct Session {
    /// `ASIA…`.
    pub access_key_id: String,
    /// The secret access key.
    pub secret: Secret,
    /// The session token, without which the key is refused.
    pub token: Secret,
    /// When STS issued it.
    pub issued_at: Timestamp,
    /// When AWS stops taking it.
    pub expires_at: Timestamp,
    /// When the person showed an MFA code, if one was shown.
    pub mfa_at: Option<Timestamp>,
    /// Whose session it is.
    pub of: SessionOf,
}

/// What a session is a session of.
#[derive(Debug, Clone)]
pub enum SessionOf {
    /// GetSessionToken: the user itself, temporarily.
    User {
        /// The user's ARN.
        arn: String,
    },
    /// AssumeRole.
    Role(RoleSession),
    /// GetFederationToken.
    Federated(FederatedUser),
}

/// A guest that a user has made: it may do what both the user and the session policies allow.
#[derive(Debug, Clone)]
pub struct FederatedUser {
    /// The user's ARN.
    pub user_arn: String,
    /// `arn:aws:sts::ACCOUNT:federated-user/NAME`.
    pub arn: String,
    /// `ACCOUNT:NAME`.
    pub id: String,
    /// The session policies.
    pub policies: Vec<NamedPolicy>,
}

/// A session of a role.
#[derive(Debug, Clone)]
pub struct RoleSession {
    /// The role's ARN, with its path.
    pub role_arn: String,
    /// `RoleSessionName`.
    pub name: String,
    /// `arn:aws:sts::ACCOUNT:assumed-role/ROLE/NAME`.
    pub arn: String,
    /// The session policies passed along.
    pub policies: Vec<NamedPolicy>,
    /// Session tags, inherited ones among them.
    pub tags: BTreeMap<String, String>,
    /// The keys of the tags that pass on to the next hop.
    pub transitive: BTreeSet<String>,
    /// The source identity, set at the first hop.
    pub source_identity: Option<String>,
    /// Whether temporary credentials signed for it.
    pub chained: bool,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .field("of", &self.of)
            .finish_non_exhaustive()
    }
}
