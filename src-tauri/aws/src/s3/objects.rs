//! What is done to objects: deleted and brought back, renamed, described anew, restored, lent by a link.
//!
//! Invariant: nothing is taken away before what is to stay is there.

mod change;
mod delete;
mod deletion;
mod folder;
mod hint;
mod presign;
mod properties;
mod rename;
mod restore;
mod settings;
mod stop;
mod versions;

pub use change::Change;
pub use delete::{Count, Reach, Takes};
pub use deletion::{BrokenOff, Deleted, Deletion, NotDeleted, Which};
pub use presign::{Link, LinkFor, WEEK};
pub use rename::{FolderMoved, Moved, NotMoved, Rename};
pub use restore::Tier;
pub use stop::{Stop, Stopper};
