//! The entries of the catalog.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::account::{AccountId, HatColour, Partition};
use crate::arn::RoleArn;
use crate::catalog::{AddedRole, EndpointOverrides, Place};
use crate::identity_center::PortalListing;
use crate::route::Route;
use crate::sts_limits::{SessionDuration, SessionName};

/// What the person has said about an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountSettings {
    /// Its name.
    pub name: Option<String>,
    /// Its hat.
    pub colour: Option<HatColour>,
    /// Whether a switch to it is asked for once more.
    pub production: bool,
}

/// What the person has said about accounts, by account.
pub type Accounts = HashMap<AccountId, AccountSettings>;

/// What is known beside the shared config.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Besides {
    /// What the person has said about accounts.
    pub accounts: Accounts,
    /// The roles that the person has added.
    pub added: Vec<AddedRole>,
    /// What sign-ins have listed.
    pub listings: Vec<PortalListing>,
}

/// Where an entry was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The shared config: `~/.aws/config` and `credentials`.
    SharedConfig,
    /// Added by the person in Hatrack.
    Added,
    /// Listed by a sign-in at IAM Identity Center.
    Portal,
}

/// What a profile says beside its route. It is the selected profile's that counts, not its source profiles'.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntrySettings {
    /// `region`.
    pub region: Option<String>,
    /// `endpoint_url` and the `services` section.
    pub endpoints: EndpointOverrides,
    /// `ca_bundle`: a file of certificates to trust.
    pub ca_bundle: Option<String>,
    /// `s3` → `addressing_style = path`.
    pub s3_path_style: bool,
}

/// A role that can be switched to, by one route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleEntry {
    /// Unique in the catalog and stable between reads: the profile's name, or `added:` with start and ARN.
    pub key: String,
    /// The profile, for roles of the shared config.
    pub profile: Option<String>,
    /// The name that the person gave it, for added roles.
    pub display_name: Option<String>,
    /// `None` for Identity Center roles: their ARN is known after sign-in.
    pub arn: Option<RoleArn>,
    /// The account that owns the role.
    pub account_id: AccountId,
    /// Its name, or its ID where nobody has named it.
    pub account_name: String,
    /// Its hat.
    pub colour: HatColour,
    /// Whether a switch to it is asked for once more.
    pub production: bool,
    /// Without its path.
    pub role_name: String,
    /// The partition.
    pub partition: Partition,
    /// How it is reached.
    pub route: Route,
    /// The profile's other settings.
    pub settings: EntrySettings,
    /// The session name to send, if the profile has one.
    pub session_name: Option<SessionName>,
    /// The duration to ask for, if the profile has one.
    pub duration: Option<SessionDuration>,
    /// The longest known to be possible; `None` while nothing is known.
    pub max_duration: Option<SessionDuration>,
    /// Where it was found.
    pub source: Source,
    /// The names of what else lists it: sign-ins.
    pub also_in: Vec<String>,
    /// Its place in that file.
    pub defined_at: Option<Place>,
}

/// A profile that is a start by itself: keys, a machine identity, a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityEntry {
    /// The profile.
    pub profile: String,
    /// A route without hops.
    pub route: Route,
    /// The account, where the profile says (`aws_account_id`, a sign-in's ARN).
    pub account_id: Option<AccountId>,
    /// The profile's other settings.
    pub settings: EntrySettings,
    /// Where it was found.
    pub defined_at: Option<Place>,
}
