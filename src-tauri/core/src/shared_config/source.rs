//! A file of the shared config, as text.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::{ConfigError, ConfigErrorKind};

/// The longest line that is read, in bytes. Real lines stay below 5 KB, session tokens included.
pub const LONGEST_LINE: usize = 64 * 1024;

/// Which of the two files a text is: they name their sections differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    /// `~/.aws/config`: `[default]`, `[profile name]`, `[sso-session name]`, `[services name]`.
    Config,
    /// `~/.aws/credentials`: `[name]` only.
    Credentials,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as the person named it.
    pub file: Arc<str>,
    /// Counted from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file, self.line)
    }
}

/// The text of one file. It may hold secrets: `Debug` shows its name and size only, and its memory is cleared.
#[derive(Clone)]
pub struct SourceFile {
    /// Which of the two.
    pub kind: FileKind,
    /// Its name for people.
    pub name: Arc<str>,
    text: Zeroizing<String>,
}

impl SourceFile {
    /// Takes over what was read from the disk.
    ///
    /// # Errors
    /// When it is not UTF-8, with the line of the first bad byte.
    pub fn from_bytes(kind: FileKind, name: &str, bytes: Vec<u8>) -> Result<Self, ConfigError> {
        let name: Arc<str> = name.into();
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self {
                kind,
                name,
                text: Zeroizing::new(text),
            }),
            Err(wrong) => {
                let valid = wrong.utf8_error().valid_up_to();
                let bytes = Zeroizing::new(wrong.into_bytes());
                let line = 1 + bytes[..valid].iter().filter(|b| **b == b'\n').count();
                Err(ConfigError::at(&name, line, ConfigErrorKind::NotUtf8))
            }
        }
    }

    /// A text that is UTF-8 already.
    pub fn from_text(kind: FileKind, name: &str, text: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            text: Zeroizing::new(text.into()),
        }
    }

    /// The text, byte for byte as it is in the file.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SourceFile({:?}, {}, {} bytes)",
            self.kind,
            self.name,
            self.text.len()
        )
    }
}
