//! What people see of a revocation. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::{AccountId, HatColour};
use crate::view::{DenialView, NeedView};

/// One of our own sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevokeHit {
    /// Names the session to the agent.
    pub id: String,
    /// The account whose permissions it carries.
    pub account_name: String,
    /// Its role.
    pub role_name: String,
    /// The name AWS logs it under.
    pub session_name: Option<String>,
    /// When AWS would stop accepting it anyway.
    #[ts(type = "string")]
    pub expires_at: Timestamp,
}

/// Who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevokeSigner {
    /// For people: "session ab12cd34 of Data/Admin", "the keys of profile troy".
    pub label: String,
    /// The session, if it is one.
    pub session_id: Option<String>,
    /// The catalog's key of the identity, if it is one.
    pub role_key: Option<String>,
    /// Whether it is a session of the role itself: it is revoked with the others.
    pub is_hit: bool,
}

/// What revoking would do, or taking it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RevokePlan {
    /// The role.
    pub role_arn: String,
    /// Its name without path.
    pub role_name: String,
    /// The account that owns it.
    pub account_id: AccountId,
    /// The account's name or ID.
    pub account_name: String,
    /// Its hat.
    pub colour: HatColour,
    /// Whether the account is marked as production: the person is asked once more.
    pub production: bool,
    /// Who signs.
    pub signer: RevokeSigner,
    /// Our own live sessions of the role: all of them stop working.
    pub hits: Vec<RevokeHit>,
    /// Our own live sessions that were got by way of it: they go on working.
    pub stay: Vec<RevokeHit>,
    /// AWS services that its trust policy names: what they run with it is denied, too.
    pub services: Vec<String>,
    /// Why nothing is known of such services, if so.
    pub services_unread: Option<String>,
    /// When it was last used by anybody, as AWS remembers it.
    #[ts(type = "string | null")]
    pub last_used: Option<Timestamp>,
    /// Sessions issued before this are denied already.
    #[ts(type = "string | null")]
    pub revoked_before: Option<Timestamp>,
}

/// Sessions were revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Revoked {
    /// The role.
    pub role_arn: String,
    /// Sessions issued before this are denied, by AWS's clock.
    #[ts(type = "string")]
    pub before: Timestamp,
    /// For people: who signed.
    pub signed_by: String,
    /// Our own sessions that work no more.
    pub hits: Vec<RevokeHit>,
    /// Our own sessions that were got by way of the role, and go on working.
    pub stay: Vec<RevokeHit>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RevokeOutcome {
    /// Nothing is done yet.
    Planned {
        /// What would be.
        plan: RevokePlan,
    },
    /// They are revoked.
    Revoked {
        /// Which.
        revoked: Revoked,
    },
    /// What was revoked works again, as far as it has not ended.
    Undone {
        /// For people: who signed.
        signed_by: String,
        /// Sessions issued before this stay denied, by a policy that stood there before.
        #[ts(type = "string | null")]
        still_before: Option<Timestamp>,
    },
    /// Something only the person has is needed.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused.
    Denied {
        /// How.
        denial: DenialView,
    },
}
