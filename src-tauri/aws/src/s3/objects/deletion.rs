//! What is to be deleted, and what came of it.

use super::super::S3Failure;

/// What is kept of failures and of markers: enough to show and to undo, whatever the prefix holds.
const MOST_TOLD: usize = 1000;
const MOST_UNDONE: usize = 100_000;

/// An object, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Which {
    /// The whole key.
    pub key: String,
    /// The version, to delete it for good; `None` for the object as it stands.
    pub version_id: Option<String>,
    /// Only while the object has this entity tag.
    pub if_etag: Option<String>,
}

impl Which {
    /// The object as it stands.
    pub fn object(key: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            version_id: None,
            if_etag: None,
        }
    }

    /// One version of it, or a delete marker.
    pub fn version(key: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            version_id: Some(id.into()),
            ..Self::object(key)
        }
    }
}

/// One that is deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// What was asked.
    pub which: Which,
    /// The delete marker that hides it now: deleting that brings it back.
    pub marker: Option<String>,
}

/// One that is still there.
#[derive(Debug)]
pub struct NotDeleted {
    /// What was asked.
    pub which: Which,
    /// What happened and what to do.
    pub why: S3Failure,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Deletion {
    /// How many are deleted.
    pub count: u64,
    /// The first of them, for undoing.
    pub deleted: Vec<Deleted>,
    /// How many are not.
    pub failures: u64,
    /// The first of them.
    pub failed: Vec<NotDeleted>,
    /// Whether it was stopped before its end.
    pub stopped: bool,
}

/// A deletion that broke off, and what it had done by then.
#[derive(Debug, thiserror::Error)]
#[error("{why}{}", after(.done.count))]
pub struct BrokenOff {
    /// What is deleted, and stays so.
    pub done: Box<Deletion>,
    /// What ended it.
    pub why: S3Failure,
}

fn after(count: u64) -> String {
    match count {
        0 => String::new(),
        count => format!("; {count} were deleted before that"),
    }
}

impl From<BrokenOff> for S3Failure {
    fn from(broken: BrokenOff) -> Self {
        broken.why
    }
}

impl Deletion {
    /// What brings it all back: the markers. `None` where something is gone for good.
    pub fn undo(&self) -> Option<Vec<Which>> {
        let known = u64::try_from(self.deleted.len()).ok() == Some(self.count);
        if !known || self.count == 0 {
            return None;
        }
        let markers = self.deleted.iter().map(|one| {
            // While versioning is suspended the marker takes the place of the version that had no ID: it is gone.
            let marker = one.marker.clone().filter(|marker| marker != "null")?;
            Some(Which::version(&one.which.key, marker))
        });
        markers.collect()
    }

    /// Adds what came of another one.
    pub fn take(&mut self, other: Self) {
        self.count += other.count;
        self.failures += other.failures;
        self.deleted.extend(other.deleted);
        self.deleted.truncate(MOST_UNDONE);
        self.failed.extend(other.failed);
        self.failed.truncate(MOST_TOLD);
        self.stopped |= other.stopped;
    }

    pub(super) fn add(&mut self, one: Told) {
        match one {
            Ok(deleted) => {
                self.count += 1;
                if self.deleted.len() < MOST_UNDONE {
                    self.deleted.push(deleted);
                }
            }
            Err(failed) => {
                self.failures += 1;
                if self.failed.len() < MOST_TOLD {
                    self.failed.push(*failed);
                }
            }
        }
    }
}

/// What came of one of them.
pub(super) type Told = Result<Deleted, Box<NotDeleted>>;
