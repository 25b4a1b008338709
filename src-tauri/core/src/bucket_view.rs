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
