//! Whether a file is still the one that was read.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};

use super::location::Locations;

/// What the system says of both files without opening them. Equal stamps mean unchanged files, except for a change
/// made within the system's clock tick of another: see [`Stamp::is_settled`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp([Option<FileStamp>; 2]);

impl Stamp {
    /// Looks at both files, through links.
    pub fn of(locations: &Locations) -> Self {
        Self(locations.both().map(|location| FileStamp::of(&location.path)))
    }

    /// Whether the files have rested long enough before `now` that a later change cannot bear the same times.
    pub fn is_settled(&self, now: Timestamp) -> bool {
        /// Coarser than any file system's clock but FAT's.
        const TICK: SignedDuration = SignedDuration::from_millis(100);
        /// A time so far ahead was given to the file, and is no clock's of just now.
        const AHEAD: SignedDuration = SignedDuration::from_hours(1);
        self.0.iter().flatten().all(|file| {
            let modified = file.modified.and_then(|at| Timestamp::try_from(at).ok());
            modified.is_some_and(|at| now.duration_since(at) > TICK || at.duration_since(now) > AHEAD)
        })
    }
}

/// What the system says of one file that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileStamp {
    length: u64,
    modified: Option<SystemTime>,
    node: Option<Node>,
    /// The last change of any kind, in nanoseconds: a file put back with its old time differs here.
    changed: i64,
}

impl FileStamp {
    /// `None` where nothing is there.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let about = fs::metadata(path).ok()?;
        Some(Self {
            length: about.len(),
            modified: about.modified().ok(),
            node: Node::of_metadata(&about),
            changed: changed(&about),
        })
    }
}

/// Which file or folder a path is: one made anew under the same name is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    device: u64,
    file: u64,
}

impl Node {
    /// `None` where nothing is there, or the system has no such numbers.
    pub(super) fn of(path: &Path) -> Option<Self> {
        fs::metadata(path)
            .ok()
            .and_then(|about| Self::of_metadata(&about))
    }

    #[cfg(unix)]
    #[allow(clippy::unnecessary_wraps)]
    fn of_metadata(about: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        Some(Self {
            device: about.dev(),
            file: about.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of_metadata(_: &Metadata) -> Option<Self> {
        None
    }
}

#[cfg(unix)]
fn changed(about: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt;
    about
        .ctime()
        .wrapping_mul(1_000_000_000)
        .wrapping_add(about.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> i64 {
    0
}
