//! What lists of buckets and keys show beside a prefix's pages. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::bucket_view::{FolderView, ObjectView};

/// A version of an object, or a marker that says it was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionView {
    /// The whole key.
    pub key: String,
    /// The key below the prefix that was listed.
    pub name: String,
    /// Names the version; `null` for what was written before versions were kept.
    pub version_id: String,
    /// Whether it is the newest of its key.
    pub latest: bool,
    /// Whether it is a delete marker: nothing can be read from it.
    pub marker: bool,
    /// Bytes; 0 for a marker.
    #[ts(type = "number")]
    pub size: u64,
    /// When it was written.
    #[ts(type = "string | null")]
    pub modified_at: Option<Timestamp>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
}

/// Where a list of versions goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionMark {
    /// After this key,
    pub key: String,
    /// and after this version of it.
    pub version_id: Option<String>,
}

/// One page of the versions below a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionPage {
    /// The bucket's region.
    pub region: String,
    /// The folders of this page.
    pub folders: Vec<FolderView>,
    /// Versions and markers, by key and with the newest first.
    pub versions: Vec<VersionView>,
    /// Give this back for the next page; `None` at the end.
    pub next: Option<VersionMark>,
}

/// How far a walk below a prefix has come, and what it has found since it was last asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WalkView {
    /// What was found since.
    pub found: Vec<ObjectView>,
    /// Keys read in all.
    #[ts(type = "number")]
    pub read: u64,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Whether everything has been read.
    pub done: bool,
}

/// Where a text that a person typed or pasted leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LocatedView {
    /// A bucket's name or an access point's ARN or alias.
    pub bucket: String,
    /// A key or prefix in it; empty for the bucket itself.
    pub key: String,
}

/// A place that the person marked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BookmarkView {
    /// What the person calls it.
    pub name: String,
    /// The bucket.
    pub bucket: String,
    /// The prefix; empty for the bucket itself.
    pub prefix: String,
    /// Whether it shows for every role, and not only for the one it was made with.
    pub for_all: bool,
}

/// A bucket that the role used and that no list need name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SharedBucketView {
    /// The bucket.
    pub bucket: String,
    /// When it was opened last.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// What S3 refused to a role before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusalView {
    /// What was asked, as `s3:ListBucket`.
    pub action: String,
    /// The bucket it was asked of; `None` for the account.
    pub bucket: Option<String>,
    /// What S3 said, in a sentence.
    pub why: String,
    /// When it was refused last.
    #[ts(type = "string")]
    pub at: Timestamp,
}

/// What this computer remembers of a role's buckets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlacesView {
    /// The role's own and those for all, by name.
    pub bookmarks: Vec<BookmarkView>,
    /// Buckets that were opened by name, the last used first.
    pub shared: Vec<SharedBucketView>,
    /// What was refused.
    pub refused: Vec<RefusalView>,
    /// The buckets whose requests the person pays for.
    pub payers: Vec<String>,
}

/// What there is to remember.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum PlaceNote {
    /// In the place of one of the same bucket and prefix.
    Bookmark {
        bookmark: BookmarkView,
    },
    Unbookmark {
        bucket: String,
        prefix: String,
    },
    /// A bucket that was opened by name.
    Used {
        bucket: String,
    },
    /// It is listed no more.
    Forget {
        bucket: String,
    },
    /// S3 refused an action.
    Refused {
        action: String,
        bucket: Option<String>,
        why: String,
    },
    /// S3 allowed it after all.
    Allowed {
        action: String,
        bucket: Option<String>,
    },
    /// Whether the person pays for requests to the bucket.
    Pays {
        bucket: String,
        on: bool,
    },
}
