//! What the page shows of a sync. As in `view`, no type here can hold a secret.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bucket::sync::{Change, Kind, Step};

/// What would become of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// The target does not have it: it is copied.
    New,
    /// The target has another: it is replaced.
    Changed,
    /// Only the target has it.
    Missing,
    /// It cannot be both here and there; it is left alone.
    Conflict,
    /// It is left alone.
    Skipped,
    /// Both have it.
    Same,
}

impl From<Kind> for SyncKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::New => Self::New,
            Kind::Changed => Self::Changed,
            Kind::Missing => Self::Missing,
            Kind::Conflict => Self::Conflict,
            Kind::Skipped => Self::Skipped,
            Kind::Same => Self::Same,
        }
    }
}

/// Why the target is not what the source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncChange {
    /// They have different sizes.
    Size,
    /// The source was written after the target.
    Newer,
    /// Their bytes differ.
    Content,
    /// Nothing tells whether they are the same.
    Unknown,
}

/// One name of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncStepView {
    /// Below what is compared.
    pub name: String,
    /// Bytes that are copied, or deleted.
    #[ts(type = "number")]
    pub size: u64,
    /// Why it is copied again.
    pub change: Option<SyncChange>,
    /// Whether the one that is replaced was written after the one that replaces it.
    pub over_newer: bool,
    /// Why it is left alone.
    pub why: Option<String>,
}

impl From<&Step> for SyncStepView {
    fn from(step: &Step) -> Self {
        Self {
            name: step.name.clone(),
            size: step.size,
            change: step.change.map(|change| match change {
                Change::Size => SyncChange::Size,
                Change::Newer => SyncChange::Newer,
                Change::Content => SyncChange::Content,
                Change::Unknown => SyncChange::Unknown,
            }),
            over_newer: step.over_newer,
            why: step.why.clone(),
        }
    }
}

/// All names of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncGroup {
    /// The kind.
    pub kind: SyncKind,
    /// How many.
    #[ts(type = "number")]
    pub count: u64,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// The first of them; none of what is the same.
    pub first: Vec<SyncStepView>,
}

/// What a sync would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncPlanView {
    /// Names it for being carried out.
    pub id: String,
    /// The source, for people.
    pub from: String,
    /// The target, for people.
    pub to: String,
    /// Each kind of which there is something, in the order in which they are shown.
    pub groups: Vec<SyncGroup>,
    /// How many that are replaced are newer than what replaces them.
    #[ts(type = "number")]
    pub over_newer: u64,
    /// Why S3 Batch Operations cannot do it, if it cannot.
    pub no_job: Option<String>,
}

/// How far a comparison is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncProgress {
    /// Names compared.
    #[ts(type = "number")]
    pub compared: u64,
    /// Of which so many would be copied.
    #[ts(type = "number")]
    pub to_copy: u64,
}
