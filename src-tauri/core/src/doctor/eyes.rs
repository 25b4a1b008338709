//! The port by which Doctor sees more than the refusal tells. It only reads, and each look may be refused without harm.

use async_trait::async_trait;

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::secret::Credentials;
use crate::sts::Reach;

use super::question::BucketAsked;
use super::refusal::Reported;
use super::sight::{Seen, Sight};

/// Whose credentials look, and where each service is reached with them.
#[derive(Clone)]
pub struct Viewer {
    /// Who signs. Never with an MFA code.
    pub credentials: Credentials,
    /// STS.
    pub sts: Reach,
    /// IAM.
    pub iam: Reach,
    /// S3.
    pub s3: Reach,
    /// Whether S3 is addressed by path.
    pub s3_path_style: bool,
}

/// What to look at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LookAt {
    /// Whether the viewer is who asks in account B: then their own policies are looked at.
    pub own: bool,
    /// The role, which a viewer of its account may read.
    pub role: Option<RoleArn>,
    /// The bucket.
    pub bucket: Option<BucketAsked>,
    /// What to have simulated of the viewer's own policies: actions with resources.
    pub simulate: Vec<(String, String)>,
    /// An encoded authorization message, for DecodeAuthorizationMessage.
    pub encoded: Option<String>,
}

/// What became of a request that was tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// AWS answered, be it that there is no such object.
    Served,
    /// AWS refused.
    Refused(Reported),
    /// It was not sent, or no answer came; why.
    NotTried(String),
}

/// AWS, looked at.
#[async_trait]
pub trait Eyes: Send + Sync {
    /// Looks at all of it at once, within a time limit.
    async fn look(&self, viewer: &Viewer, at: &LookAt) -> Sight;

    /// Sends the least request that takes this action: one byte of the object, one key of the list. What would change
    /// anything is not sent.
    async fn try_out(&self, viewer: &Viewer, action: &str, bucket: &BucketAsked) -> Tried;
}

impl<T> Seen<T> {
    /// What was seen by either; the first where both saw it.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let worth = |seen: &Self| match seen {
            Self::Known(..) => 3,
            Self::Absent(_) => 2,
            Self::Refused(_) => 1,
            Self::NotAsked => 0,
        };
        if worth(&other) > worth(&self) { other } else { self }
    }
}

impl Sight {
    /// What both saw together; the first counts where they differ.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut simulations = self.simulations;
        simulations.extend(other.simulations);
        let mut some_identity = self.some_identity;
        some_identity.extend(other.some_identity);
        Self {
            caller: self.caller.or(other.caller),
            identity: self.identity.or(other.identity),
            some_identity,
            boundary: self.boundary.or(other.boundary),
            simulations,
            role: self.role.or(other.role),
            trust: self.trust.or(other.trust),
            permissions: self.permissions.or(other.permissions),
            role_boundary: self.role_boundary.or(other.role_boundary),
            session: self.session.or(other.session),
            bucket_owner: self.bucket_owner.or(other.bucket_owner),
            bucket_region: self.bucket_region.or(other.bucket_region),
            bucket_policy: self.bucket_policy.or(other.bucket_policy),
            public_access: self.public_access.or(other.public_access),
            ownership: self.ownership.or(other.ownership),
            key_policy: self.key_policy.or(other.key_policy),
            key: self.key.or(other.key),
            caller_scps: self.caller_scps.or(other.caller_scps),
            role_scps: self.role_scps.or(other.role_scps),
            rcps: self.rcps.or(other.rcps),
            decoded: self.decoded.or(other.decoded),
        }
    }

    /// The account that the viewer turned out to be of.
    pub fn account(&self) -> Option<AccountId> {
        self.caller.known().map(|who| who.account)
    }
}
