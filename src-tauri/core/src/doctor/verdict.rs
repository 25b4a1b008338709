//! What Doctor says.

use crate::account::AccountId;

use super::cure::Cure;
use super::refusal::Refusal;

/// One of the places where a policy must allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Placement {
    /// Who asks must be allowed sts:AssumeRole, in B.
    AssumeRole,
    /// The role must trust who asks, in A.
    Trust,
    /// The role must be allowed what is wanted, in A; without a role, who asks must, in B.
    Permissions,
    /// The bucket's own policy.
    BucketPolicy,
}

/// What is known of a placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It allows what was asked.
    Present,
    /// All else that can be seen is there, and this is not to be seen.
    LikelyMissing,
    /// It does not allow it: its document was seen, or AWS named it.
    Missing,
    /// A statement in it denies.
    Denies,
    /// The request did not come so far.
    NotReached,
    /// It is not needed here.
    Optional,
    /// It cannot be told from here.
    CantSee,
}

impl Placement {
    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::AssumeRole => "assume_role",
            Self::Trust => "trust",
            Self::Permissions => "permissions",
            Self::BucketPolicy => "bucket_policy",
        }
    }

    /// Its name for people. Without a role, the caller's own permissions take the place of the role's.
    pub fn title(self, by_role: bool) -> &'static str {
        match self {
            Self::AssumeRole => "Allow sts:AssumeRole, in B",
            Self::Trust => "Trust policy, in A",
            Self::Permissions if by_role => "Permissions policy, in A",
            Self::Permissions => "Your permissions, in B",
            Self::BucketPolicy => "Bucket policy, in A",
        }
    }
}

impl Verdict {
    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::LikelyMissing => "likely_missing",
            Self::Missing => "missing",
            Self::Denies => "denies",
            Self::NotReached => "not_reached",
            Self::Optional => "optional",
            Self::CantSee => "cant_see",
        }
    }

    /// Its name for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Present => "Present",
            Self::LikelyMissing => "Likely missing",
            Self::Missing => "Missing",
            Self::Denies => "Denies",
            Self::NotReached => "Not reached",
            Self::Optional => "Optional",
            Self::CantSee => "Can't see",
        }
    }
}

impl OtherPlace {
    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::KeyPolicy => "key_policy",
            Self::Boundary => "boundary",
            Self::SessionPolicy => "session_policy",
            Self::ServiceControlPolicy => "service_control_policy",
            Self::ResourceControlPolicy => "resource_control_policy",
            Self::EndpointPolicy => "endpoint_policy",
            Self::PublicAccessBlock => "public_access_block",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::KeyPolicy => "KMS key policy",
            Self::Boundary => "Permissions boundary",
            Self::SessionPolicy => "Session policy",
            Self::ServiceControlPolicy => "Service control policy",
            Self::ResourceControlPolicy => "Resource control policy",
            Self::EndpointPolicy => "VPC endpoint policy",
            Self::PublicAccessBlock => "Block Public Access",
        }
    }
}

impl Cause {
    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingPlacement => "missing_placement",
            Self::ExplicitDeny => "explicit_deny",
            Self::ExternalId => "external_id",
            Self::Mfa => "mfa",
            Self::Condition => "condition",
            Self::RoleName => "role_name",
            Self::BucketName => "bucket_name",
            Self::Key => "key",
            Self::Limit => "limit",
            Self::Expired => "expired",
            Self::Credentials => "credentials",
            Self::Clock => "clock",
            Self::Region => "region",
            Self::NotThere => "not_there",
            Self::Duration => "duration",
            Self::BadPolicy => "bad_policy",
            Self::Throttled => "throttled",
            Self::NothingFound => "nothing_found",
            Self::Unclear => "unclear",
        }
    }
}

/// One placement, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Which.
    pub placement: Placement,
    /// The account that it belongs to.
    pub account: Option<AccountId>,
    /// What is known.
    pub verdict: Verdict,
    /// In one line.
    pub note: String,
    /// How it is known: a sentence each.
    pub evidence: Vec<String>,
    /// What to add, where something is to be added.
    pub cure: Option<Cure>,
}

/// A place outside the four where something can stand in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OtherPlace {
    /// The KMS key's policy.
    KeyPolicy,
    /// A permissions boundary.
    Boundary,
    /// The session's policy.
    SessionPolicy,
    /// A service control policy.
    ServiceControlPolicy,
    /// A resource control policy.
    ResourceControlPolicy,
    /// The VPC endpoint's policy.
    EndpointPolicy,
    /// The bucket's block of public access.
    PublicAccessBlock,
}

/// Something outside the four placements that stands in the way, or most likely does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Where.
    pub place: OtherPlace,
    /// Whose account.
    pub account: Option<AccountId>,
    /// Whether that is certain.
    pub verdict: Verdict,
    /// How it is known.
    pub evidence: Vec<String>,
    /// What to change.
    pub cure: Option<Cure>,
}

/// The cause, for scripts and for the window to branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// One or more of the placements do not allow it.
    MissingPlacement,
    /// A statement denies it.
    ExplicitDeny,
    /// The trust wants an external ID, and another or none was sent.
    ExternalId,
    /// The trust wants MFA, or a code was wrong.
    Mfa,
    /// A condition other than these does not hold.
    Condition,
    /// The role does not exist, or may not: a name that is almost another.
    RoleName,
    /// The bucket's name is almost another.
    BucketName,
    /// The KMS key.
    Key,
    /// A boundary, a session policy, the organization or an endpoint's policy.
    Limit,
    /// The credentials or the sign-in have expired.
    Expired,
    /// AWS does not know the key, or the signature does not fit it.
    Credentials,
    /// The clock.
    Clock,
    /// Another region is the right one.
    Region,
    /// There is no such bucket, object, role.
    NotThere,
    /// The duration.
    Duration,
    /// A policy that AWS does not take.
    BadPolicy,
    /// Too many requests.
    Throttled,
    /// Everything that can be seen allows it.
    NothingFound,
    /// It cannot be told which; each possible place is said.
    Unclear,
}

/// What Doctor makes of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// In one sentence.
    pub headline: String,
    /// What to do, in a few more.
    pub advice: Vec<String>,
    /// What AWS said.
    pub refusal: Option<Refusal>,
    /// Who asked, as policies name it, in B.
    pub caller: Option<String>,
    /// B.
    pub account_b: Option<AccountId>,
    /// A.
    pub account_a: Option<AccountId>,
    /// The role.
    pub role: Option<String>,
    /// The bucket.
    pub bucket: Option<String>,
    /// The action that was refused, or the first that is wanted.
    pub action: String,
    /// What it was asked of.
    pub resource: Option<String>,
    /// The placements, in their order: four by way of a role, two without.
    pub placements: Vec<Placed>,
    /// What else stands in the way.
    pub elsewhere: Vec<Elsewhere>,
    /// What it is not, and how that is known.
    pub ruled_out: Vec<String>,
    /// What cannot be seen from here.
    pub unseen: Vec<String>,
}

impl Diagnosis {
    /// The placement judged, if it has a part in this.
    pub fn placed(&self, placement: Placement) -> Option<&Placed> {
        self.placements.iter().find(|p| p.placement == placement)
    }
}
