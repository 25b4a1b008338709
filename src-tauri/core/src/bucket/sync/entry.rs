//! What a side has at a name.

use jiff::Timestamp;

/// A file or an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Below what is compared, with slashes.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// When it was last written.
    pub modified: Option<Timestamp>,
    /// An object's entity tag, unquoted. Two that are equal are of equal bytes; two that differ may be so too.
    pub etag: Option<String>,
    /// An object's storage class, where it cannot be read as it is: it rests in an archive.
    pub archived: Option<String>,
}

/// Why something of a side is left alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Aside {
    /// No regular file.
    #[error("it is a link, a pipe or a device, and is not followed")]
    NoFile,
    /// The system refused to show it.
    #[error("it could not be read: {0}")]
    Unreadable(String),
}

/// What a side has at a name. A local folder is told at its own name, before what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A file or an object.
    File(Entry),
    /// A folder of this computer.
    Folder(String),
    /// Something that is neither. What may lie below it is not seen.
    Aside {
        /// Its name.
        name: String,
        /// What it is.
        why: Aside,
    },
}

impl Item {
    /// Its name below what is compared.
    pub fn name(&self) -> &str {
        match self {
            Self::File(entry) => &entry.name,
            Self::Folder(name) | Self::Aside { name, .. } => name,
        }
    }
}
