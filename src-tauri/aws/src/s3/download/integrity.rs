//! Whether the bytes are those that were stored.
//!
//! Source: Amazon S3 User Guide, "Checking object integrity": a checksum covers the whole object, or (`-N` at its end)
//! is made of the checksums of N parts.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use hatrack_core::bucket::transfer::{Sums, Version, WholeRange};
use sha2::Digest;

use super::super::S3Failure;
use super::Shared;
use super::disk::read_range;

/// How far the bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// They match the object's checksum of this name.
    Verified(&'static str),
    /// They match the checksum of this name, part by part.
    VerifiedByParts(&'static str),
    /// The checksum is made of parts whose bounds S3 did not tell: the transport is all that was checked.
    CompositeUnchecked,
    /// The object was stored without a checksum.
    NotOffered,
}

/// An algorithm for checksums that S3 knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Algorithm {
    Crc(CrcAlgorithm),
    Sha1,
    Sha256,
}

/// By their names, in the order in which they are preferred, with the bytes that a checksum has.
const KNOWN: [(&str, Algorithm, usize); 5] = [
    ("CRC64NVME", Algorithm::Crc(CrcAlgorithm::Crc64Nvme), 8),
    ("CRC32C", Algorithm::Crc(CrcAlgorithm::Crc32Iscsi), 4),
    ("CRC32", Algorithm::Crc(CrcAlgorithm::Crc32IsoHdlc), 4),
    ("SHA1", Algorithm::Sha1, 20),
    ("SHA256", Algorithm::Sha256, 32),
];

impl Algorithm {
    /// The checksum of a piece of the file, as S3 writes it before base64; `None` where it cannot be read.
    pub fn of_range(self, file: &std::fs::File, start: u64, end: u64) -> Option<Vec<u8>> {
        match self {
            Self::Crc(algorithm) => {
                let mut digest = crc_fast::Digest::new(algorithm);
                let all = read_range(file, start, end, |bytes| digest.update(bytes)).ok()?;
                all.then(|| self.crc_bytes(digest.finalize()))
            }
            Self::Sha1 => hashed::<sha1::Sha1>(file, start, end),
            Self::Sha256 => hashed::<sha2::Sha256>(file, start, end),
        }
    }

    /// The checksum of some bytes.
    pub fn of_bytes(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc(algorithm) => self.crc_bytes(crc_fast::checksum(algorithm, bytes)),
            Self::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
        }
    }

    /// A CRC as S3 writes it before base64.
    pub fn crc_bytes(self, crc: u64) -> Vec<u8> {
        let bytes = crc.to_be_bytes();
        match self {
            Self::Crc(CrcAlgorithm::Crc64Nvme) => bytes.to_vec(),
            _ => bytes[4..].to_vec(),
        }
    }
}

