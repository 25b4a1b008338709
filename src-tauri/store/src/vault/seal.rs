//! Sealing: XChaCha20-Poly1305 with a random nonce, the blob's name bound to it.
//!
//! Source: draft-irtf-cfrg-xchacha-03: 192-bit nonces may be chosen at random.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
/// Names the format; another one gets another word.
const FORMAT: &[u8] = b"hatrack-vault-1\n";

/// The key of all blobs. Cleared from memory when it is dropped.
#[derive(Clone)]
pub struct SealingKey(Zeroizing<[u8; KEY_BYTES]>);

impl SealingKey {
    /// A new one.
    pub fn random() -> Result<Self, String> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(&mut *key).map_err(|why| why.to_string())?;
        Ok(Self(key))
    }

    /// The one that the keyring holds; `None` if these bytes are none.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        Some(Self(Zeroizing::new(bytes.try_into().ok()?)))
    }

    /// The bytes, for the keyring.
    pub fn bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Seals `secret` as the blob `name`.
    pub fn seal(&self, name: &str, secret: &[u8]) -> Result<Vec<u8>, String> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|why| why.to_string())?;
        let sealed = self
            .cipher()
            .encrypt(&XNonce::from(nonce), payload(secret, &bound(name)))
            .map_err(|_| "the secret is too long".to_owned())?;
        Ok([FORMAT, &nonce, &sealed].concat())
    }

    /// Opens the blob `name`. `None` if it was sealed under another name or key, or has been changed.
    pub fn open(&self, name: &str, blob: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = blob.strip_prefix(FORMAT)?.split_first_chunk::<NONCE_BYTES>()?;
        self.cipher()
            .decrypt(&XNonce::from(*nonce), payload(sealed, &bound(name)))
            .ok()
            .map(Zeroizing::new)
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

fn bound(name: &str) -> Vec<u8> {
    [FORMAT, name.as_bytes()].concat()
}

fn payload<'a>(msg: &'a [u8], aad: &'a [u8]) -> Payload<'a, 'a> {
    Payload { msg, aad }
}
