//! Objects and buckets as people look at their settings. No type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A name and its value: metadata, a tag, a setting.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct NameValue {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// What S3 keeps beside an object's bytes and lets be changed by a copy of the object onto itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ObjectHeaders {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Encoding`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// Where a website redirects to.
    pub redirect: Option<String>,
    /// The person's own metadata, by name.
    pub metadata: Vec<NameValue>,
}

/// An object's state in an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ArchiveView {
    /// It can be read.
    Readable,
    /// It has to be restored before it can be read.
    Archived,
    /// A copy is on its way.
    Restoring,
    /// A copy can be read until then.
    Restored {
        /// S3's own words for the time.
        until: Option<String>,
    },
}

/// All that S3 says of an object, beside its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ObjectProperties {
    /// Its bucket.
    pub bucket: String,
    /// The whole key.
    pub key: String,
    /// The version's ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
    /// When it was written.
    #[ts(type = "string | null")]
    pub modified_at: Option<Timestamp>,
    /// What can be changed.
    pub headers: ObjectHeaders,
    /// Its tags; `None` where the session may not read them.
    pub tags: Option<Vec<NameValue>>,
    /// Why the tags are not known.
    pub tags_denied: Option<String>,
    /// S3's storage class.
    pub storage_class: String,
    /// Whether it can be read now.
    pub archive: ArchiveView,
    /// `AES256`, `aws:kms`, `aws:kms:dsse`; `None` where S3 does not say.
    pub encryption: Option<String>,
    /// The KMS key's ARN.
    pub kms_key: Option<String>,
    /// The checksum that S3 keeps: its algorithm and value.
    pub checksum: Option<NameValue>,
    /// Until when nobody deletes it, by object lock; S3's mode and time.
    pub locked: Option<NameValue>,
    /// Whether a legal hold keeps it.
    pub legal_hold: bool,
}

/// Whether a bucket keeps what is replaced and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// Every version is kept; what is deleted is hidden by a marker.
    Enabled,
    /// What is written now has no version of its own; older versions are kept.
    Suspended,
    /// What is replaced or deleted is gone.
    Never,
    /// The session may not ask.
    Unknown,
}

/// What deleting in a bucket means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeletionView {
    /// What becomes of what is deleted.
    pub versioning: Versioning,
    /// Whether deleting a version for good wants the code of the bucket owner's MFA device.
    pub mfa_delete: bool,
}

/// What a setting of a bucket is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    /// Versions and MFA delete.
    Versioning,
    /// How objects are encrypted where nobody says.
    Encryption,
    /// Who owns objects, and whether access control lists count.
    Ownership,
    /// What is blocked of public access.
    PublicAccess,
    /// The bucket policy.
    Policy,
    /// Whose pages may read it from a browser.
    Cors,
    /// What becomes of objects with time.
    Lifecycle,
    /// Who pays for requests.
    RequestPayment,
}

/// One setting of a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BucketSetting {
    /// What it is about.
    pub kind: SettingKind,
    /// In short.
    pub facts: Vec<NameValue>,
    /// The document, where it is one: JSON.
    pub document: Option<String>,
    /// Why it is not known: what S3 refused, with its request ID.
    pub refused: Option<String>,
}

/// What limits a presigned link's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LinkLimit {
    /// It lasts as long as was asked.
    Asked,
    /// It ends with the session that signed it.
    Session,
    /// S3 lets no link live longer than seven days.
    SevenDays,
}

/// A presigned link without the link, which is a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PresignedView {
    /// `GET` or `PUT`.
    pub method: String,
    /// When it ends.
    #[ts(type = "string")]
    pub expires_at: Timestamp,
    /// Seconds from now until then.
    pub seconds: u32,
    /// Why then.
    pub limited_by: LinkLimit,
    /// The access key ID that signed it.
    pub access_key_id: String,
}
