//! Sessions: temporary credentials, their expiry and where they came from.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::AccountId;
use crate::arn::RoleArn;
use crate::expiry::Expiry;
use crate::secret::Credentials;
use crate::sts_limits::{
    ExternalId, MfaSerial, PolicyArn, SessionDuration, SessionName, SessionPolicy, SessionTags,
    SourceIdentity,
};

/// Names a session to the agent: eight letters and digits, made at issue, kept through renewals.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub String);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What a person may ask of a switch beyond the catalog's own values. An option left out asks for nothing: a live
/// session serves the request whatever it has there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SwitchOptions {
    /// `DurationSeconds`. Explicit: refused before the call where it cannot be had, never lowered.
    pub duration: Option<SessionDuration>,
    /// `RoleSessionName`.
    pub session_name: Option<SessionName>,
    /// `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// `Policy`.
    pub policy: Option<SessionPolicy>,
    /// `PolicyArns`.
    pub policy_arns: Vec<PolicyArn>,
    /// `Tags` and `TransitiveTagKeys`, for the last hop.
    pub tags: SessionTags,
    /// `SourceIdentity`, set at the first hop.
    pub source_identity: Option<SourceIdentity>,
    /// The region that exports carry and S3 starts from.
    pub region: Option<String>,
}

/// What an MFA code is spent on, where a user's own long-term keys start a route.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum CodeUse {
    /// On GetSessionToken, whose session then signs the AssumeRole of every role of the same user and device. It is
    /// temporary, so that each of those sessions is capped at one hour; a longer one takes a code of its own.
    #[default]
    Shared,
    /// On the AssumeRole of one role.
    EachRole,
}

/// What makes two requests the same session: what STS receives, who signs it, and where. Not duration, not region.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionKey {
    /// The access key ID of the route's start, or the machine identity's name.
    pub base: String,
    /// The endpoint asked, where it is not AWS's own.
    pub endpoint: Option<String>,
    /// The calls in order; empty for GetSessionToken.
    pub hops: Vec<HopKey>,
    /// The device of a GetSessionToken. A role that is reached through such a session has it at its first hop: it is
    /// the same role, whether the code went to its own AssumeRole or was shared.
    pub user_mfa: Option<MfaSerial>,
}

/// One AssumeRole's part of a session's key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct HopKey {
    pub role: RoleArn,
    pub external_id: Option<ExternalId>,
    pub mfa_serial: Option<MfaSerial>,
    pub session_name: SessionName,
    pub policy: Option<SessionPolicy>,
    pub policy_arns: Vec<PolicyArn>,
    pub tags: SessionTags,
    pub source_identity: Option<SourceIdentity>,
}

/// A session with its secrets. Lives in the agent and, sealed, in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its name to the agent.
    pub id: SessionId,
    /// What it serves.
    pub key: SessionKey,
    /// The credentials.
    pub credentials: Credentials,
    /// Its end.
    pub expiry: Expiry,
    /// When AWS issued it.
    pub issued_at: Timestamp,
    /// The account whose permissions it carries, once known.
    pub account: Option<AccountId>,
    /// `arn:aws:sts::…:assumed-role/…`.
    pub assumed_role_arn: Option<String>,
    /// `AROA…:name`.
    pub user_id: Option<String>,
    /// The region that exports carry.
    pub region: String,
    /// Where it came from.
    pub origin: Origin,
    /// Whether people see it. A hop on the way to another role is kept for reuse, and not listed.
    pub listed: bool,
}

/// Where a session came from: enough to show it and to renew it after a restart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The catalog's key of the role.
    pub role_key: Option<String>,
    /// The profile, if it was one.
    pub profile: Option<String>,
    /// The role's name, where no ARN tells it: an Identity Center role.
    #[serde(default)]
    pub role_name: Option<String>,
    /// The identity, for people: "troy, IAM user keys".
    pub source: String,
    /// Whether the last AssumeRole was signed by temporary credentials.
    pub chained: bool,
    /// The options it was asked for with.
    pub options: SwitchOptions,
}
