//! Whole folders: everything below a prefix down, everything below a folder up, everything below a prefix across.
//!
//! Invariants: as many keys are held as are under way, never all; what one object is refused does not stop the others,
//! what would stop all of them does; nothing that a bucket names leaves the folder or overwrites a file there.

mod across;
mod down;
mod local;
mod progress;
mod sent;
mod up;

use std::sync::Mutex;

use futures::stream::{Stream, TryStreamExt};
use hatrack_core::bucket::Skipped;

pub use self::across::CopyFolder;
pub use self::down::DownloadFolder;
pub(in super::super) use self::sent::SentHere;
pub use self::up::UploadFolder;
use super::super::{S3Failure, locked};

/// Small objects under way at once: what counts for them is the time until the first byte.
const AT_ONCE: usize = 192;
/// Larger ones, which have parts of their own under way.
const LARGE_AT_ONCE: usize = 16;
/// From here an object is a larger one.
const LARGE: u64 = 1024 * 1024;
/// So many troubles are told one by one; the rest are counted.
const MOST_TOLD: usize = 1000;

/// What came of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FolderReport {
    /// Files that are there now.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What was left out or failed, and why: the first of them.
    pub troubles: Vec<Trouble>,
    /// How many troubles there are.
    pub troubled: u64,
    /// Copies that went through this machine.
    pub streamed: u64,
    /// Why, for the first of them.
    pub why_streamed: Option<String>,
    /// Of how many objects something could not be taken along.
    pub noted: u64,
    /// What, for the first of them.
    pub note: Option<String>,
}

/// One object or file that is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Its key or path.
    pub name: String,
    /// What happened and what to do.
    pub why: String,
}

impl FolderReport {
    fn trouble(&mut self, name: String, why: String) {
        self.troubled += 1;
        if self.troubles.len() < MOST_TOLD {
            self.troubles.push(Trouble { name, why });
        }
    }
}

/// Runs `each` on what `found` gives, some at once. A trouble of one is noted; one of all stops the run.
async fn each<T, F>(
    found: impl Stream<Item = Result<T, S3Failure>>,
    report: &Mutex<FolderReport>,
    name: impl Fn(&T) -> String,
    each: impl Fn(T) -> F,
) -> Result<(), S3Failure>
where
    F: Future<Output = Result<u64, S3Failure>>,
{
    found
        .try_for_each_concurrent(AT_ONCE, |one| {
            let name = name(&one);
            let done = each(one);
            async move {
                match done.await {
                    Ok(bytes) => {
                        let mut report = locked(report);
                        report.files += 1;
                        report.bytes += bytes;
                        Ok(())
                    }
                    // The stand-in for a folder is no file that is missing.
                    Err(S3Failure::Skipped(Skipped::Folder(_))) => Ok(()),
                    Err(failure) if failure.passes() => Err(failure),
                    Err(failure) => {
                        locked(report).trouble(name, failure.to_string());
                        Ok(())
                    }
                }
            }
        })
        .await
}
