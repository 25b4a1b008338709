//! What the bucket browser shows. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::view::DenialView;

/// A bucket in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BucketView {
    /// Its name.
    pub name: String,
    /// Its region, where the listing says so.
    pub region: Option<String>,
    /// When it was made.
    #[ts(type = "string | null")]
    pub created_at: Option<Timestamp>,
}

/// What listing buckets gave; a refusal leaves opening by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BucketList {
    /// The buckets, by name.
    pub buckets: Vec<BucketView>,
    /// Why there is no list, if S3 refused it.
    pub denied: Option<DenialView>,
}

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ObjectView {
    /// The whole key.
    pub key: String,
    /// The key below the prefix that was listed.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// When it was last written.
    #[ts(type = "string | null")]
    pub modified_at: Option<Timestamp>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
}

/// A common prefix: shown as a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FolderView {
    /// The whole prefix, ending in `/`.
    pub prefix: String,
    /// The part below the prefix that was listed.
    pub name: String,
}

/// One page of one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ObjectPage {
    /// The bucket.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// The prefix listed.
    pub prefix: String,
    /// The folders of this page.
    pub folders: Vec<FolderView>,
    /// The objects of this page.
    pub objects: Vec<ObjectView>,
    /// Give this back for the next page; `None` at the end.
    pub next: Option<String>,
}

/// The head of an object, read for showing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// The key.
    pub key: String,
    /// Bytes of the whole object.
    #[ts(type = "number")]
    pub size: u64,
    /// As stored.
    pub content_type: Option<String>,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
    /// When it was last written.
    #[ts(type = "string | null")]
    pub modified_at: Option<Timestamp>,
    /// What S3 stores it as.
    pub storage_class: Option<String>,
    /// The person's own metadata.
    pub metadata: Vec<(String, String)>,
    /// The text, where it is text; `None` for anything else.
    pub text: Option<String>,
    /// Whether the object goes on after `text`.
    pub truncated: bool,
}

/// How a transfer stands. Sent while it runs and once at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TransferView {
    /// Names it for cancelling.
    pub id: String,
    /// The session whose credentials it uses.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Where the bytes go on this computer.
    pub target: Option<String>,
    /// Bytes done.
    #[ts(type = "number")]
    pub done: u64,
    /// Bytes in all, once known.
    #[ts(type = "number | null")]
    pub total: Option<u64>,
    /// How it stands.
    pub state: TransferState,
}

/// The state of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TransferState {
    /// Bytes are coming.
    Running,
    /// All bytes are there and checked.
    Done,
    /// Stopped by the person; nothing is left on disk.
    Cancelled,
    /// Stopped by an error.
    Failed {
        /// What happened and what to do.
        message: String,
    },
}
