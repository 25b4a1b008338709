//! Naming and keeping roles and accounts.

use hatrack_core::account::{AccountId, HatColour, Partition};
use hatrack_core::sts_limits::{ExternalId, MfaSerial};
use serde::{Deserialize, Serialize};

/// A role or identity of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleChoice {
    /// `RoleView::key`.
    Key(String),
    /// ROLE as a person types it: exact profile, ARN, account/role, then any unambiguous part.
    Typed(String),
    /// ROLE as a program has it: exact profile, ARN or account/role, no part.
    Exact(String),
    /// `AWS_PROFILE` of the caller.
    FromEnvironment,
}

/// Turns something of a role on or off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetFlag {
    /// `RoleView::key`.
    pub role_key: String,
    /// On or off.
    pub on: bool,
}

/// What the person says about an account. `None` takes back what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAccount {
    /// Which.
    pub account_id: AccountId,
    /// Its name.
    pub name: Option<String>,
    /// Its hat.
    pub colour: Option<HatColour>,
}

/// A role to keep, as the console's switch-role form has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddRole {
    /// The account that owns the role.
    pub account_id: AccountId,
    /// The role's name, which may carry a path.
    pub role_name: String,
    /// The partition.
    #[serde(default)]
    pub partition: Partition,
    /// Names the account, as the console's display name does.
    pub display_name: Option<String>,
    /// The account's hat.
    pub colour: Option<HatColour>,
    /// The profile to start from.
    pub identity_profile: String,
    /// Sent as `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// The device whose code is asked for.
    pub mfa_serial: Option<MfaSerial>,
    /// The region a session starts with.
    pub region: Option<String>,
    /// Whether it replaces a role of the same start and ARN that was added with other details; else that is
    /// [`ErrorCode::AlreadyThere`](super::ErrorCode::AlreadyThere).
    #[serde(default)]
    pub replace: bool,
    /// Whether `colour` is the person's own choice, which counts where the account has a hat too. A link's is not.
    #[serde(default)]
    pub recolour: bool,
}
