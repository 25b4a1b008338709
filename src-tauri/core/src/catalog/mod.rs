//! The catalog: every role and identity known, merged from its sources.
//!
//! Invariants: what cannot be resolved becomes a [`Problem`] and never hides the rest; nothing named in a source
//! is executed; the catalog holds no secret.

mod added;
mod build;
mod defaults;
mod discovered;
mod endpoints;
mod entry;
mod find;
mod hex_colour;
pub mod import;
mod join;
mod known_keys;
mod link;
pub(crate) mod near;
mod notices;
mod portals;
mod problem;
mod resolve;
mod saml;
mod settings;
mod start;
mod team;
mod unresolved;

pub use crate::shared_config::Place;
pub use added::AddedRole;
pub use defaults::{Defaults, NotARegionName, NotATemplate, RegionName, SessionNameTemplate};
pub use discovered::{Discovered, DiscoveredRole, FoundBy};
pub use endpoints::EndpointOverrides;
pub use entry::{
    AccountSettings, Accounts, Besides, EntrySettings, IdentityEntry, RoleEntry, RoleSettings, Source,
    WrittenKeys,
};
pub use find::{Candidate, Exactness, FindError, Found};
pub use link::{NotASwitchLink, SwitchLink};
pub use portals::PortalEntry;
pub use problem::{Problem, Severity};
pub use team::{BadTeamFile, TeamAccount, TeamCatalog, TeamRole};

use std::collections::HashMap;

/// The most AssumeRoles that a route may have. Each is a call to STS; real chains have two or three.
pub const MOST_HOPS: usize = 100;

/// Every role and identity known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    /// The roles, in the order of their sources.
    pub roles: Vec<RoleEntry>,
    /// The profiles that are a start by themselves.
    pub identities: Vec<IdentityEntry>,
    /// The sign-ins that the shared config names.
    pub portals: Vec<PortalEntry>,
    /// What could not be used, or should be looked at, in the order of the files.
    pub problems: Vec<Problem>,
    /// Profiles whose command is `hat`, and the key of the role that each stands for.
    aliases: HashMap<String, String>,
    /// Profiles that have settings only, and where they are.
    without_credentials: HashMap<String, Place>,
}
