//! What makes a team's file trusted: its hash, or a signature.

use std::fmt;
use std::str::FromStr;

use hatrack_core::shared_config::inert;
use minisign_verify::{PublicKey, Signature};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What the person said the file has to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TeamTrust {
    /// This very content; another one waits until the person accepts it.
    Sha256(FileHash),
    /// A signature by this key, beside the file.
    Minisign(MinisignKey),
}

/// A file that is not to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTrusted {
    /// It is not the file that was pinned.
    #[error("the file's SHA-256 is {found}, not {pinned}")]
    Other {
        /// The one it has.
        found: FileHash,
        /// The one that the person gave.
        pinned: FileHash,
    },
    /// What stands beside it is no signature, or none by that key.
    #[error("its signature is not good: {0}; whoever keeps the file has to sign it with `minisign -S`")]
    Signature(String),
}

impl TeamTrust {
    /// Whether `text` may be used. `signature` is that of the file beside it, which a pinned file has none of.
    pub fn check(&self, text: &str, signature: &str) -> Result<(), NotTrusted> {
        match self {
            Self::Sha256(pinned) => match FileHash::of(text.as_bytes()) {
                found if found == *pinned => Ok(()),
                found => Err(NotTrusted::Other {
                    found,
                    pinned: *pinned,
                }),
            },
            Self::Minisign(key) => key.check(text, signature),
        }
    }
}

impl fmt::Display for TeamTrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(hash) => write!(f, "sha256 {hash}"),
            Self::Minisign(key) => write!(f, "key {key}"),
        }
    }
}

/// The SHA-256 of a file.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileHash([u8; 32]);

/// The text is no SHA-256.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no SHA-256; one has 64 hexadecimal digits, as `sha256sum` prints it", inert(.0))]
pub struct NotAHash(pub String);

impl FileHash {
    /// Of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl FromStr for FileHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| NotAHash(text.to_owned()))?;
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for FileHash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        text.parse()
    }
}

impl From<FileHash> for String {
    fn from(hash: FileHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A public key of minisign: the second line of its `.pub` file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MinisignKey(String);

/// The text is no public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{}\" is no public key of minisign; give the line of the .pub file that starts with RW", inert(.0))]
pub struct NotAKey(pub String);

impl MinisignKey {
    fn check(&self, text: &str, signature: &str) -> Result<(), NotTrusted> {
        let bad = |why: minisign_verify::Error| NotTrusted::Signature(why.to_string());
        let key = PublicKey::from_base64(&self.0).map_err(bad)?;
        let signature = Signature::decode(signature).map_err(bad)?;
        // Not the older kind, which signs the file itself and not its hash.
        key.verify(text.as_bytes(), &signature, false).map_err(bad)
    }
}

impl FromStr for MinisignKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let text = text.trim();
        match PublicKey::from_base64(text) {
            Ok(_) => Ok(Self(text.to_owned())),
            Err(_) => Err(NotAKey(text.to_owned())),
        }
    }
}

impl TryFrom<String> for MinisignKey {
    type Error = NotAKey;

    fn try_from(text: String) -> Result<Self, NotAKey> {
        text.parse()
    }
}

impl From<MinisignKey> for String {
    fn from(key: MinisignKey) -> Self {
        key.0
    }
}

impl fmt::Display for MinisignKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
