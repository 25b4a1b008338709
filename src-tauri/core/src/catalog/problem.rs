//! What could not be used, and where it is written.

use std::fmt;
use std::sync::Arc;

use crate::shared_config::Place;

/// How much a problem keeps from working.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is lost; something has no effect.
    Note,
    /// The profile works; something about it is dangerous or probably not meant.
    Warning,
    /// The profile, or the whole file, cannot be used.
    Error,
}

/// Something in a source that could not be used, or should be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// The file concerned.
    pub file: Arc<str>,
    /// The line, counted from 1; `None` where the file as a whole is meant.
    pub line: Option<u32>,
    /// The profile concerned, if it is one.
    pub profile: Option<String>,
    /// What happened and what to do. Holds no control characters whatever the file holds.
    pub message: String,
}

impl Problem {
    /// The place, where there is a line.
    pub fn place(&self) -> Option<Place> {
        self.line.map(|line| Place {
            file: self.file.clone(),
            line,
        })
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.message),
            None => write!(f, "{}: {}", self.file, self.message),
        }
    }
}
