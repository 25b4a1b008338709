//! The shared AWS files on this computer: where they are, what they say, and when they change.
//!
//! Invariants: reading changes nothing, not even a mode; nothing named in a file is executed or opened; reading
//! never waits for another process; a file that is broken leaves the last good catalog standing and is named.

mod cache;
mod location;
mod read;
mod stamp;
mod watch;

pub use cache::AwsFiles;
pub use location::{Location, Locations, NamedBy, Os, under_home};
pub(crate) use read::read_one;
pub use read::{FileState, LARGEST_FILE, Loaded, read};
pub use stamp::Stamp;
pub use watch::{Watch, WatchFailure};
