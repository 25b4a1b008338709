//! The port to IAM, as far as Hatrack reads it.
//!
//! Source: IAM API Reference.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::arn::RoleArn;
use crate::secret::Credentials;
use crate::sts::{AwsFailure, Reach};
use crate::sts_limits::SessionDuration;

/// A role as GetRole tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Its tags, in AWS's order.
    pub tags: Vec<(String, String)>,
    /// When it was last used, within the time that AWS remembers (400 days).
    pub last_used: Option<Timestamp>,
}

/// Whose own policies are read, by the name in the signer's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// A user's, and those of its groups.
    User(String),
    /// A role's.
    Role(String),
}

impl Whose {
    /// Of the ARN that GetCallerIdentity gives; `None` for an account's root and for who has no policies of its own.
    ///
    /// Source: IAM User Guide, "IAM identifiers".
    pub fn of_arn(arn: &str) -> Option<Self> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let ["arn", _, service, _, _, resource] = parts[..] else {
            return None;
        };
        let (kind, rest) = resource.split_once('/')?;
        match (service, kind) {
            // `user/path/to/troy`
            ("iam", "user") => Some(Self::User(rest.rsplit('/').next()?.to_owned())),
            // `assumed-role/Reader/session`: without the role's path
            ("sts", "assumed-role") => Some(Self::Role(rest.split('/').next()?.to_owned())),
            _ => None,
        }
    }
}

/// Where a policy was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyOf {
    /// At the user itself.
    User,
    /// At the role itself.
    Role,
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
    /// Those that were read: the user's or the role's first, embedded before attached, then each group's.
    pub policies: Vec<PolicyText>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// IAM.
#[async_trait]
pub trait Iam: Send + Sync {
    /// GetRole. The role is one of the signer's own account.
    async fn role(&self, reach: &Reach, signer: &Credentials, name: &str) -> Result<RoleFacts, AwsFailure>;

    /// The policies of the user who signs and of its groups, or of the role whose session signs. What may not be read is
    /// told in the answer; it is a failure only where nothing could be read.
    async fn own_policies(
        &self,
        reach: &Reach,
        signer: &Credentials,
        whose: &Whose,
    ) -> Result<OwnPolicies, AwsFailure>;
}
