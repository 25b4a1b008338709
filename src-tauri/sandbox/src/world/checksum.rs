//! The checksums that S3 keeps with an object.
//!
//! Source: S3 User Guide, "Checking object integrity in Amazon S3".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use s3s::crypto::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};

use super::content::Content;

/// A checksum algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// CRC-32.
    Crc32,
    /// CRC-32 with Castagnoli's polynomial.
    Crc32c,
    /// CRC-64/NVME, which S3 takes where nobody names another.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// AWS's name: `CRC64NVME`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// The algorithm of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name() == name)
    }

    /// The digest of what is read, in base64.
    pub fn sum<T: AsRef<[u8]>>(self, pieces: impl Iterator<Item = T>) -> String {
        fn digest<C: s3s::crypto::Checksum, T: AsRef<[u8]>>(pieces: impl Iterator<Item = T>) -> String {
            let mut hasher = C::new();
            pieces.for_each(|piece| hasher.update(piece.as_ref()));
            STANDARD.encode(hasher.finalize())
        }
        match self {
            Self::Crc32 => digest::<Crc32, _>(pieces),
            Self::Crc32c => digest::<Crc32c, _>(pieces),
            Self::Crc64Nvme => digest::<Crc64Nvme, _>(pieces),
            Self::Sha1 => digest::<Sha1, _>(pieces),
            Self::Sha256 => digest::<Sha256, _>(pieces),
        }
    }

    /// The composite of parts' digests, each in base64: their digest, and how many they are.
    pub fn composite<'a>(self, parts: impl ExactSizeIterator<Item = &'a str>) -> String {
        let count = parts.len();
        let digests = parts.map(|part| STANDARD.decode(part).unwrap_or_default());
        format!("{}-{count}", self.sum(digests))
    }
}

/// What a checksum of an object of several parts was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The object's bytes: `FULL_OBJECT`.
    FullObject,
    /// The parts' digests: `COMPOSITE`.
    Composite,
}

impl Kind {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }
}

/// A checksum as S3 shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// By which algorithm.
    pub algorithm: Algorithm,
    /// Of what.
    pub kind: Kind,
    /// In base64; a composite with `-` and the number of parts behind it.
    pub value: String,
}

impl Checksum {
    /// The checksum of these bytes.
    pub fn of(content: &Content, algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            kind: Kind::FullObject,
            value: algorithm.sum(content.whole()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digests_are_those_of_the_standards() {
        // The check values of each algorithm's catalogue entry: the digest of "123456789".
        for (algorithm, hex) in [
            (Algorithm::Crc32, "cbf43926"),
            (Algorithm::Crc32c, "e3069283"),
            (Algorithm::Crc64Nvme, "ae8b14860a799888"),
            (Algorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (
                Algorithm::Sha256,
                "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
            ),
        ] {
            let sum = algorithm.sum([b"1234", &b"56789"[..]].into_iter());
            assert_eq!(
                STANDARD.decode(sum).map(hex::encode).as_deref(),
                Ok(hex),
                "{}",
                algorithm.name()
            );
            assert_eq!(Algorithm::named(algorithm.name()), Some(algorithm));
        }
    }

    #[test]
    fn a_composite_is_the_digest_of_digests() {
        let parts = [
            Algorithm::Crc32.sum([b"a"].iter()),
            Algorithm::Crc32.sum([b"b"].iter()),
        ];
        let joined: Vec<u8> = parts
            .iter()
            .flat_map(|p| STANDARD.decode(p).unwrap_or_default())
            .collect();
        let expected = format!("{}-2", Algorithm::Crc32.sum([joined].iter()));
        assert_eq!(
            Algorithm::Crc32.composite(parts.iter().map(String::as_str)),
            expected
        );
    }
}
