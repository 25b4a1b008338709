//! Names and secrets that look like AWS's.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// The alphabet of AWS's unique IDs.
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const CONSONANTS: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";

/// Makes keys, tokens and request ids: a hash in counter mode over a seed, so that a run can be repeated.
pub struct KeyMaker {
    seed: [u8; 32],
    counter: u64,
}

impl fmt::Debug for KeyMaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyMaker").finish_non_exhaustive()
    }
}

impl KeyMaker {
    /// Starts from a fixed seed, or from the operating system's randomness.
    ///
    /// # Errors
    /// The operating system gives no randomness.
    pub fn new(seed: Option<u64>) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        match seed {
            Some(seed) => bytes[..8].copy_from_slice(&seed.to_be_bytes()),
            None => getrandom::fill(&mut bytes)?,
        }
        Ok(Self {
            seed: bytes,
            counter: 0,
        })
    }

    fn block(&mut self) -> [u8; 32] {
        self.counter += 1;
        Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.counter.to_be_bytes())
            .finalize()
            .into()
    }

    /// As many random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut out = Vec::with_capacity(count + 32);
        while out.len() < count {
            out.extend_from_slice(&self.block());
        }
        out.truncate(count);
        out
    }

    fn base32(&mut self, count: usize) -> String {
        self.bytes(count)
            .into_iter()
            .map(|b| char::from(BASE32[usize::from(b % 32)]))
            .collect()
    }

    /// A unique ID with AWS's prefix for its kind (`AKIA`, `ASIA`, `AIDA`, `AROA`): 20 characters.
    pub fn id(&mut self, prefix: &str) -> String {
        format!("{prefix}{}", self.base32(16))
    }

    /// A secret access key: 40 characters.
    pub fn secret(&mut self) -> String {
        STANDARD.encode(self.bytes(30))
    }

    /// A session token, about as long as AWS's.
    pub fn session_token(&mut self) -> String {
        format!("IQoJb3JpZ2lu{}", STANDARD.encode(self.bytes(510)))
    }

    /// The seed of an MFA device in base32: 160 bits, as RFC 4226 recommends.
    pub fn mfa_seed(&mut self) -> String {
        self.base32(32)
    }

    /// As many random bytes in hex.
    pub fn hex(&mut self, bytes: usize) -> String {
        hex::encode(self.bytes(bytes))
    }

    /// An opaque token of so many random bytes, fit for a URL.
    pub fn opaque(&mut self, bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes(bytes))
    }

    /// A user code for a person to compare: `BRCJ-PDVT`. No vowels, so that it spells nothing (RFC 8628, section
    /// 6.1).
    pub fn user_code(&mut self) -> String {
        let code: String = self
            .bytes(8)
            .into_iter()
            .map(|b| char::from(CONSONANTS[usize::from(b) % CONSONANTS.len()]))
            .collect();
        format!("{}-{}", &code[..4], &code[4..])
    }

    /// A request id as STS gives it: a UUID (RFC 9562, version 4).
    pub fn uuid(&mut self) -> String {
        let mut b = self.bytes(16);
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let hex = hex::encode(b);
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..]
        )
    }

    /// A request id as S3 gives it.
    pub fn s3_request_id(&mut self) -> String {
        self.base32(16)
    }

    /// The second request id of S3, `x-amz-id-2`.
    pub fn s3_host_id(&mut self) -> String {
        STANDARD.encode(self.bytes(56))
    }
}
