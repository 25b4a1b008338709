//! What is shown of roles that were looked for, and of what was read about a role. As in `view`, no type here can hold a
//! secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::{DenialView, NeedView};

/// What an identity's last readings found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiscoveryReport {
    /// The ARN of who read, as AWS told it.
    pub who: String,
    /// Its own policies, if they were read.
    pub policies: Option<PoliciesReport>,
    /// Its organization, if that was read.
    pub organization: Option<OrganizationReport>,
}

/// What one's own policies say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PoliciesReport {
    /// When they were read.
    #[ts(type = "string")]
    pub read_at: Timestamp,
    /// How many policies were read.
    pub policies: u32,
    /// How many roles they name.
    pub roles: u32,
    /// How many may exist in accounts that are known, put together from patterns.
    pub candidates: u32,
    /// What they allow beyond single roles.
    pub patterns: Vec<PatternView>,
    /// What they take away, for people.
    pub denied: Vec<String>,
    /// What could not be read, for people, with AWS's request ID.
    pub unread: Vec<UnreadView>,
}

/// A pattern that a policy allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PatternView {
    /// As it is written: `arn:aws:iam::*:role/Org*`.
    pub pattern: String,
    /// The policy that allows it.
    pub policy: String,
    /// What it allows, for people: "roles named Org* in every account".
    pub allows: String,
    /// Whether a condition decides with each request.
    pub conditional: bool,
}

/// What could not be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnreadView {
    /// AWS's operation: `ListAttachedUserPolicies`.
    pub operation: String,
    /// What happened, in AWS's words where it answered, with the request ID.
    pub why: String,
    /// AWS's request ID.
    pub request_id: Option<String>,
}

/// What the organization lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct OrganizationReport {
    /// When it was listed; `None` where it never could be.
    #[ts(type = "string | null")]
    pub read_at: Option<Timestamp>,
    /// How many accounts it has.
    pub accounts: u32,
    /// How many of them are active.
    pub active: u32,
    /// How many roles may exist in them.
    pub candidates: u32,
    /// The names that were looked for.
    pub role_names: Vec<String>,
    /// Why it could not be listed.
    pub unread: Option<UnreadView>,
}

/// How the search for roles stands for one start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiscoveryView {
    /// The profile or role that reads, by the catalog's key.
    pub start: String,
    /// What is known from the last time.
    pub report: DiscoveryReport,
    /// Whether it is read anew once a day.
    pub daily: bool,
    /// What is being done, where a search is under way.
    pub doing: Option<String>,
    /// What kept the last search from being done, if something did.
    pub error: Option<String>,
    /// Grows with each change.
    pub step: u32,
}

/// What came of asking for a search. The search itself goes on beside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DiscoverOutcome {
    /// It is under way.
    Started {
        /// How it stands.
        discovery: DiscoveryView,
    },
    /// Something only the person has is needed first.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused the credentials.
    Denied {
        /// How.
        denial: DenialView,
    },
}

/// How a role came to be listed, for roles that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FoundView {
    /// Whether its name was only put together from a pattern: it may not exist.
    pub candidate: bool,
    /// What was read about it where it was found.
    pub remarks: Vec<String>,
}

/// What GetRole told of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoleFactsView {
    /// When.
    #[ts(type = "string")]
    pub read_at: Timestamp,
    /// The path, with a slash at either end.
    pub path: String,
    /// Its description.
    pub description: Option<String>,
    /// Its tags.
    pub tags: Vec<TagView>,
    /// `MaxSessionDuration`, in seconds.
    pub maximum: Option<u32>,
    /// Who can assume it, for people, one each.
    pub trusts: Vec<String>,
    /// Whether each who has keys needs an external ID.
    pub external_id: bool,
    /// Whether each who has keys needs an MFA code.
    pub mfa: bool,
    /// When it was last used, within the last 400 days.
    #[ts(type = "string | null")]
    pub last_used: Option<Timestamp>,
    /// Why nobody could assume it when it was read, where that is too long ago to count.
    pub was_closed: Option<String>,
}

/// A tag of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TagView {
    /// Its key.
    pub key: String,
    /// Its value.
    pub value: String,
}
