//! What the window's own wire has for acts on objects.
//!
//! Invariant: a presigned link is a secret. None of these replies holds one.

use hatrack_core::object_view::{NameValue, ObjectHeaders};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A bucket, as a session sees it.
#[derive(Debug, Deserialize, TS)]
pub struct BucketRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
}

/// An object, or one version of it.
#[derive(Debug, Deserialize, TS)]
pub struct VersionRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
    /// The version; `null` for what is there now.
    pub version_id: Option<String>,
}

/// One of what is to be deleted.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct Doomed {
    /// The whole key.
    pub key: String,
    /// The version, to delete it for good; `null` for the object as it stands.
    pub version_id: Option<String>,
}

/// Deletes objects, versions, and what lies below prefixes.
#[derive(Debug, Deserialize, TS)]
pub struct DeleteObjectsRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// Names the act, to be watched and stopped: what the page likes, once.
    pub act: String,
    /// Objects and versions.
    pub objects: Vec<Doomed>,
    /// Everything below these.
    pub prefixes: Vec<String>,
    /// Of the prefixes every version too, for good.
    pub all_versions: bool,
}

/// One that an act did not do.
#[derive(Debug, Serialize, TS)]
pub struct NotDone {
    /// Its key.
    pub key: String,
    /// What happened and what to do.
    pub why: String,
}

/// What came of an act on many.
#[derive(Debug, Default, Serialize, TS)]
pub struct ActDone {
    /// How many are done.
    #[ts(type = "number")]
    pub count: u64,
    /// How many are not.
    #[ts(type = "number")]
    pub failures: u64,
    /// The first of them.
    pub failed: Vec<NotDone>,
    /// Names what can be undone; `null` where something is gone for good.
    pub undo: Option<String>,
    /// Whether the person has stopped it before its end.
    pub stopped: bool,
    /// What ended it before its end, for people.
    pub broke: Option<String>,
}

/// An act that runs, or what it left to be undone.
#[derive(Debug, Deserialize, TS)]
pub struct ActRequest {
    /// Its name.
    pub act: String,
}

/// How far an act is.
#[derive(Debug, Serialize, TS)]
pub struct ActProgress {
    /// How many are done.
    #[ts(type = "number")]
    pub done: u64,
}

/// Renames an object or a folder, or moves it to another bucket of the same session.
#[derive(Debug, Deserialize, TS)]
pub struct RenameRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// Names the act, to be watched and stopped.
    pub act: String,
    /// The bucket.
    pub bucket: String,
    /// The key, or the prefix with its slash.
    pub from: String,
    /// The bucket it goes to.
    pub to_bucket: String,
    /// The new key, or prefix with its slash.
    pub to: String,
    /// Whether it is a prefix.
    pub folder: bool,
    /// Whether what is there may be replaced.
    pub replace: bool,
}

/// Makes an empty folder.
#[derive(Debug, Deserialize, TS)]
pub struct NewFolderRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// Its whole prefix, with or without its slash.
    pub prefix: String,
}

/// Copies a presigned link.
#[derive(Debug, Deserialize, TS)]
pub struct PresignRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
    /// The version; `null` for what is there when the link is used.
    pub version_id: Option<String>,
    /// Whether it uploads.
    pub put: bool,
    /// How long it is to live, in seconds.
    pub seconds: u32,
}

/// Describes an object anew. What is `null` stays.
#[derive(Debug, Deserialize, TS)]
pub struct ChangeObjectRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
    /// The entity tag of what the person has looked at.
    pub etag: Option<String>,
    /// All of its headers and metadata.
    pub headers: Option<ObjectHeaders>,
    /// All of its tags.
    pub tags: Option<Vec<NameValue>>,
    /// S3's storage class.
    pub storage_class: Option<String>,
}

/// How fast an archived object comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RestoreTier {
    /// Within minutes; not from Deep Archive.
    Expedited,
    /// Within hours.
    Standard,
    /// Within half a day, two from Deep Archive; the cheapest.
    Bulk,
}

/// Restores an archived object.
#[derive(Debug, Deserialize, TS)]
pub struct RestoreObjectRequest {
    /// The session whose credentials sign.
    pub session_id: String,
    /// The bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
    /// The version; `null` for what is there now.
    pub version_id: Option<String>,
    /// For how many days it can be read then.
    pub days: u16,
    /// How fast.
    pub tier: RestoreTier,
}
