//! The entries of the catalog.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::access_key::VaultKey;
use crate::account::{AccountId, HatColour, Partition};
use crate::arn::RoleArn;
use crate::catalog::{
    AddedRole, Defaults, Discovered, EndpointOverrides, FoundBy, Place, SessionNameTemplate, TeamCatalog,
};
use crate::identity_center::PortalListing;
use crate::route::Route;
use crate::saml::SamlListing;
use crate::sts_limits::{SessionDuration, SessionName};

/// What the person has said about an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountSettings {
    /// Its name.
    pub name: Option<String>,
    /// Its hat.
    pub colour: Option<HatColour>,
    /// Whether it is marked as production: the window asks once more before a switch to it.
    pub production: bool,
    /// Whatever is to be remembered about it.
    pub notes: Option<String>,
    /// What sessions of its roles start with, where neither profile nor role says.
    pub defaults: Defaults,
}

/// What the person has said about a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleSettings {
    /// What to call it.
    pub name: Option<String>,
    /// Whatever is to be remembered about it.
    pub notes: Option<String>,
    /// What its sessions start with, where the profile does not say.
    pub defaults: Defaults,
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
    /// What the person has said about roles, by the catalog's key.
    pub roles: HashMap<String, RoleSettings>,
    /// What teams have published.
    pub teams: Vec<TeamCatalog>,
    /// What sign-ins have listed.
    pub listings: Vec<PortalListing>,
    /// What sign-ins at SAML providers have given.
    pub saml: Vec<SamlListing>,
    /// The keys in the vault, by profile.
    pub vault_keys: BTreeMap<String, VaultKey>,
    /// What identities have found.
    pub discovered: Vec<Discovered>,
    /// Profiles that Hatrack has written a session's keys into: the keys' IDs and the catalog's key of the role, by
    /// profile.
    pub written: BTreeMap<String, WrittenKeys>,
}

/// A session's keys in a profile that Hatrack has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenKeys {
    /// Which keys may stand there.
    pub access_key_ids: Vec<String>,
    /// The role that they are of.
    pub role_key: String,
}

/// Where an entry was found, the one whose word counts most first.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Source {
    /// The shared config: `~/.aws/config` and `credentials`.
    SharedConfig,
    /// Added by the person in Hatrack.
    Added,
    /// Published by the team of this name.
    Team(String),
    /// Listed by a sign-in at IAM Identity Center.
    Portal,
    /// Given by a sign-in at a SAML provider.
    Saml,
    /// Found for the start of this name.
    Discovered(FoundBy, String),
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
    /// Unique in the catalog and stable between reads: the profile's name, or `added:`, `team:`, `portal:` or `saml:` with what
    /// tells it from others.
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
    /// Whether it is marked as production: the window asks once more before a switch to it.
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
    /// Where else it was found: a file, `Hatrack`, a team, a sign-in.
    pub also_in: Vec<String>,
    /// The keys of the rows that became this one: what was remembered under them still holds.
    pub other_keys: Vec<String>,
    /// Whether its name was only put together from a pattern: it may not exist.
    pub candidate: bool,
    /// What was read about it where it was found, for people.
    pub remarks: Vec<String>,
    /// Whatever the person wants remembered about it.
    pub notes: Option<String>,
    /// The session name to send where `session_name` is `None`.
    pub name_template: Option<SessionNameTemplate>,
    /// What the team suggests, for where the person says nothing.
    pub(super) suggested: Defaults,
    /// The region of an added role itself, without its start's.
    pub(super) own_region: Option<String>,
    /// Its place in that file.
    pub defined_at: Option<Place>,
}

impl RoleEntry {
    /// The session name that is sent for `user` where none is asked for: the profile's, else the template's.
    pub fn usual_session_name(&self, user: Option<&str>) -> Option<SessionName> {
        let filled = || {
            let template = self.name_template.as_ref()?;
            Some(template.fill(user, self.account_id, &self.role_name))
        };
        self.session_name.clone().or_else(filled)
    }
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
