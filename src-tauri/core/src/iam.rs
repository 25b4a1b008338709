//! The port to IAM, as far as Hatrack reads it.
//!
//! Source: IAM API Reference.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::arn::RoleArn;
use crate::secret::Credentials;
use crate::sts::{AwsFailure, Reach};
use crate::sts_limits::SessionDuration;

/// A role as GetRole tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleFacts {
    /// The role, with its path.
    pub role: RoleArn,
    /// Its path, with a slash at either end.
    pub path: String,
    /// `MaxSessionDuration`; `None` where the answer does not say.
    pub maximum: Option<SessionDuration>,
    /// Its trust policy, as JSON.
    pub trust: Option<String>,
    /// Its description.
    pub description: Option<String>,
    /// When it was last used, within the time that AWS remembers (400 days).
    pub last_used: Option<Timestamp>,
}

/// Where a policy was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyOf {
    /// At the user itself.
    User,
    /// At a group that the user is in, by name.
    Group(String),
}

/// An identity policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyText {
    /// Its name.
    pub name: String,
    /// Its ARN, where it is a managed one.
    pub arn: Option<String>,
    /// Where it was found.
    pub of: PolicyOf,
    /// The document, as JSON.
    pub document: String,
}

/// A list or a policy that could not be read: most people may read only some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// AWS's operation: `ListAttachedUserPolicies`.
    pub operation: &'static str,
    /// Why.
    pub why: AwsFailure,
}

/// One's own policies, as far as one may read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnPolicies {
    /// The user's name.
    pub user: String,
    /// Those that were read: the user's first, embedded before attached, then each group's.
    pub policies: Vec<PolicyText>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// IAM.
#[async_trait]
pub trait Iam: Send + Sync {
    /// GetRole. The role is one of the signer's own account.
    async fn role(&self, reach: &Reach, signer: &Credentials, name: &str) -> Result<RoleFacts, AwsFailure>;

    /// The policies of the user who signs and of its groups. What may not be read is told in the answer; it is a
    /// failure only where nothing could be read.
    async fn own_policies(
        &self,
        reach: &Reach,
        signer: &Credentials,
        user: &str,
    ) -> Result<OwnPolicies, AwsFailure>;
}
