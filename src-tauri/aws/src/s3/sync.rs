//! One place made to hold what another does: compared first, and then as the plan says.
//!
//! Invariants: nothing is written or deleted that the plan did not name, and nothing that is there otherwise than the
//! plan saw it; nothing is deleted before everything was copied; of a million names none but those under way are held.

mod delete;
mod hand_over;
mod listing;
mod local;
mod marks;
mod plan;
mod run;
mod spool;
mod step;
mod sums;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use hatrack_core::bucket::sync::{Ends, Unordered};
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::bucket::{FileRules, S3Location};

pub use hand_over::HandOver;
pub use plan::{How, Plan};
pub use run::{Sync, SyncReport};
pub use spool::Steps;

use super::{S3, S3Failure};

/// From where to where. Prefixes are those of folders: empty, or with a slash at the end ([`folder`]).
#[derive(Clone)]
pub enum Route {
    /// A bucket's folder to one of this computer.
    Down {
        /// S3 as the session sees it.
        s3: Arc<S3>,
        /// The bucket and the prefix.
        from: S3Location,
        /// The folder; made if it is not there.
        to: PathBuf,
    },
    /// A folder of this computer to one of a bucket.
    Up {
        /// The folder.
        from: PathBuf,
        /// S3 as the session sees it.
        s3: Arc<S3>,
        /// The bucket and the prefix.
        to: S3Location,
        /// Where is kept what an unfinished upload needs.
        journals: Option<Arc<dyn Journals>>,
    },
    /// A bucket's folder to another.
    Across {
        /// S3 as the session sees it that reads.
        source: Arc<S3>,
        /// The bucket and the prefix.
        from: S3Location,
        /// S3 as the session sees it that writes.
        target: Arc<S3>,
        /// The bucket and the prefix.
        to: S3Location,
        /// Where is kept what an unfinished copy through this machine needs.
        journals: Option<Arc<dyn Journals>>,
    },
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Route({} to {})", self.source(), self.target())
    }
}

impl Route {
    /// Which side is on this computer.
    pub fn ends(&self) -> Ends {
        match self {
            Self::Down { .. } => Ends::Down(FileRules::here()),
            Self::Up { .. } => Ends::Up,
            Self::Across { .. } => Ends::Across,
        }
    }

    /// The source, for people.
    pub fn source(&self) -> String {
        match self {
            Self::Up { from, .. } => from.display().to_string(),
            Self::Down { from, .. } | Self::Across { from, .. } => from.to_string(),
        }
    }

    /// The target, for people.
    pub fn target(&self) -> String {
        match self {
            Self::Down { to, .. } => to.display().to_string(),
            Self::Up { to, .. } | Self::Across { to, .. } => to.to_string(),
        }
    }

    /// Whether one side lies in the other: it would grow while it is compared.
    fn overlaps(&self) -> bool {
        match self {
            Self::Across { from, to, .. } => {
                from.bucket == to.bucket && (from.key.starts_with(&to.key) || to.key.starts_with(&from.key))
            }
            Self::Down { .. } | Self::Up { .. } => false,
        }
    }
}

/// An empty file for a plan's steps: it has no name, and goes with who holds it.
pub fn spool() -> io::Result<std::fs::File> {
    tempfile::tempfile()
}

/// The place as a folder's: what is below it, and nothing whose name only begins like its own.
pub fn folder(place: S3Location) -> S3Location {
    match place.key.is_empty() || place.key.ends_with('/') {
        true => place,
        false => S3Location {
            key: place.key + "/",
            ..place
        },
    }
}

/// Why there is no plan, or why it cannot be read any more.
#[derive(Debug, thiserror::Error)]
pub enum SyncFailure {
    /// S3 or the disk.
    #[error(transparent)]
    S3(#[from] S3Failure),
    /// One side is listed in no order.
    #[error("{what}: {why}")]
    Unordered {
        /// The side, for people.
        what: String,
        /// What came after what.
        why: Unordered,
    },
    /// One side is in the other.
    #[error("{source_is} and {target_is} overlap; choose places of which neither is in the other")]
    Overlap {
        /// The source, for people.
        source_is: String,
        /// The target, for people.
        target_is: String,
    },
    /// S3 Batch Operations cannot do it.
    #[error("{0}; copy without a job")]
    NoJob(String),
    /// The file that holds the plan.
    #[error("the plan could not be kept: {0}; free space for temporary files and compare again")]
    Spool(#[from] io::Error),
}
