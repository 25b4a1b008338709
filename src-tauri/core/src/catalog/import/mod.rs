//! Roles from other tools' files: what a file names, and what of it can be added.
//!
//! Invariants: a file of another tool is read, never obeyed: nothing in it is run, fetched or followed, and no secret
//! in it is looked at. What cannot be used is listed with its reason.

mod extend_switch_roles;
mod leapp;
mod plan;

use serde::{Deserialize, Serialize};

use crate::account::HatColour;
use crate::arn::RoleArn;
use crate::shared_config::inert;
use crate::sts_limits::{ExternalId, MfaSerial};
pub use plan::{ImportPlan, PlannedRole, Present};

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportFormat {
    /// The configuration of the browser extension AWS Extend Switch Roles; `~/.aws/config` has the same form.
    ExtendSwitchRoles,
    /// Leapp's workspace, unencrypted.
    Leapp,
}

impl ImportFormat {
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ExtendSwitchRoles => "AWS Extend Switch Roles",
            Self::Leapp => "Leapp",
        }
    }
}

/// A role of another tool's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRole {
    /// Its name there.
    pub name: String,
    /// The role.
    pub role: RoleArn,
    /// What it starts from.
    pub start: ImportedStart,
    /// The account's hat.
    pub colour: Option<HatColour>,
    /// The region a session starts with.
    pub region: Option<String>,
    /// Sent as `ExternalId`.
    pub external_id: Option<ExternalId>,
    /// The device whose code is asked for.
    pub mfa_serial: Option<MfaSerial>,
}

/// What a role of another tool starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportedStart {
    /// The file does not say.
    Unsaid,
    /// What goes by this name there.
    Named(String),
    /// Another role of the same file, by its place in [`Import::roles`].
    Role(usize),
}

/// Something that cannot be used. Both texts are inert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unusable {
    /// Its name there.
    pub name: String,
    /// Why, and what to do.
    pub why: String,
}

/// What a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Whose file it is.
    pub format: ImportFormat,
    /// The roles.
    pub roles: Vec<ImportedRole>,
    /// The rest.
    pub unusable: Vec<Unusable>,
}

/// The file as a whole cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnImport {
    /// Leapp seals its own file with a key that it makes from the machine's ID.
    #[error(
        "this is Leapp's own file, which Leapp keeps encrypted; Hatrack does not break it open. Give Leapp's named \
         profiles in ~/.aws to Hatrack as they are, or import a workspace that was written as plain JSON"
    )]
    Encrypted,
    /// It is a team's file.
    #[error("this is a team's file; `hat team add` takes it, and keeps up with it")]
    TeamFile,
    /// It has neither form.
    #[error("this is no file of AWS Extend Switch Roles or Leapp: {0}")]
    Form(String),
}

/// More entries than this are no person's file.
const MOST_ENTRIES: usize = 20_000;

impl Import {
    /// Reads a file's text, whichever of the known forms it has.
    pub fn read(text: &str) -> Result<Self, NotAnImport> {
        let text = text.trim_start_matches('\u{feff}').trim();
        // What an encryption of CryptoJS begins with, in Base64: "Salted__".
        if text.trim_start_matches('"').starts_with("U2FsdGVkX1") {
            return Err(NotAnImport::Encrypted);
        }
        if text.starts_with('{') {
            return leapp::read(text);
        }
        let is_header = |line: &str| line.trim_start().starts_with('[');
        if text.lines().any(|line| line.trim_start().starts_with("[[")) {
            return Err(NotAnImport::TeamFile);
        }
        if text.contains('\0') || !text.lines().any(is_header) {
            return Err(NotAnImport::Form(
                "it has no [sections] and is no JSON".to_owned(),
            ));
        }
        extend_switch_roles::read(text)
    }
}

/// What is being read, as the readers of each form fill it.
struct Reading(Import);

impl Reading {
    fn of(format: ImportFormat) -> Self {
        Self(Import {
            format,
            roles: Vec::new(),
            unusable: Vec::new(),
        })
    }

    fn refuse(&mut self, name: &str, why: impl ToString) {
        self.0.unusable.push(Unusable {
            name: inert(name),
            why: why.to_string(),
        });
    }

    /// Takes a role whose name shows as what it is; says where it is then.
    fn take(&mut self, role: ImportedRole) -> Option<usize> {
        if inert(&role.name) != role.name || role.name.trim().is_empty() {
            self.refuse(
                &role.name,
                "its name is too long or holds what cannot be shown; rename it there",
            );
            return None;
        }
        self.0.roles.push(role);
        Some(self.0.roles.len() - 1)
    }
}

/// A region that can be used; another one is left out, since the role works without.
fn region(text: Option<&str>) -> Option<String> {
    let region: super::RegionName = text?.trim().parse().ok()?;
    Some(region.into())
}