/// The checksum that came with the object.
#[derive(Debug, PartialEq)]
pub enum Expected {
    Crc(&'static str, CrcAlgorithm, u64),
    Sha(&'static str, Algorithm, Vec<u8>),
    Composite(Composite),
    None,
    /// It is no checksum at all.
    Unreadable(&'static str),
}

/// A checksum made of the checksums of parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    pub name: &'static str,
    pub algorithm: Algorithm,
    pub sum: Vec<u8>,
    /// How many parts, where it says so.
    pub parts: Option<u32>,
}

/// The checksums that an answer carries, and whether they are of parts.
macro_rules! sums {
    ($head:expr) => {{
        let given = [
            ("CRC64NVME", $head.checksum_crc64_nvme()),
            ("CRC32C", $head.checksum_crc32_c()),
            ("CRC32", $head.checksum_crc32()),
            ("SHA1", $head.checksum_sha1()),
            ("SHA256", $head.checksum_sha256()),
        ];
        let sums = given
            .into_iter()
            .filter_map(|(name, text)| Some((name.to_owned(), text?.to_owned())));
        (
            sums.collect(),
            $head.checksum_type() == Some(&ChecksumType::Composite),
        )
    }};
}

/// Of the object's own answer.
pub fn sums_of_get(head: &GetObjectOutput) -> (Sums, bool) {
    sums!(head)
}

/// Of its head's.
pub fn sums_of(head: &HeadObjectOutput) -> (Sums, bool) {
    sums!(head)
}

impl Expected {
    /// Of the version that is under way.
    pub fn of(version: &Version) -> Self {
        let found = KNOWN.into_iter().find_map(|known| {
            let (_, text) = version.sums.iter().find(|(name, _)| name == known.0)?;
            Some((known, text))
        });
        let Some(((name, algorithm, length), text)) = found else {
            return Self::None;
        };
        let (text, parts) = match text.split_once('-') {
            Some((text, parts)) => (text, Some(parts)),
            None => (text.as_str(), None),
        };
        let sum = match STANDARD.decode(text) {
            Ok(sum) if sum.len() == length => sum,
            _ => return Self::Unreadable(name),
        };
        if version.composite || parts.is_some() {
            return Self::Composite(Composite {
                name,
                algorithm,
                sum,
                parts: parts.and_then(|parts| parts.parse().ok()),
            });
        }
        match algorithm {
            Algorithm::Crc(crc) => {
                let number = sum.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
                Self::Crc(name, crc, number)
            }
            sha => Self::Sha(name, sha, sum),
        }
    }

    /// The CRC to make of each range while its bytes come: the object's own if it can be put together from them.
    pub fn range_crc(&self) -> CrcAlgorithm {
        match self {
            Self::Crc(_, algorithm, _) => *algorithm,
            _ => CrcAlgorithm::Crc64Nvme,
        }
    }

    /// The object's own CRC, if it has one of the whole.
    pub fn own_crc(&self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc(_, algorithm, _) => Some(*algorithm),
            _ => None,
        }
    }

    /// Compares all of an object's bytes; `None` where they do not tell.
    pub fn of_all(&self, bytes: &[u8], what: &str) -> Result<Option<Integrity>, S3Failure> {
        let (name, matches) = match self {
            Self::Sha(name, algorithm, sum) => (name, algorithm.of_bytes(bytes) == *sum),
            // Of one part: the checksum of its checksum.
            Self::Composite(one) if one.parts == Some(1) => {
                let part = one.algorithm.of_bytes(bytes);
                (&one.name, one.algorithm.of_bytes(&part) == one.sum)
            }
            _ => return Ok(None),
        };
        match matches {
            true => Ok(Some(Integrity::Verified(name))),
            false => Err(corrupt(what, name)),
        }
    }

    /// What a comparison came to that let the bytes pass.
    pub fn was_compared(&self) -> Integrity {
        match self {
            Self::Crc(name, ..) => Integrity::Verified(name),
            Self::Composite(_) => Integrity::CompositeUnchecked,
            Self::Sha(..) | Self::None | Self::Unreadable(_) => Integrity::NotOffered,
        }
    }

    /// Compares. `whole` are in order and cover the file.
    pub async fn check(self, whole: &[WholeRange], file: Shared, what: &str) -> Result<Integrity, S3Failure> {
        let (name, matches) = match self {
            Self::None => return Ok(Integrity::NotOffered),
            Self::Composite(_) => return Ok(Integrity::CompositeUnchecked),
            Self::Unreadable(name) => (name, false),
            Self::Crc(name, algorithm, expected) => (name, combined(algorithm, whole) == expected),
            // A SHA cannot be put together from ranges, so the file is read again.
            Self::Sha(name, algorithm, expected) => {
                let read = move || algorithm.of_range(&file, 0, file.metadata().ok()?.len());
                let found = tokio::task::spawn_blocking(read).await.ok().flatten();
                (name, found == Some(expected))
            }
        };
        if matches {
            Ok(Integrity::Verified(name))
        } else {
            Err(corrupt(what, name))
        }
    }
}

/// The bytes do not match.
pub fn corrupt(what: &str, algorithm: &'static str) -> S3Failure {
    S3Failure::Corrupt {
        what: what.to_owned(),
        algorithm,
    }
}

/// The CRC of the whole from those of its ranges.
fn combined(algorithm: CrcAlgorithm, ranges: &[WholeRange]) -> u64 {
    ranges
        .iter()
        .map(|whole| (whole.crc, whole.range.length()))
        .reduce(|(before, had), (crc, length)| {
            (checksum_combine(algorithm, before, crc, length), had + length)
        })
        // An empty object has no range.
        .map_or_else(|| crc_fast::checksum(algorithm, b""), |(crc, _)| crc)
}

fn hashed<D: Digest>(file: &std::fs::File, start: u64, end: u64) -> Option<Vec<u8>> {
    let mut hash = D::new();
    let all = read_range(file, start, end, |bytes| hash.update(bytes)).ok()?;
    all.then(|| hash.finalize().to_vec())
}

#[cfg(test)]
mod tests {
    use hatrack_core::bucket::transfer::Range;

