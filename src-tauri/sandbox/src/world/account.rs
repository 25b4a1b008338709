//! Accounts and who lives in them.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use hatrack_core::policy::Policy;

use super::mfa::MfaDevice;
use super::session::RoleSession;

/// A policy with its name.
#[derive(Debug, Clone)]
pub struct NamedPolicy {
    /// As it stands in the account.
    pub name: String,
    /// The document.
    pub policy: Policy,
}

/// An IAM user.
#[derive(Debug, Clone)]
pub struct User {
    /// The account.
    pub account: AccountId,
    /// The name, without path.
    pub name: String,
    /// The ARN.
    pub arn: String,
    /// `AIDA…`.
    pub id: String,
    /// The policies attached to the user itself.
    pub policies: Vec<NamedPolicy>,
    /// The ARNs of its groups.
    pub groups: Vec<String>,
    /// Its permissions boundary.
    pub boundary: Option<NamedPolicy>,
    /// Its MFA devices.
    pub mfa: Vec<MfaDevice>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// An IAM group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its policies.
    pub policies: Vec<NamedPolicy>,
}

/// An IAM role.
#[derive(Debug, Clone)]
pub struct Role {
    /// The account.
    pub account: AccountId,
    /// The name, without path.
    pub name: String,
    /// The ARN, with its path.
    pub arn: String,
    /// `AROA…`.
    pub id: String,
    /// Who may assume it.
    pub trust: Policy,
    /// Its identity policies.
    pub policies: Vec<NamedPolicy>,
    /// Its permissions boundary.
    pub boundary: Option<NamedPolicy>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// `MaxSessionDuration`, in seconds.
    pub max_session_seconds: i64,
}

impl Role {
    /// A session of this role with nothing passed along.
    pub fn session(&self, name: &str) -> RoleSession {
        RoleSession {
            role_arn: self.arn.clone(),
            name: name.to_owned(),
            arn: format!("arn:aws:sts::{}:assumed-role/{}/{name}", self.account, self.name),
            policies: Vec::new(),
            tags: BTreeMap::new(),
            transitive: Default::default(),
            source_identity: None,
        }
    }
}

/// An OpenID Connect provider that an account trusts.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    /// The audiences that it may issue tokens for (`ClientIDList`).
    pub audiences: Vec<String>,
}
