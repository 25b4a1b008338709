//! What is done to objects: deleted and brought back, renamed, described anew, restored, lent by a link.
//!
//! Invariant: nothing is taken away before what is to stay is there.

mod change;
mod delete;
mod folder;
mod hint;
mod presign;
mod properties;
mod rename;
mod restore;
mod settings;
mod versions;

pub use change::Change;
pub use delete::{Deleted, Deletion, NotDeleted, Reach, Takes, Which};
pub use presign::{Link, LinkFor, WEEK};
pub use rename::{FolderMoved, Moved, NotMoved, Rename};
pub use restore::Tier;
