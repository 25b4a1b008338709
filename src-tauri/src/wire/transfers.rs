//! Transfers: what the page asks.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A download.
#[derive(Debug, Deserialize, TS)]
pub struct DownloadRequest {
    /// Whose credentials.
    pub session_id: String,
    /// From where.
    pub bucket: String,
    /// Single objects.
    pub keys: Vec<String>,
    /// Everything below these; an empty one is the whole bucket.
    pub prefixes: Vec<String>,
    /// Whether a dialog asks for the folder; else it is the Downloads folder.
    pub ask_where: bool,
}

/// Asks for files to upload.
#[derive(Debug, Deserialize, TS)]
pub struct PickRequest {
    /// Whether the dialog is for a folder.
    pub folder: bool,
}

/// An upload of what was picked.
#[derive(Debug, Deserialize, TS)]
pub struct UploadRequest {
    /// `PickedView::id`.
    pub picked: u32,
    /// Whose credentials.
    pub session_id: String,
    /// Into which bucket.
    pub bucket: String,
    /// Below this prefix, which is empty or ends in a slash.
    pub prefix: String,
    /// Whether objects that are there are replaced.
    pub replace: bool,
}

/// A copy to another place.
#[derive(Debug, Deserialize, TS)]
pub struct CopyRequest {
    /// Who reads.
    pub session_id: String,
    /// From where.
    pub bucket: String,
    /// Single objects.
    pub keys: Vec<String>,
    /// Everything below these.
    pub prefixes: Vec<String>,
    /// Who writes.
    pub to_session_id: String,
    /// Into which bucket.
    pub to_bucket: String,
    /// Below this prefix, which is empty or ends in a slash.
    pub to_prefix: String,
    /// S3's storage class; each object's own where left out.
    pub storage_class: Option<String>,
    /// How it is encrypted.
    pub encryption: CopyEncryption,
    /// Whether objects that are there are replaced.
    pub replace: bool,
}

/// How what is copied is encrypted.
#[derive(Debug, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CopyEncryption {
    /// As the target bucket does it.
    Bucket,
    /// With keys of S3's own.
    S3,
    /// With a KMS key.
    Kms {
        /// Its ARN; the account's key for S3 where left out.
        key: Option<String>,
    },
}

/// Names a transfer.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct TransferRequest {
    pub id: String,
}

/// Names the unfinished uploads of a bucket.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct UnfinishedRequest {
    pub session_id: String,
    pub bucket: String,
}

/// Takes away the parts of unfinished uploads.
#[derive(Debug, Deserialize, TS)]
pub struct RemoveUnfinishedRequest {
    /// Whose credentials.
    pub session_id: String,
    /// From where.
    pub bucket: String,
    /// Which.
    pub uploads: Vec<UnfinishedRef>,
}

/// Names one of them.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct UnfinishedRef {
    pub key: String,
    pub upload_id: String,
}

/// Pushed as `files_over`: files are held over the window, or not any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FilesOver {
    /// How many; 0 when they have gone.
    pub count: u32,
}
