//! Errors on the wire.

use serde::{Deserialize, Serialize};

/// What a client may branch on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// No role, profile or identity matches (wrong usage).
    NoSuchRole,
    /// Several match; they are listed (wrong usage).
    AmbiguousRole,
    /// No such session, or it has ended.
    NoSuchSession,
    /// An option that this kind of role or session does not take, or a value out of STS's limits (wrong usage).
    Invalid,
    /// What is to be added is there already with other details. Asked again with `replace`, it takes their place.
    AlreadyThere,
    /// The credentials that a route starts from are not there, or are of no use for it.
    Identity,
    /// The shared files cannot be read.
    Config,
    /// AWS could not be reached, or what answered was not AWS.
    Aws,
    /// A sign-in that did not come about: refused, given up or too late.
    SignIn,
    /// History, settings or vault could not be read or written.
    Store,
    /// The other side speaks another protocol, or sent what cannot be read.
    Protocol,
    /// The agent is ending.
    Stopping,
}

impl ErrorCode {
    /// The stable word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoSuchRole => "no_such_role",
            Self::AmbiguousRole => "ambiguous_role",
            Self::NoSuchSession => "no_such_session",
            Self::Invalid => "invalid",
            Self::AlreadyThere => "already_there",
            Self::Identity => "identity",
            Self::Config => "config",
            Self::Aws => "aws",
            Self::SignIn => "sign_in",
            Self::Store => "store",
            Self::Protocol => "protocol",
            Self::Stopping => "stopping",
        }
    }
}

/// Why a request gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct WireError {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what happened and what to do.
    pub message: String,
    /// What an ambiguous ROLE could mean.
    #[serde(default)]
    pub candidates: Vec<String>,
}

impl WireError {
    /// Of one kind, with its sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            candidates: Vec::new(),
        }
    }
}
