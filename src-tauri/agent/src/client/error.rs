//! Why a client got no answer.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::protocol::{ErrorCode, WireError};

/// Why the agent gave no answer, or a refusing one.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// There is no agent, and none was to be started.
    #[error("the agent is not running; any hat command or the window starts it")]
    NotRunning,
    /// The agent did not start.
    #[error("the agent could not be started with {}: {why}; run `hat agent --foreground` to see its messages", hat.display())]
    NotStarted {
        /// What was run.
        hat: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// The agent did not open its socket in time.
    #[error("the agent did not answer within {} s; its messages are in {}", waited.as_secs(), log.display())]
    Slow {
        /// How long it was waited for.
        waited: Duration,
        /// Its log.
        log: PathBuf,
    },
    /// The socket is not this user's agent's.
    #[error("{} is not a socket of this user's agent: {why}; remove it and try again", socket.display())]
    NotOurs {
        /// The socket.
        socket: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The agent speaks another protocol.
    #[error(
        "the running agent is version {agent}, this is {client}; stop it with `hat agent --stop` and try again"
    )]
    OtherVersion {
        /// The agent's version.
        agent: String,
        /// This program's.
        client: &'static str,
    },
    /// The socket failed.
    #[error("the agent's socket could not be used: {0}; try again, or run `hat agent --status`")]
    Socket(#[from] io::Error),
    /// The agent went away while it was asked. Whether it had done what was asked is not known.
    #[error("the agent ended before it answered; try again")]
    Lost,
    /// An answer of the wrong kind, or one that cannot be read.
    #[error(
        "the agent gave an answer that this version cannot read; stop it with `hat agent --stop` and try again"
    )]
    Unexpected,
    /// The request is larger than the agent reads.
    #[error("the request is longer than {} KiB, which is all the agent reads; shorten the session policy or the tags", crate::protocol::LONGEST_REQUEST / 1024)]
    TooLong,
    /// The agent said no.
    #[error(transparent)]
    Refused(#[from] WireError),
}

impl AgentError {
    /// What a client may branch on, where the agent itself refused.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(error) => Some(error.code),
            _ => None,
        }
    }
}
