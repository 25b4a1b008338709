//! What is remembered of buckets.

pub use hatrack_core::listing_view::PlaceNote;
use serde::{Deserialize, Serialize};

/// Something to remember of the buckets that a session's role uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotePlace {
    /// The session.
    pub session_id: String,
    /// What.
    pub note: PlaceNote,
}
