//! Roles from other tools' files.

use std::path::PathBuf;

use hatrack_core::arn::RoleArn;
pub use hatrack_core::catalog::import::{ImportFormat, Unusable};
use hatrack_store::teams::FileHash;
use serde::{Deserialize, Serialize};

/// Adds the roles of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRoles {
    /// Where they are.
    pub source: ImportSource,
    /// What roles start from whose own start is not known here.
    pub from: Option<String>,
    /// Only tells what it would add.
    pub dry_run: bool,
    /// What the person has seen it to add, by `Imported::sha256`; where the file is another by now, nothing is added.
    #[serde(default)]
    pub seen: Option<FileHash>,
}

/// Where the roles of another tool are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportSource {
    /// A file; a relative path starts from the caller's folder.
    Path(PathBuf),
    /// What such a file says, as pasted.
    Text(String),
}

/// What adding did or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Whose file it is.
    pub format: ImportFormat,
    /// Of what was read.
    pub sha256: FileHash,
    /// The roles added.
    pub added: Vec<ImportedRow>,
    /// The roles that were there already, by the same way.
    pub present: Vec<ImportedRow>,
    /// What cannot be used, and why.
    pub unusable: Vec<Unusable>,
}

/// A role of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedRow {
    /// Its name there.
    pub name: String,
    /// Its key in the catalog.
    pub key: String,
    /// The role; `None` where it is there already and its ARN is not known.
    pub arn: Option<RoleArn>,
    /// What it starts from.
    pub start: String,
}
