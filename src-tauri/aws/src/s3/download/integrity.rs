//! Whether the bytes are those that were stored.
//!
//! Source: Amazon S3 User Guide, "Checking object integrity": a checksum covers the whole object, or (`-N` at its end)
//! is made of the checksums of N parts.

use std::io::Read;

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::types::ChecksumType;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use sha2::Digest;

use super::super::S3Failure;
use super::Shared;
use super::chunk::Sum;

/// How far the bytes were checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Integrity {
    /// They match the object's checksum of this name.
    Verified(&'static str),
    /// The checksum is made of parts whose bounds S3 did not tell: the transport is all that was checked.
    CompositeUnchecked,
    /// The object was stored without a checksum.
    NotOffered,
}

/// The checksum that came with the object.
#[derive(Debug, PartialEq)]
pub enum Expected {
    Crc(&'static str, CrcAlgorithm, u64),
    Sha1(Vec<u8>),
    Sha256(Vec<u8>),
    Composite,
    None,
    /// It is no checksum at all.
    Unreadable(&'static str),
}

impl Expected {
    pub fn of(head: &GetObjectOutput) -> Self {
        Self::choose(
            head.checksum_type() == Some(&ChecksumType::Composite),
            [
                head.checksum_crc64_nvme(),
                head.checksum_crc32_c(),
                head.checksum_crc32(),
                head.checksum_sha1(),
                head.checksum_sha256(),
            ],
        )
    }

    /// `given` in the order CRC64NVME, CRC32C, CRC32, SHA1, SHA256.
    fn choose(composite: bool, given: [Option<&str>; 5]) -> Self {
        const NAMES: [&str; 5] = ["CRC64NVME", "CRC32C", "CRC32", "SHA1", "SHA256"];
        let Some((which, text)) = given.iter().enumerate().find_map(|(n, text)| Some((n, (*text)?))) else {
            return Self::None;
        };
        if composite || text.contains('-') {
            return Self::Composite;
        }
        let Ok(bytes) = STANDARD.decode(text) else {
            return Self::Unreadable(NAMES[which]);
        };
        let number = || bytes.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
        match (which, bytes.len()) {
            (0, 8) => Self::Crc(NAMES[0], CrcAlgorithm::Crc64Nvme, number()),
            (1, 4) => Self::Crc(NAMES[1], CrcAlgorithm::Crc32Iscsi, number()),
            (2, 4) => Self::Crc(NAMES[2], CrcAlgorithm::Crc32IsoHdlc, number()),
            (3, 20) => Self::Sha1(bytes),
            (4, 32) => Self::Sha256(bytes),
            _ => Self::Unreadable(NAMES[which]),
        }
    }

    /// The CRC to make while bytes come.
    pub fn crc(&self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc(_, algorithm, _) => Some(*algorithm),
            _ => None,
        }
    }

    /// Compares. `sums` are in the order of their chunks, which cover the file.
    pub async fn check(self, sums: &[Sum], file: Shared, what: &str) -> Result<Integrity, S3Failure> {
        let (algorithm, matches) = match self {
            Self::None => return Ok(Integrity::NotOffered),
            Self::Composite => return Ok(Integrity::CompositeUnchecked),
            Self::Unreadable(name) => (name, false),
            Self::Crc(name, algorithm, expected) => (name, combined(algorithm, sums) == Some(expected)),
            Self::Sha1(expected) => ("SHA1", hashed::<sha1::Sha1>(file).await == Some(expected)),
            Self::Sha256(expected) => ("SHA256", hashed::<sha2::Sha256>(file).await == Some(expected)),
        };
        if matches {
            Ok(Integrity::Verified(algorithm))
        } else {
            Err(S3Failure::Corrupt {
                what: what.to_owned(),
                algorithm,
            })
        }
    }
}

/// The CRC of the whole from those of its chunks.
fn combined(algorithm: CrcAlgorithm, sums: &[Sum]) -> Option<u64> {
    let mut whole = None;
    for sum in sums {
        let (crc, length) = (sum.crc?, sum.chunk.end - sum.chunk.start);
        whole = Some(match whole {
            None => crc,
            Some(before) => checksum_combine(algorithm, before, crc, length),
        });
    }
    whole
}

/// A SHA cannot be put together from chunks, so the file is read again.
async fn hashed<D: Digest + Send + 'static>(file: Shared) -> Option<Vec<u8>> {
    let read = move || {
        let mut hash = D::new();
        let mut buffer = vec![0; 1024 * 1024];
        let mut file = &*file;
        std::io::Seek::rewind(&mut file).ok()?;
        loop {
            match file.read(&mut buffer).ok()? {
                0 => return Some(hash.finalize().to_vec()),
                n => hash.update(&buffer[..n]),
            }
        }
    };
    tokio::task::spawn_blocking(read).await.ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::super::chunk::Chunk;
    use super::*;

    #[test]
    fn the_checksum_is_read_and_told_from_a_composite_one() {
        let crc32 = [None, None, Some("i9aeUg=="), None, None];
        assert_eq!(
            Expected::choose(false, crc32),
            Expected::Crc("CRC32", CrcAlgorithm::Crc32IsoHdlc, 0x8bd6_9e52)
        );
        assert_eq!(Expected::choose(true, crc32), Expected::Composite);
        assert_eq!(
            Expected::choose(false, [None, None, Some("i9aeUg==-3"), None, None]),
            Expected::Composite
        );
        assert_eq!(Expected::choose(false, [None; 5]), Expected::None);
        assert_eq!(
            Expected::choose(false, [Some("i9aeUg=="), None, None, None, None]),
            Expected::Unreadable("CRC64NVME")
        );
        assert_eq!(
            Expected::choose(false, [None, Some("%%"), None, None, None]),
            Expected::Unreadable("CRC32C")
        );
    }

    #[test]
    fn chunks_add_up_to_the_whole() {
        let whole: Vec<u8> = (0..100_000u32).map(|n| (n % 251) as u8).collect();
        for algorithm in [
            CrcAlgorithm::Crc64Nvme,
            CrcAlgorithm::Crc32Iscsi,
            CrcAlgorithm::Crc32IsoHdlc,
        ] {
            let sums: Vec<_> = [(0, 10), (10, 65_000), (65_000, 100_000)]
                .map(|(start, end)| Sum {
                    chunk: Chunk { start, end },
                    crc: Some(crc_fast::checksum(
                        algorithm,
                        &whole[start as usize..end as usize],
                    )),
                })
                .into();
            assert_eq!(
                combined(algorithm, &sums),
                Some(crc_fast::checksum(algorithm, &whole))
            );
        }
    }
}
