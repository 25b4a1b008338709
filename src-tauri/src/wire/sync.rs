//! Syncs: what the page asks.

use serde::Deserialize;
use ts_rs::TS;

/// One side of a comparison.
#[derive(Debug, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SyncPlace {
    /// A bucket's folder.
    Bucket {
        /// Whose credentials.
        session_id: String,
        /// The bucket.
        bucket: String,
        /// The prefix; empty for the whole bucket.
        prefix: String,
    },
    /// A folder of this computer.
    Folder {
        /// `PickedView::id`.
        picked: u32,
    },
}

/// Asks for a comparison.
#[derive(Debug, Deserialize, TS)]
pub struct CompareRequest {
    /// What the page calls it, to ask how far it is and to stop it.
    pub name: String,
    /// The source.
    pub from: SyncPlace,
    /// The target.
    pub to: SyncPlace,
    /// Whether files of one size are told apart by checksums.
    pub checksum: bool,
    /// Only names that match, if there are any.
    pub include: Vec<String>,
    /// Not names that match.
    pub exclude: Vec<String>,
}

/// Names a comparison that runs.
#[derive(Debug, Deserialize, TS)]
pub struct ComparisonRequest {
    /// `CompareRequest::name`.
    pub name: String,
}

/// Carries out a plan.
#[derive(Debug, Deserialize, TS)]
pub struct SyncRequest {
    /// `SyncPlanView::id`.
    pub id: String,
    /// Whether what only the target has is deleted.
    pub delete: bool,
    /// The role that S3 Batch Operations copies as, where it is to do so.
    pub batch_role: Option<String>,
}
