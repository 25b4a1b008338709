//! Why a file of the shared config cannot be read.

use std::fmt;
use std::sync::Arc;

use super::source::LONGEST_LINE;

/// A file that cannot be used, with the line at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file, as the person named it.
    pub file: Arc<str>,
    /// The line, counted from 1; `None` where the file as a whole is at fault.
    pub line: Option<u32>,
    /// What is wrong.
    pub kind: ConfigErrorKind,
}

/// What is wrong with a file. The wording holds the words that the SDK's suite expects of every SDK.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigErrorKind {
    /// A property or continuation stands before the first section.
    #[error(
        "Expected a profile definition before this line; \
         put a section such as [default] or [profile name] above it"
    )]
    BeforeFirstSection,
    /// An indented line follows a section header.
    #[error(
        "Expected a property definition, found continuation; \
         remove the blanks that the line starts with, or put \"name =\" above it"
    )]
    ContinuationWithoutProperty,
    /// `[name` without the closing bracket.
    #[error("Profile definition must end with ']'; close the bracket")]
    UnclosedSection,
    /// A line without `=`.
    #[error("Expected an '=' sign defining a {}; write it as name = value, or start the line with #", item(*.nested))]
    NoEquals {
        /// Whether the line is nested below a property.
        nested: bool,
    },
    /// A line that starts with `=`.
    #[error("{} did not have a name; write it as name = value", capital_item(*.nested))]
    NoName {
        /// Whether the line is nested below a property.
        nested: bool,
    },
    /// A line over [`LONGEST_LINE`].
    #[error("this line has {bytes} bytes and Hatrack reads at most {LONGEST_LINE}; shorten or remove it")]
    LineTooLong {
        /// Its length.
        bytes: usize,
    },
    /// The file is over the reader's limit.
    #[error("the file has more than {limit} bytes, which is all that Hatrack reads; make it smaller")]
    FileTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The file holds bytes that are not UTF-8.
    #[error("the file is not UTF-8 text here; save it as UTF-8 in an editor. It was left as it is")]
    NotUtf8,
    /// The operating system would not give the file.
    #[error("the file cannot be read: {reason}")]
    Unreadable {
        /// The operating system's words.
        reason: String,
    },
}

fn item(nested: bool) -> &'static str {
    if nested { "sub-property" } else { "property" }
}

fn capital_item(nested: bool) -> &'static str {
    if nested { "Sub-property" } else { "Property" }
}

impl ConfigError {
    pub(super) fn at(file: &Arc<str>, line: usize, kind: ConfigErrorKind) -> Self {
        Self {
            file: file.clone(),
            line: Some(u32::try_from(line).unwrap_or(u32::MAX)),
            kind,
        }
    }

    /// An error of the file as a whole.
    pub fn of_file(file: &str, kind: ConfigErrorKind) -> Self {
        Self {
            file: file.into(),
            line: None,
            kind,
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.kind),
            None => write!(f, "{}: {}", self.file, self.kind),
        }
    }
}

impl std::error::Error for ConfigError {}
