//! What an upload keeps, so that it goes on after a kill.

use std::io;

use serde::{Deserialize, Serialize};

use super::{line, read_lines};

/// The file that is sent, or the object that is copied, as it was when that began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    /// Its path, or its address.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was last written, in nanoseconds since 1970.
    pub modified: i128,
    /// The entity tag of an object that is copied.
    #[serde(default)]
    pub etag: Option<String>,
}

/// A multipart upload that was begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadBegun {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// S3's name for it.
    pub upload_id: String,
    /// The file.
    pub source: SourceFile,
    /// The size of its parts in bytes.
    pub part_size: u64,
}

/// A part that S3 has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartSent {
    /// From 1.
    pub number: u32,
    /// Its entity tag as S3 wrote it.
    pub etag: String,
    /// The CRC64NVME of its bytes; none of a part that S3 copied without telling.
    pub crc: Option<u64>,
    /// The CRC of the kind that the source of a copy has, where that is another.
    #[serde(default)]
    pub source_crc: Option<u64>,
}

/// What a journal told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadTaken {
    /// The upload.
    pub begun: UploadBegun,
    /// Its parts, in the order they were sent.
    pub parts: Vec<PartSent>,
}

impl UploadTaken {
    /// Reads a journal; `None` where its beginning is torn.
    pub fn read(journal: &[u8]) -> Option<Self> {
        let (first, rest) = journal.split_at(journal.iter().position(|b| *b == b'\n')? + 1);
        Some(Self {
            begun: read_lines(first).0.pop()?,
            parts: read_lines(rest).0,
        })
    }

    /// As it is written anew, without what was torn.
    pub fn text(&self) -> String {
        let parts = self.parts.iter().filter_map(line);
        line(&self.begun).into_iter().chain(parts).collect()
    }
}

/// The port to where journals are kept.
pub trait Journals: Send + Sync {
    /// The journal of this name, empty if it is new; `None` while another process has it.
    fn open(&self, id: &str) -> io::Result<Option<Box<dyn Journal>>>;

    /// What each journal holds that nobody has open, or why it cannot be read.
    fn all(&self) -> io::Result<Vec<(String, io::Result<Vec<u8>>)>>;

    /// What each journal holds, also those that somebody has open, or why it cannot be read.
    fn every(&self) -> io::Result<Vec<io::Result<Vec<u8>>>> {
        Ok(self.all()?.into_iter().map(|(_, text)| text).collect())
    }
}

/// One journal, held by one at a time.
pub trait Journal: Send + Sync {
    /// All of it.
    fn read(&self) -> io::Result<Vec<u8>>;

    /// Writes at its end.
    fn append(&self, text: &str) -> io::Result<()>;

    /// Writes it anew.
    fn replace(&self, text: &str) -> io::Result<()>;

    /// Takes it away.
    fn remove(&self) -> io::Result<()>;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn c67_a_torn_line_is_not_believed() {
        let taken = UploadTaken {
            begun: UploadBegun {
                bucket: "example-bucket".into(),
                key: "k".into(),
                upload_id: "u-1".into(),
                source: SourceFile {
                    path: "/f".into(),
                    size: 20,
                    modified: 1,
                    etag: None,
                },
                part_size: 10,
            },
            parts: vec![PartSent {
                number: 2,
                etag: "\"e\"".into(),
                crc: Some(7),
                source_crc: None,
            }],
        };
        let text = taken.text();
        assert_eq!(UploadTaken::read(text.as_bytes()), Some(taken.clone()));
        let torn = UploadTaken::read(&text.as_bytes()[..text.len() - 3]).unwrap();
        assert_eq!((torn.begun, torn.parts.len()), (taken.begun, 0));
        assert_eq!(UploadTaken::read(&text.as_bytes()[..20]), None);
    }
}
