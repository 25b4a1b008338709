//! What a download writes beside its file, so that it goes on after a kill.
//!
//! One line for each fact, each with a checksum of its own: a line that was torn, and all after it, count as never
//! written. Bytes that a line speaks of are checked against the sum in it before they are believed.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Range, Ranges};

/// Hexadecimal digits of a line's checksum.
const MARK: usize = 16;

/// A checksum that S3 gave with an object: its name (`CRC64NVME`, …) and its text.
pub type Sums = Vec<(String, String)>;

/// The version of an object that a download is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its entity tag as S3 writes it, with quotes.
    pub etag: Option<String>,
    /// Its version ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// Its checksums.
    pub sums: Sums,
    /// Whether they are made of the checksums of parts.
    pub composite: bool,
}

/// A range whose bytes are all in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeRange {
    /// Which.
    #[serde(flatten)]
    pub range: Range,
    /// The CRC of its bytes.
    pub crc: u64,
}

/// What a journal told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The version under way.
    pub version: Version,
    /// The ranges that are there, in order; none overlaps another or leaves the object.
    pub whole: Vec<WholeRange>,
    /// The length of what was read: the rest was torn.
    pub length: usize,
}

impl Taken {
    /// Reads a journal of `bucket` and `key`. `None` where it is of something else, or its beginning is torn.
    pub fn read(journal: &[u8], bucket: &str, key: &str) -> Option<Self> {
        let (first, rest) = journal.split_at(journal.iter().position(|b| *b == b'\n')? + 1);
        let version: Version = read_lines(first).0.pop()?;
        if version.bucket != bucket || version.key != key || version.etag.is_none() {
            return None;
        }
        let (lines, length) = read_lines::<WholeRange>(rest);
        let mut there = Ranges::default();
        let mut whole = Vec::new();
        for line in lines {
            let inside = line.range.start < line.range.end && line.range.end <= version.size;
            if inside && !there.touches(line.range) {
                there.insert(line.range);
                whole.push(line);
            }
        }
        whole.sort_by_key(|line| line.range);
        Some(Self {
            version,
            whole,
            length: first.len() + length,
        })
    }
}

/// A journal's line.
pub fn line(fact: &impl Serialize) -> Option<String> {
    let text = serde_json::to_string(fact).ok()?;
    Some(format!("{} {text}\n", mark(text.as_bytes())))
}

/// The facts up to the first line that is not whole, and how many bytes they take.
pub fn read_lines<T: DeserializeOwned>(journal: &[u8]) -> (Vec<T>, usize) {
    let mut facts = Vec::new();
    let mut length = 0;
    for line in journal.split_inclusive(|b| *b == b'\n') {
        let Some(fact) = fact(line) else { break };
        facts.push(fact);
        length += line.len();
    }
    (facts, length)
}

fn fact<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    let line = line.strip_suffix(b"\n")?;
    let (given, text) = line.split_at_checked(MARK)?;
    let text = text.strip_prefix(b" ")?;
    if mark(text).as_bytes() != given {
        return None;
    }
    serde_json::from_slice(text).ok()
}

fn mark(text: &[u8]) -> String {
    let mut mark = hex::encode(Sha256::digest(text));
    mark.truncate(MARK);
    mark
}

/// A name for what a transfer keeps, the same each time for the same `parts` of its description.
pub fn journal_id(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = hex::encode(hash.finalize());
    id.truncate(2 * MARK);
    id
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn version() -> Version {
        Version {
            bucket: "example-bucket".into(),
            key: "a\nb".into(),
            size: 30,
            etag: Some("\"v1\"".into()),
            version_id: None,
            sums: vec![("CRC32".into(), "AAAAAA==".into())],
            composite: false,
        }
    }

    fn whole(start: u64, end: u64) -> WholeRange {
        WholeRange {
            range: Range { start, end },
            crc: start,
        }
    }

    fn journal(lines: &[WholeRange]) -> Vec<u8> {
        let lines = lines.iter().map(|l| line(l).unwrap());
        std::iter::once(line(&version()).unwrap())
            .chain(lines)
            .collect::<String>()
            .into_bytes()
    }

    fn read(journal: &[u8]) -> Option<Taken> {
        Taken::read(journal, "example-bucket", "a\nb")
    }

    #[test]
    fn a_journal_reads_back_in_order() {
        let bytes = journal(&[whole(20, 30), whole(0, 10)]);
        let taken = read(&bytes).unwrap();
        assert_eq!(taken.version, version());
        assert_eq!(taken.whole, [whole(0, 10), whole(20, 30)]);
        assert_eq!(taken.length, bytes.len());
        assert_eq!(Taken::read(&bytes, "example-bucket", "other"), None);
    }

    #[test]
    fn c67_a_journal_torn_at_any_byte_tells_what_was_whole_before() {
        let lines = [whole(0, 10), whole(10, 20)];
        let bytes = journal(&lines);
        let ends: Vec<_> = (0..=2).map(|n| journal(&lines[..n]).len()).collect();
        for cut in 0..bytes.len() {
            let read = read(&bytes[..cut]);
            let count = ends.iter().filter(|end| **end <= cut).count();
            assert_eq!(
                read.map(|taken| taken.whole.len() + 1).unwrap_or(0),
                count,
                "{cut}"
            );
        }
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x11;
            let told = read(&wrong);
            assert!(
                told.is_none_or(|taken| taken.whole.len() < 2 && taken.version == version()),
                "{at}"
            );
        }
    }

    #[test]
    fn ranges_that_overlap_or_leave_the_object_are_not_believed() {
        let taken = read(&journal(&[
            whole(0, 10),
            whole(5, 15),
            whole(25, 31),
            whole(20, 20),
            whole(10, 20),
        ]));
        assert_eq!(taken.unwrap().whole, [whole(0, 10), whole(10, 20)]);
    }

    #[test]
    fn a_name_depends_on_where_one_part_ends() {
        assert_eq!(journal_id(&[b"ab", b"c"]), journal_id(&[b"ab", b"c"]));
        assert_ne!(journal_id(&[b"ab", b"c"]), journal_id(&[b"a", b"bc"]));
    }
}
