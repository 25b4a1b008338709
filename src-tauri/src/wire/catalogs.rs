//! What the window's own wire has for links, imports, teams' catalogs, and what the person says about roles.

use hatrack_core::account::{AccountId, HatColour, Partition};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A link to a role, as pasted or opened.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct LinkRequest {
    /// The console's, or one of `hatrack://`.
    pub link: String,
}

/// What a link names. It acts on nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LinkView {
    /// The role.
    pub arn: String,
    /// Its partition.
    pub partition: Partition,
    /// The account that owns it.
    pub account_id: AccountId,
    /// Its name, with its path.
    pub role_name: String,
    /// What to call it.
    pub display_name: Option<String>,
    /// The account's hat.
    pub colour: Option<HatColour>,
    /// Sent as `ExternalId`.
    pub external_id: Option<String>,
}

/// Pushed as `link_opened`: a `hatrack://` link that the desktop has handed to this program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct LinkOpened {
    /// As it came.
    pub link: String,
}

/// What a file is chosen for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FileFor {
    /// Another tool's roles.
    Roles,
    /// Settings that Hatrack wrote.
    Settings,
}

/// Asks the person for a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct ChooseFileRequest {
    /// What for.
    pub purpose: FileFor,
}

/// A file that the person has chosen. The page names it by its number and reads nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ChosenFile {
    /// Names it.
    pub id: u32,
    /// Its path, for people.
    pub path: String,
}

/// Where the roles of another tool are.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportFrom {
    /// In a chosen file.
    File {
        /// `ChosenFile::id`.
        id: u32,
    },
    /// In what was pasted.
    Text {
        /// It.
        text: String,
    },
}

/// Adds the roles of another tool.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct ImportRequest {
    /// Where they are.
    pub source: ImportFrom,
    /// What roles start from whose own start is not known here.
    pub from: Option<String>,
    /// What the person has seen, by `ImportedView::sha256`. `None` only tells what it would add.
    pub seen: Option<String>,
}

/// What an import did or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportedView {
    /// Whose file it is, for people.
    pub format: String,
    /// Names what was read.
    pub sha256: String,
    /// The roles added.
    pub added: Vec<ImportedRoleView>,
    /// The roles that were there already, by the same way.
    pub present: Vec<ImportedRoleView>,
    /// What cannot be used.
    pub unusable: Vec<UnusableView>,
}

/// What came of taking the last import back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
pub struct ImportUndone {
    /// How many roles were removed.
    pub removed: u32,
    /// How many are there still, to be tried again.
    pub left: u32,
    /// Why, if so.
    pub why: Option<String>,
}

/// A role of another tool's file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ImportedRoleView {
    /// Its name there.
    pub name: String,
    /// Its key in the catalog.
    pub key: String,
    /// The role, where it is known.
    pub arn: Option<String>,
    /// What it starts from.
    pub start: String,
}

/// Something of a file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct UnusableView {
    /// Its name there.
    pub name: String,
    /// Why, and what to do.
    pub why: String,
}

/// What the person says about a role.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct DescribeRoleRequest {
    /// `RoleView::key`.
    pub role_key: String,
    /// It.
    pub said: RoleSaid,
}

/// One thing that the person says about a role. What is `None` or empty is taken back; the rest stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "what", content = "to", rename_all = "snake_case")]
pub enum RoleSaid {
    /// Whatever is to be remembered.
    Notes(Option<String>),
    /// The duration to ask for, in seconds.
    Duration(Option<u32>),
    /// The region.
    Region(Option<String>),
    /// The session name, with places to fill in.
    SessionName(Option<String>),
}

/// Takes over a file of settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct ImportSettingsRequest {
    /// `ChosenFile::id`.
    pub file: u32,
    /// The file that the person has seen, by `SettingsChanges::sha256`. `None` only tells what it would change.
    pub seen: Option<String>,
}

/// What taking a file of settings over changes, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettingsChanges {
    /// Names what was read.
    pub sha256: String,
    /// One by one.
    pub changes: Vec<SettingsChange>,
}

/// One thing that taking a file of settings over changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct SettingsChange {
    /// The account or role.
    pub of: String,
    /// What about it.
    pub what: String,
    /// As it was; `None` where nothing was said.
    pub was: Option<String>,
    /// As it becomes.
    pub becomes: String,
}

/// A place where a team's file may be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct TeamPlaceRequest {
    /// An https address, or a path.
    pub location: String,
}

/// What a team's file would list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TeamPreviewView {
    /// What the team calls itself.
    pub name: String,
    /// Of the file.
    pub sha256: String,
    /// How many accounts it describes.
    pub accounts: u32,
    /// How many roles it lists.
    pub roles: u32,
    /// A line for each account and role.
    pub lines: Vec<String>,
}

/// What makes a team's file trusted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TeamTrustRequest {
    /// This very content.
    Sha256 {
        /// Of the file.
        sha256: String,
    },
    /// A signature of minisign by this key.
    Key {
        /// The public key.
        key: String,
    },
}

/// Lists a team's catalog from now on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct AddTeamRequest {
    /// An https address, or a path.
    pub location: String,
    /// What makes it trusted.
    pub trust: TeamTrustRequest,
}

/// Gets a team's file anew.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct RefreshTeamRequest {
    /// `TeamStateView::name`.
    pub name: String,
    /// The changed file that the person has seen, by its SHA-256.
    pub accept: Option<String>,
}

/// Names a team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct TeamRequest {
    /// `TeamStateView::name`.
    pub name: String,
}

/// A team whose catalog is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TeamStateView {
    /// What it calls itself.
    pub name: String,
    /// Where its file is.
    pub location: String,
    /// `sha256 …` or `key …`.
    pub trust: String,
    /// How many accounts it describes.
    pub accounts: u32,
    /// How many roles it lists.
    pub roles: u32,
    /// When what is listed came.
    #[ts(type = "string")]
    pub fetched_at: Timestamp,
    /// When it was last looked for.
    #[ts(type = "string | null")]
    pub checked_at: Option<Timestamp>,
    /// Why the last look gave nothing, if so.
    pub error: Option<String>,
    /// Another file, which waits to be accepted.
    pub offered: Option<OfferedTeamView>,
}

/// A file that is not the one that was pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct OfferedTeamView {
    /// Names it, to accept it.
    pub sha256: String,
    /// What it would change: `-` as it is, `+` as it becomes.
    pub differences: Vec<String>,
}