    use super::*;

    fn expected(composite: bool, sums: &[(&str, &str)]) -> Expected {
        Expected::of(&Version {
            bucket: "example-bucket".into(),
            key: "a".into(),
            size: 3,
            etag: None,
            version_id: None,
            sums: sums.iter().map(|(n, t)| ((*n).into(), (*t).into())).collect(),
            composite,
        })
    }

    #[test]
    fn the_checksum_is_read_and_told_from_a_composite_one() {
        let crc32 = [("CRC32", "i9aeUg==")];
        assert_eq!(
            expected(false, &crc32),
            Expected::Crc("CRC32", CrcAlgorithm::Crc32IsoHdlc, 0x8bd6_9e52)
        );
        let composite = |parts| {
            Expected::Composite(Composite {
                name: "CRC32",
                algorithm: Algorithm::Crc(CrcAlgorithm::Crc32IsoHdlc),
                sum: vec![0x8b, 0xd6, 0x9e, 0x52],
                parts,
            })
        };
        assert_eq!(expected(true, &crc32), composite(None));
        assert_eq!(expected(false, &[("CRC32", "i9aeUg==-3")]), composite(Some(3)));
        assert_eq!(expected(false, &[]), Expected::None);
        assert_eq!(
            expected(false, &[("CRC64NVME", "i9aeUg==")]),
            Expected::Unreadable("CRC64NVME")
        );
        assert_eq!(
            expected(false, &[("CRC32C", "%%")]),
            Expected::Unreadable("CRC32C")
        );
    }

    #[test]
    fn all_bytes_tell_a_sha_and_a_composite_of_one_part() {
        let sha = STANDARD.encode(sha2::Sha256::digest(b"abc"));
        let of_one = STANDARD.encode(sha2::Sha256::digest(sha2::Sha256::digest(b"abc"))) + "-1";
        for sum in [sha.as_str(), of_one.as_str()] {
            let sum = expected(false, &[("SHA256", sum)]);
            assert!(matches!(
                sum.of_all(b"abc", "it"),
                Ok(Some(Integrity::Verified("SHA256")))
            ));
            assert!(matches!(sum.of_all(b"abd", "it"), Err(S3Failure::Corrupt { .. })));
        }
        assert!(matches!(expected(false, &[]).of_all(b"abc", "it"), Ok(None)));
    }

    #[test]
    fn ranges_add_up_to_the_whole() {
        let whole: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
        for algorithm in [
            CrcAlgorithm::Crc64Nvme,
            CrcAlgorithm::Crc32Iscsi,
            CrcAlgorithm::Crc32IsoHdlc,
        ] {
            let sums: Vec<_> = [(0, 10), (10, 65_000), (65_000, 100_000)]
                .map(|(start, end)| WholeRange {
                    range: Range { start, end },
                    crc: crc_fast::checksum(algorithm, &whole[start as usize..end as usize]),
                })
                .into();
            assert_eq!(combined(algorithm, &sums), crc_fast::checksum(algorithm, &whole));
            assert_eq!(combined(algorithm, &[]), crc_fast::checksum(algorithm, b""));
        }
    }
}
