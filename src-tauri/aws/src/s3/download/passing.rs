//! The checksum of bytes that pass and are kept nowhere.

use sha2::Digest as _;

use super::integrity::{Algorithm, Expected, Integrity, corrupt};
use crate::s3::S3Failure;

/// Takes all bytes of an object, in order, and compares them at the end.
#[derive(Debug)]
pub struct Passing {
    what: String,
    expected: Expected,
    sum: Sum,
}

#[derive(Debug)]
enum Sum {
    Crc(crc_fast::Digest),
    Sha1(sha1::Sha1),
    Sha256(sha2::Sha256),
    /// There is nothing to compare with, or what there is was made of parts.
    None,
}

impl Passing {
    pub(in crate::s3) fn of(expected: Expected, what: String) -> Self {
        let sum = match &expected {
            Expected::Crc(_, algorithm, _) => Sum::Crc(crc_fast::Digest::new(*algorithm)),
            Expected::Sha(_, Algorithm::Sha1, _) => Sum::Sha1(sha1::Sha1::new()),
            Expected::Sha(..) => Sum::Sha256(sha2::Sha256::new()),
            Expected::Composite(_) | Expected::None | Expected::Unreadable(_) => Sum::None,
        };
        Self { what, expected, sum }
    }

    /// The next bytes.
    pub fn pass(&mut self, bytes: &[u8]) {
        match &mut self.sum {
            Sum::Crc(digest) => digest.update(bytes),
            Sum::Sha1(hash) => hash.update(bytes),
            Sum::Sha256(hash) => hash.update(bytes),
            Sum::None => {}
        }
    }

    /// All have passed. [`S3Failure::Corrupt`] where they are not those that were stored.
    pub fn end(self) -> Result<Integrity, S3Failure> {
        let (name, same) = match (self.expected, self.sum) {
            (Expected::Crc(name, _, sum), Sum::Crc(digest)) => (name, digest.finalize() == sum),
            (Expected::Sha(name, _, sum), Sum::Sha1(hash)) => (name, hash.finalize().as_slice() == sum),
            (Expected::Sha(name, _, sum), Sum::Sha256(hash)) => (name, hash.finalize().as_slice() == sum),
            (Expected::Composite(_), _) => return Ok(Integrity::CompositeUnchecked),
            (Expected::Unreadable(name), _) => (name, false),
            _ => return Ok(Integrity::NotOffered),
        };
        match same {
            true => Ok(Integrity::Verified(name)),
            false => Err(corrupt(&self.what, name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use crc_fast::CrcAlgorithm;

    use super::*;

    #[test]
    fn bytes_in_pieces_are_compared_as_a_whole() {
        let expected = || {
            [
                Expected::Crc("CRC32", CrcAlgorithm::Crc32IsoHdlc, 0x3524_41c2),
                Expected::Sha("SHA1", Algorithm::Sha1, sha1::Sha1::digest(b"abc").to_vec()),
                Expected::Sha("SHA256", Algorithm::Sha256, sha2::Sha256::digest(b"abc").to_vec()),
            ]
        };
        for (pieces, right) in [(["a", "bc"], true), (["a", "bd"], false), (["b", "ac"], false)] {
            for expected in expected() {
                let mut passing = Passing::of(expected, "it".into());
                pieces.iter().for_each(|piece| passing.pass(piece.as_bytes()));
                let ended = passing.end();
                assert_eq!(matches!(ended, Ok(Integrity::Verified(_))), right, "{ended:?}");
                assert_eq!(
                    matches!(ended, Err(S3Failure::Corrupt { .. })),
                    !right,
                    "{ended:?}"
                );
            }
        }
        let nothing = Passing::of(Expected::None, "it".into());
        assert!(matches!(nothing.end(), Ok(Integrity::NotOffered)));
    }
}
