//! Finding buckets, and what is listed in them.

use hatrack_core::listing_view::{PlaceNote, VersionMark};
use serde::Deserialize;
use ts_rs::TS;

/// A page of the versions below a prefix.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct VersionsRequest {
    pub session_id: String,
    pub bucket: String,
    pub prefix: String,
    pub next: Option<VersionMark>,
}

/// Walks everything below a prefix.
#[derive(Debug, Deserialize, TS)]
pub struct WalkRequest {
    /// Whose credentials.
    pub session_id: String,
    /// Where.
    pub bucket: String,
    /// Below what.
    pub prefix: String,
    /// What is looked for: a part of a name, or a glob. `None` only counts.
    pub text: Option<String>,
}

/// Names a walk.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct WalkId {
    pub id: String,
}

/// Remembers something of the buckets that a session's role uses.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct NotePlaceRequest {
    pub session_id: String,
    pub note: PlaceNote,
}
