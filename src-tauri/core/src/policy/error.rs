//! What can be wrong with a policy's text, and where.

use std::fmt;

/// A place in a policy's text. Both numbers start at 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

impl Position {
    pub(super) const START: Self = Self { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// The text is no policy that AWS would take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {fault}")]
pub struct PolicyError {
    /// Where the fault stands.
    pub at: Position,
    /// What is wrong there.
    pub fault: Fault,
}

/// What is wrong with a policy's text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The text ends inside the policy.
    #[error("the policy ends here though it is not complete; check its brackets and quotes")]
    UnexpectedEnd,
    /// JSON wants something else at this place.
    #[error("found {found:?} where {expected} belongs")]
    UnexpectedCharacter {
        /// The character that stands there.
        found: char,
        /// What JSON wants there.
        expected: &'static str,
    },
    /// A quote as word processors and web pages write it; JSON knows only `"`.
    #[error("{0} is a typographic quote; policies take only straight ones (\")")]
    TypographicQuote(char),
    /// A line break or another control character inside a text.
    #[error("a text holds a line break or control character; write it as an escape such as \\n")]
    ControlCharacter,
    /// A backslash followed by what JSON does not know.
    #[error("this backslash starts no escape that JSON knows")]
    BadEscape,
    /// A number that is none in JSON.
    #[error("this is not a number as JSON writes them")]
    BadNumber,
    /// An object names the same thing twice.
    #[error("{0:?} stands here twice; keep one")]
    DuplicateName(String),
    /// More nesting than any policy has.
    #[error("the policy is nested too deeply")]
    TooDeep,
    /// The element has the wrong JSON type.
    #[error("{element} must be {expected}")]
    WrongType {
        /// The element's name.
        element: String,
        /// The type or types it may have.
        expected: &'static str,
    },
    /// An element that must be there is not.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// An element that this kind of policy cannot have.
    #[error("{element} does not belong into {kind}")]
    NotHere {
        /// The element's name.
        element: &'static str,
        /// The kind of policy.
        kind: &'static str,
    },
    /// Two elements that exclude each other.
    #[error("{0} and {1} exclude each other; keep one")]
    Both(&'static str, &'static str),
    /// `Version` is neither of the two that exist.
    #[error("Version {0:?} does not exist; use \"2012-10-17\"")]
    UnknownVersion(String),
    /// `Effect` is neither Allow nor Deny (case matters).
    #[error("Effect {0:?} does not exist; it is \"Allow\" or \"Deny\", spelled so")]
    UnknownEffect(String),
    /// A list that must name something is empty.
    #[error("{0} names nothing")]
    Empty(&'static str),
    /// Two statements of one policy have the same `Sid`.
    #[error("the Sid {0:?} is used twice; each must be unique in its policy")]
    DuplicateSid(String),
}
