//! The catalog: from the texts of the shared config to roles, identities and problems.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod added;
mod anywhere;
mod bad_inputs;
mod discovered;
mod find;
mod imports;
mod joined;
mod limits;
mod links;
mod notices;
mod routes;
mod scale;
mod settings;
mod teams;
mod vault_keys;

use hatrack_core::catalog::{Besides, Catalog, IdentityEntry, Problem, RoleEntry};
use hatrack_core::shared_config::{FileKind, SharedConfig, SourceFile};

const CONFIG: &str = "~/.aws/config";
const CREDENTIALS: &str = "~/.aws/credentials";

fn shared(config: &str, credentials: &str) -> SharedConfig {
    SharedConfig::parse(&[
        SourceFile::from_text(FileKind::Config, CONFIG, config),
        SourceFile::from_text(FileKind::Credentials, CREDENTIALS, credentials),
    ])
    .unwrap()
}

/// The catalog of both files, with no account named and no role added.
fn catalog(config: &str, credentials: &str) -> Catalog {
    Catalog::build(&shared(config, credentials), &Besides::default())
}

fn role<'a>(catalog: &'a Catalog, profile: &str) -> &'a RoleEntry {
    let found = catalog
        .roles
        .iter()
        .find(|r| r.profile.as_deref() == Some(profile));
    found.unwrap_or_else(|| panic!("no role {profile}: {:?}", catalog.problems))
}

fn identity<'a>(catalog: &'a Catalog, profile: &str) -> &'a IdentityEntry {
    let found = catalog.identities.iter().find(|i| i.profile == profile);
    found.unwrap_or_else(|| panic!("no identity {profile}: {:?}", catalog.problems))
}

fn problem<'a>(catalog: &'a Catalog, profile: &str) -> &'a Problem {
    let found = catalog
        .problems
        .iter()
        .find(|p| p.profile.as_deref() == Some(profile));
    found.unwrap_or_else(|| panic!("no problem of {profile}: {:?}", catalog.problems))
}

/// The profiles of a route's hops, then that of its identity.
fn way(role: &RoleEntry) -> Vec<&str> {
    let hops = role
        .route
        .hops
        .iter()
        .rev()
        .filter_map(|hop| hop.profile.as_deref());
    hops.chain([role.route.identity_profile.as_str()]).collect()
}
