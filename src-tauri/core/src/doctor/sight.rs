//! What can be seen from here, and how.
//!
//! Each look may be refused, and most are: one sees one's own account at best. What was not looked at, what AWS would
//! not show and what is not there are three different things.

use crate::account::AccountId;
use crate::arn::RoleArn;

/// How something is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// AWS gave the document.
    Read,
    /// The person gave it, under this name.
    Pasted(String),
}

/// What became of one look.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Seen<T> {
    /// It was seen.
    Known(T, How),
    /// AWS would not show it; why, in a few words with AWS's code.
    Refused(String),
    /// It was looked for, and is not there (no bucket policy, no boundary).
    Absent(How),
    /// Nobody looked.
    #[default]
    NotAsked,
}

impl<T> Seen<T> {
    /// What was seen.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// Whether it is certain what is there, be it nothing.
    pub fn is_certain(&self) -> bool {
        matches!(self, Self::Known(..) | Self::Absent(_))
    }
}

/// A policy document with where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its name: the policy's, or the file's.
    pub name: String,
    /// Its ARN, where it is a managed policy.
    pub arn: Option<String>,
    /// The group that it came through.
    pub group: Option<String>,
    /// The JSON.
    pub text: String,
}

impl Document {
    /// A document that is embedded, or pasted.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            arn: None,
            group: None,
            text: text.into(),
        }
    }
}

/// Who AWS says one is: GetCallerIdentity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// The account.
    pub account: AccountId,
    /// The ARN: of the user or of the role's session.
    pub arn: String,
    /// For a session, the ARN of its role with its path, where GetRole gave it.
    pub role: Option<RoleArn>,
}

/// What SimulatePrincipalPolicy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SimulatedOutcome {
    /// `allowed`.
    Allowed,
    /// `explicitDeny`.
    ExplicitDeny,
    /// `implicitDeny`.
    ImplicitDeny,
}

/// One answer of SimulatePrincipalPolicy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulation {
    /// The ARN of the user or role that it was asked about.
    pub principal: String,
    /// The action.
    pub action: String,
    /// The resource.
    pub resource: String,
    /// The answer.
    pub outcome: SimulatedOutcome,
    /// The names of the policies whose statements matched.
    pub matched: Vec<String>,
    /// Context keys that policies ask for and the simulation was not given.
    pub missing_context: Vec<String>,
}

/// A bucket's or an account's PublicAccessBlock, as far as it can refuse somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAccess {
    /// `RestrictPublicBuckets`: a public bucket policy then serves its own account only.
    pub restrict_public_buckets: bool,
    /// `IgnorePublicAcls`.
    pub ignore_public_acls: bool,
    /// `BlockPublicPolicy`: a bucket policy that makes it public is refused when it is put.
    pub block_public_policy: bool,
}

/// A bucket's object ownership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// ACLs are off: the bucket's owner owns every object.
    BucketOwnerEnforced,
    /// Uploads with `bucket-owner-full-control` become the bucket owner's.
    BucketOwnerPreferred,
    /// The uploader owns what it uploads; the bucket's policy does not reach it.
    ObjectWriter,
}

/// Everything that could be seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Who one is in B.
    pub caller: Seen<Who>,
    /// The caller's own policies, its groups' among them. Known only if all of them could be read.
    pub identity: Seen<Vec<Document>>,
    /// Those policies that could be read, where not all could.
    pub some_identity: Vec<Document>,
    /// The caller's permissions boundary.
    pub boundary: Seen<Document>,
    /// Simulations that were asked for.
    pub simulations: Vec<Simulation>,
    /// Whether the role exists: `Known(true)`, or `Absent` where IAM says no.
    pub role: Seen<RoleArn>,
    /// The role's trust policy.
    pub trust: Seen<Document>,
    /// The role's permissions. Known only if all of them could be read.
    pub permissions: Seen<Vec<Document>>,
    /// The role's permissions boundary.
    pub role_boundary: Seen<Document>,
    /// The session policies that went along with the switch.
    pub session: Seen<Vec<Document>>,
    /// The account that owns the bucket.
    pub bucket_owner: Seen<AccountId>,
    /// The region of the bucket.
    pub bucket_region: Seen<String>,
    /// The bucket's policy.
    pub bucket_policy: Seen<Document>,
    /// What blocks public access to the bucket.
    pub public_access: Seen<PublicAccess>,
    /// Who owns its objects.
    pub ownership: Seen<Ownership>,
    /// The key's policy, where the bucket or the object is encrypted with a customer's key.
    pub key_policy: Seen<Document>,
    /// The ARN of that key.
    pub key: Option<String>,
    /// The service control policies of B, one list for each level from the root to the account.
    pub caller_scps: Seen<Vec<Vec<Document>>>,
    /// The same for A.
    pub role_scps: Seen<Vec<Vec<Document>>>,
    /// The resource control policies of A, level by level.
    pub rcps: Seen<Vec<Vec<Document>>>,
    /// The text that DecodeAuthorizationMessage gave.
    pub decoded: Seen<String>,
}
