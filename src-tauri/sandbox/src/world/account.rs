//! Accounts and who lives in them.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use hatrack_core::policy::{Kind, Policy, PolicyError};

use super::mfa::MfaDevice;
use super::session::RoleSession;

/// A policy document: as written, and as read.
#[derive(Debug, Clone)]
pub struct Document {
    /// The text.
    pub text: String,
    /// What it says.
    pub policy: Policy,
}

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// The text is no policy of this kind.
    pub fn read(kind: Kind, text: &str) -> Result<Self, PolicyError> {
        let policy = Policy::parse(kind, text)?;
        Ok(Self {
            text: text.to_owned(),
            policy,
        })
    }
}

/// A policy with its name.
#[derive(Debug, Clone)]
pub struct NamedPolicy {
    /// As it stands in the account.
    pub name: String,
    /// The ARN of a managed policy that is attached; `None` for one that is embedded.
    pub managed: Option<String>,
    /// The document.
    pub document: Document,
}

impl NamedPolicy {
    /// An embedded policy.
    pub fn embedded(name: &str, document: Document) -> Self {
        Self {
            name: name.to_owned(),
            managed: None,
            document,
        }
    }
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
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// `AGPA…`.
    pub id: String,
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
    pub trust: Document,
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
    /// Its path, with a slash at either end.
    pub fn path(&self) -> &str {
        let resource = self.arn.split_once(":role").map_or("", |(_, resource)| resource);
        resource.strip_suffix(self.name.as_str()).unwrap_or("/")
    }

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
            chained: false,
        }
    }
}

/// An OpenID Connect provider that an account trusts.
#[derive(Debug, Clone)]
pub struct IdentityProvider {
    /// The audiences that it may issue tokens for (`ClientIDList`).
    pub audiences: Vec<String>,
}
