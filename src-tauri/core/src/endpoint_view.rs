//! The endpoint of a session that programs of this computer get its credentials from, as people see it. No type here can
//! hold its token.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// An endpoint that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndpointView {
    /// The session.
    pub session_id: String,
    /// What `AWS_CONTAINER_CREDENTIALS_FULL_URI` is set to.
    pub address: String,
    /// When it was opened.
    #[ts(type = "string")]
    pub opened_at: Timestamp,
    /// Whether it stays open until it is closed or its session goes. Otherwise it closes with the last `hat serve`.
    pub kept: bool,
    /// How many `hat serve` wait for its end.
    pub holds: u32,
    /// How many requests got credentials.
    pub served: u32,
    /// How many were refused, or asked for what could not be given.
    pub refused: u32,
    /// The last requests, the newest first.
    pub uses: Vec<EndpointUse>,
}

/// One request to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EndpointUse {
    /// When it came.
    #[ts(type = "string")]
    pub at: Timestamp,
    /// What came of it.
    pub outcome: UseOutcome,
    /// Why it got nothing, for people.
    pub why: Option<String>,
    /// Which program asked.
    pub process: UseProcess,
}

/// What came of a request to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum UseOutcome {
    /// It got credentials.
    Served,
    /// It was not as an SDK asks, or had not the token.
    Refused,
    /// The session could not be renewed without a person, or not at all.
    Failed,
}

/// Which program asked, as far as the system tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UseProcess {
    /// One of this user's.
    Known {
        /// Its process ID.
        pid: u32,
        /// The name of its program.
        program: String,
    },
    /// One of another user's, such as one in a container.
    OfUser {
        /// The user's number.
        uid: u32,
    },
    /// The system does not tell.
    NotKnown,
}

impl UseProcess {
    /// For people.
    pub fn label(&self) -> String {
        match self {
            Self::Known { pid, program } => format!("{program} ({pid})"),
            Self::OfUser { uid } => format!("a program of user {uid}"),
            Self::NotKnown => "not known".to_owned(),
        }
    }
}
