//! The port to a role's inline policies.
//!
//! Source: IAM API Reference, "GetRolePolicy", "PutRolePolicy", "DeleteRolePolicy".

use async_trait::async_trait;
use jiff::Timestamp;

use crate::secret::Credentials;
use crate::sts::{AwsFailure, Reach};

/// What GetRolePolicy answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolePolicy {
    /// The document as JSON; `None` where the role has no policy of that name, or is not there.
    pub document: Option<String>,
    /// The `Date` of the answer: AWS's clock, in whole seconds.
    pub aws_date: Option<Timestamp>,
}

/// The inline policies of the roles of the signer's own account. A role is meant by its name without path.
#[async_trait]
pub trait RolePolicies: Send + Sync {
    /// GetRolePolicy.
    async fn read(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
    ) -> Result<RolePolicy, AwsFailure>;

    /// PutRolePolicy: in the place of what has that name.
    async fn put(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
        document: &str,
    ) -> Result<(), AwsFailure>;

    /// DeleteRolePolicy; nothing there is fine.
    async fn delete(
        &self,
        reach: &Reach,
        signer: &Credentials,
        role: &str,
        policy: &str,
    ) -> Result<(), AwsFailure>;
}
