//! A refusal as AWS gave it: what it says, and no more than that.
//!
//! English is matched here, because reading AWS's messages is the task; wording that is not known falls back to what is
//! certain: the code, the status, the names in it.
//! Source: IAM User Guide, "Troubleshoot access denied error messages"; Amazon S3 API Reference, "Error responses";
//! STS and KMS API References, "Common errors".

mod because;
mod decoded;
mod facts;
mod kind;
mod sentence;

use crate::account::AccountId;
use crate::arn::RoleArn;

/// What sort of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefusalKind {
    /// A policy does not allow it, or denies it.
    NotAuthorized,
    /// The same, of the KMS key that an object is encrypted with.
    KeyNotAuthorized,
    /// A 403 without a body, as the answer to HEAD has it: whatever S3 would have said is lost.
    BareForbidden,
    /// The credentials, or the sign-in behind them, have expired.
    Expired,
    /// AWS does not know the access key or the token.
    UnknownKey,
    /// The signature does not fit the access key.
    WrongSecret,
    /// There was nothing to sign with.
    NoCredentials,
    /// The clock of the computer is off.
    ClockSkew,
    /// The bucket lives in another region than the one asked, or the request was signed for another.
    WrongRegion,
    /// The region has to be enabled for the account, or STS activated in it.
    RegionNotEnabled,
    /// There is no such bucket.
    NoSuchBucket,
    /// There is no such object.
    NoSuchKey,
    /// IAM knows no such role, user or policy.
    NoSuchEntity,
    /// An MFA code is wanted, or was wrong.
    MfaNeeded,
    /// The duration asked for is longer than the role, or a chain, allows.
    TooLong,
    /// A policy sent along, or named, is none that AWS takes.
    BadPolicy,
    /// Too many requests: no denial at all.
    Throttled,
    /// None of these.
    Unknown,
}

/// The sort of policy that AWS named in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicySort {
    /// A policy of the caller.
    Identity,
    /// The policy of the resource: bucket, key, trust.
    Resource,
    /// The session's policy.
    Session,
    /// The permissions boundary.
    Boundary,
    /// A service control policy of the caller's organization.
    ServiceControl,
    /// A resource control policy of the resource's organization.
    ResourceControl,
    /// The policy of the VPC endpoint that the request went through.
    Endpoint,
    /// A role's trust policy, where AWS calls it so.
    Trust,
}

/// What AWS says decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// "because no … policy allows the … action".
    NoneAllows(PolicySort),
    /// "with an explicit deny in a … policy", with the policy's ARN where AWS gives it.
    ExplicitDeny(Option<PolicySort>, Option<String>),
    /// KMS: the key does not exist in this region, or its policy does not allow it, or denies it.
    KeyHidden,
}

/// A refusal, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What sort it is.
    pub kind: RefusalKind,
    /// AWS's error code: `AccessDenied`.
    pub code: Option<String>,
    /// AWS's sentence, as far as it could be cut out of what stands around it; the whole text otherwise.
    pub message: String,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The operation: `AssumeRole`, `HeadObject`.
    pub operation: Option<String>,
    /// Who asked, as AWS names it: an ARN, mostly.
    pub caller: Option<String>,
    /// The action refused: `s3:GetObject`.
    pub action: Option<String>,
    /// The resource, as AWS names it: an ARN, mostly.
    pub resource: Option<String>,
    /// What AWS says decided, where it says so.
    pub because: Option<Because>,
    /// The encoded authorization message, for sts:DecodeAuthorizationMessage.
    pub encoded: Option<String>,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// The region that AWS says is the right one.
    pub right_region: Option<String>,
}

/// A refusal with its pieces already apart, as an SDK gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reported {
    /// The error code; empty for a response without a body.
    pub code: Option<String>,
    /// The message.
    pub message: Option<String>,
    /// The HTTP status.
    pub status: Option<u16>,
    /// The operation: `AssumeRole`.
    pub operation: Option<String>,
    /// The action that the operation needs, where the caller knows it; the message's own counts more.
    pub action: Option<String>,
    /// The ARN of what it was asked of; the message's own counts more.
    pub resource: Option<String>,
    /// AWS's request ID.
    pub request_id: Option<String>,
}

/// Text longer than this is cut: no message of AWS's comes near, an encoded one included.
const LONGEST: usize = 256 * 1024;

impl Refusal {
    /// Reads a refusal out of text, as pasted from a command, an SDK's exception, Terraform or the console.
    /// It never fails; what it cannot read is [`RefusalKind::Unknown`].
    pub fn read(text: &str) -> Self {
        let end = text.floor_char_boundary(LONGEST.min(text.len()));
        facts::read(&text[..end])
    }

    /// Reads a refusal whose pieces are known.
    pub fn of(reported: &Reported) -> Self {
        facts::of(reported)
    }

    /// The same with what sts:DecodeAuthorizationMessage gave for its encoded part. JSON that is not of that form changes
    /// nothing.
    pub fn with_decoded(&self, json: &str) -> Self {
        decoded::add(self, json)
    }

    /// The caller's account, where its ARN has one.
    pub fn caller_account(&self) -> Option<AccountId> {
        account_of(self.caller.as_deref()?)
    }

    /// Whether the refused call was an AssumeRole of any sort.
    pub fn is_of_assume_role(&self) -> bool {
        let action = self.action.as_deref().is_some_and(|a| {
            let a = a.to_ascii_lowercase();
            a.starts_with("sts:assumerole") || a == "sts:tagsession" || a == "sts:setsourceidentity"
        });
        action
            || self
                .operation
                .as_deref()
                .is_some_and(|o| o.starts_with("AssumeRole"))
    }

    /// The role that was to be assumed.
    pub fn role(&self) -> Option<RoleArn> {
        self.is_of_assume_role()
            .then(|| self.resource.as_deref()?.parse().ok())
            .flatten()
    }

    /// Whether a policy is what stands in the way, as far as can be told.
    pub fn is_denial(&self) -> bool {
        matches!(
            self.kind,
            RefusalKind::NotAuthorized | RefusalKind::KeyNotAuthorized | RefusalKind::BareForbidden
        )
    }
}

/// The account in an ARN.
pub fn account_of(arn: &str) -> Option<AccountId> {
    let account = arn.split(':').nth(4)?;
    arn.starts_with("arn:")
        .then(|| AccountId::of_digits(account))
        .flatten()
}
