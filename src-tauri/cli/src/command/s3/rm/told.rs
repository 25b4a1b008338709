//! What a deletion did, for scripts and for people.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{Deletion, Which};
use hatrack_core::bucket::BucketName;
use hatrack_core::history::outcome;
use hatrack_core::shared_config::inert;
use serde::Serialize;

/// With stable field names.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// How many are deleted, or brought back.
    deleted: u64,
    /// How many are not.
    failures: u64,
    /// Whether `--undo` brings all of it back.
    undoable: bool,
    /// The first of them.
    objects: Vec<One>,
    /// The first of those that are not.
    failed: Vec<Failed>,
}

/// One that is, or would be, deleted.
#[derive(Debug, Serialize)]
pub struct One {
    key: String,
    version_id: Option<String>,
    /// The delete marker that hides it now.
    delete_marker: Option<String>,
}

#[derive(Debug, Serialize)]
struct Failed {
    key: String,
    version_id: Option<String>,
    error: String,
}

/// Most that are named one by one.
const MOST: usize = 1000;

impl Outcome {
    pub fn of(done: &Deletion, undoing: bool) -> Self {
        let objects = done.deleted.iter().take(MOST).map(|one| One {
            key: one.which.key.clone(),
            version_id: one.which.version_id.clone(),
            delete_marker: one.marker.clone(),
        });
        let failed = done.failed.iter().map(|one| Failed {
            key: one.which.key.clone(),
            version_id: one.which.version_id.clone(),
            error: one.why.to_string(),
        });
        Self {
            deleted: done.count,
            failures: done.failures,
            undoable: !undoing && done.undo().is_some(),
            objects: objects.collect(),
            failed: failed.collect(),
        }
    }
}

/// What would be deleted.
pub fn listed(found: &[Which]) -> Vec<One> {
    let one = |which: &Which| One {
        key: which.key.clone(),
        version_id: which.version_id.clone(),
        delete_marker: None,
    };
    found.iter().map(one).collect()
}

/// The same, a line each.
pub fn lines(bucket: &BucketName, found: &[Which]) -> String {
    let mut text = String::new();
    for which in found {
        let version = which.version_id.as_ref().map(|id| format!("  {id}"));
        // Writing to a text does not fail.
        let _ = writeln!(
            text,
            "s3://{bucket}/{}{}",
            inert(&which.key),
            version.unwrap_or_default()
        );
    }
    text
}

/// Puts the first failure into the history's line.
pub fn failed(row: &mut RecordRequest, done: &Deletion, first: &S3Failure) {
    row.outcome = outcome::FAILED.to_owned();
    if let S3Failure::Denied(denial) = first {
        row.request_id = denial.request_id.clone();
        if done.count == 0 {
            row.outcome = outcome::DENIED.to_owned();
        }
    }
    row.error = Some(format!("{} were not: {first}", done.failures));
}

/// The count on a terminal, while it grows.
pub struct Shown {
    on_terminal: bool,
    last: Mutex<Option<Instant>>,
}

const EVERY: Duration = Duration::from_millis(200);

impl Shown {
    pub fn new() -> Self {
        Self {
            on_terminal: std::io::stderr().is_terminal(),
            last: Mutex::new(None),
        }
    }

    /// So many are done. Not each is shown.
    pub fn at(&self, done: u64) {
        self.says(&format!("{done} done"));
    }

    /// The same in other words.
    pub fn says(&self, text: &str) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if self.on_terminal && last.is_none_or(|last| last.elapsed() >= EVERY) {
            *last = Some(Instant::now());
            write(&format!("\r\u{1b}[K{text}"));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        let shown = self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        if shown.is_some() {
            write("\r\u{1b}[K");
        }
    }
}

fn write(text: &str) {
    // A terminal that has gone shows nothing.
    let _ = std::io::stderr().write_all(text.as_bytes());
}
