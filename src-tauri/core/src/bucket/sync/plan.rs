//! What a sync will do, step by step and in sum.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, Entry};

/// What becomes of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The target does not have it: it is copied.
    New,
    /// The target has another: it is replaced.
    Changed,
    /// Both have it.
    Same,
    /// Only the target has it: it is deleted, if that was asked for.
    Missing,
    /// It cannot be both here and there as it is; a person has to decide.
    Conflict,
    /// It is left alone.
    Skipped,
}

impl Kind {
    /// All of them, in the order in which a plan is shown.
    pub const ALL: [Self; 6] = [
        Self::New,
        Self::Changed,
        Self::Missing,
        Self::Conflict,
        Self::Skipped,
        Self::Same,
    ];

    /// The word for it in listings for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Same => "same",
            Self::Missing => "missing",
            Self::Conflict => "conflict",
            Self::Skipped => "skipped",
        }
    }

    /// Whether something is copied.
    pub fn is_copied(self) -> bool {
        matches!(self, Self::New | Self::Changed)
    }
}

/// What the plan saw at the target. What is there later has to be the same, or it is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Bytes.
    pub size: u64,
    /// When it was last written.
    pub modified: Option<Timestamp>,
    /// An object's entity tag, unquoted.
    pub etag: Option<String>,
}

impl Seen {
    /// What a listing told.
    pub fn of(entry: &Entry) -> Self {
        Self {
            size: entry.size,
            modified: entry.modified,
            etag: entry.etag.clone(),
        }
    }
}

/// One name of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Below what is compared.
    pub name: String,
    /// What becomes of it.
    pub kind: Kind,
    /// Bytes that are copied, or deleted.
    pub size: u64,
    /// When the source was last written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<Timestamp>,
    /// What stands at the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// Why it is copied again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// Whether the one that is replaced was written after the one that replaces it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub over_newer: bool,
    /// Why it is left alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Step {
    /// A name that is left alone.
    pub fn left(name: String, kind: Kind, why: String) -> Self {
        Self {
            name,
            kind,
            size: 0,
            modified: None,
            seen: None,
            change: None,
            over_newer: false,
            why: Some(why),
        }
    }
}

/// So many, of so many bytes together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A plan in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: BTreeMap<Kind, Count>,
    over_newer: u64,
}

impl Tally {
    /// Counts a step.
    pub fn add(&mut self, step: &Step) {
        let count = self.counts.entry(step.kind).or_default();
        count.count += 1;
        count.bytes += step.size;
        self.over_newer += u64::from(step.over_newer);
    }

    /// What there is of a kind.
    pub fn of(&self, kind: Kind) -> Count {
        self.counts.get(&kind).copied().unwrap_or_default()
    }

    /// What is copied, new or changed.
    pub fn copied(&self) -> Count {
        let (new, changed) = (self.of(Kind::New), self.of(Kind::Changed));
        Count {
            count: new.count + changed.count,
            bytes: new.bytes + changed.bytes,
        }
    }

    /// How many that are replaced were written after what replaces them.
    pub fn over_newer(&self) -> u64 {
        self.over_newer
    }
}
