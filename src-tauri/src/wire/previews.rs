//! Previews of objects: what the page asks, and what it shows.
//!
//! Invariant: what is in an object is text, numbers or an address of pictures and sound here; never a document.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Shows an object, or one version of it.
#[derive(Debug, Clone, Deserialize, TS)]
pub struct PreviewRequest {
    /// Whose credentials.
    pub session_id: String,
    /// From where.
    pub bucket: String,
    /// What.
    pub key: String,
    /// The version; `None` for what is there now.
    pub version_id: Option<String>,
    /// Grows with each preview of the page: what has a lower one is not wanted any more.
    #[ts(type = "number")]
    pub turn: u64,
}

/// More of what is shown.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
pub struct PreviewMoreRequest {
    /// The preview's.
    #[ts(type = "number")]
    pub turn: u64,
    /// From this byte on.
    #[ts(type = "number")]
    pub offset: u64,
}

/// A preview that is closed.
#[derive(Debug, Clone, Copy, Deserialize, TS)]
pub struct ClosePreviewRequest {
    /// The preview's; those before it are closed as well.
    #[ts(type = "number")]
    pub turn: u64,
}

/// An object as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct PreviewView {
    /// The key.
    pub key: String,
    /// Bytes of the whole object.
    #[ts(type = "number")]
    pub size: u64,
    /// As stored.
    pub content_type: Option<String>,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
    /// The version's ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// When it was last written.
    #[ts(type = "string | null")]
    pub modified_at: Option<Timestamp>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// How it is encrypted: `SSE-S3`, `SSE-KMS`, with the key's name.
    pub encryption: Option<String>,
    /// The person's own metadata.
    pub metadata: Vec<(String, String)>,
    /// What is in it.
    pub shown: ShownView,
}

/// What is in an object, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ShownView {
    /// It has no bytes.
    Empty,
    /// Text.
    Text {
        /// The text.
        text: String,
        /// How it is coloured.
        language: TextLanguage,
        /// What is to be said of it: another encoding than UTF-8, JSON that is none, what it was packed in.
        notes: Vec<String>,
        /// Whether the object goes on after it.
        truncated: bool,
    },
    /// Rows and columns.
    Table(TableView),
    /// A picture, sound, film or document, read by ranges from an address of this computer.
    Media {
        /// Which.
        media: MediaKind,
        /// Where its bytes are, until the preview is closed.
        url: String,
        /// Its content type, of a fixed list.
        mime: String,
    },
    /// Bytes that are nothing known.
    Hex(HexView),
    /// Nothing can be shown, and why.
    Unreadable {
        /// What stands in the way and what to do.
        message: String,
    },
}

/// How text is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TextLanguage {
    /// Prose: lines may break.
    Plain,
    /// Lines keep their columns.
    Columns,
    /// JSON, or a JSON value on each line.
    Json,
}

/// What a page's element shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum MediaKind {
    Image,
    Audio,
    Video,
    Pdf,
}

/// The first rows of a table.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
pub struct TableView {
    /// The columns.
    pub columns: Vec<ColumnView>,
    /// The rows; `None` where there is no value.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows there are in all, where that is known.
    #[ts(type = "number | null")]
    pub total_rows: Option<u64>,
    /// What is to be said of it.
    pub notes: Vec<String>,
    /// Whether there are more rows than these.
    pub truncated: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its type, where the file has types.
    pub of: Option<String>,
    /// Whether its values are numbers.
    pub numeric: bool,
}

/// Bytes, sixteen to a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HexView {
    /// The lines.
    pub lines: Vec<HexLine>,
    /// From this byte on there is more; `None` at the end.
    #[ts(type = "number | null")]
    pub next: Option<u64>,
    /// What is to be said of it.
    pub notes: Vec<String>,
}

/// Sixteen bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct HexLine {
    /// The first byte's offset, in hexadecimal.
    pub offset: String,
    /// The bytes, in hexadecimal.
    pub bytes: String,
    /// The bytes as ASCII, others as dots.
    pub ascii: String,
}
