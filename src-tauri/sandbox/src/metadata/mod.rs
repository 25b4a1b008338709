//! What runs beside a program on AWS's own machines: the instance metadata service of EC2 (version 2 only), and the
//! credentials endpoint of a container.
//!
//! Source: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata"; AWS SDKs and Tools
//! Reference Guide, "Container credential provider".

mod container;
mod instance;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;

use crate::issue::issue;
use crate::state::State;
use crate::world::{Machine, Session, SessionOf};

pub use container::PATH as CONTAINER_PATH;

/// An answer to send.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// Its other headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Reply {
    fn text(status: StatusCode, body: impl Into<String>) -> Self {
        Self {
            status,
            content_type: "text/plain",
            headers: Vec::new(),
            body: body.into(),
        }
    }

    fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        Self {
            content_type: "application/json",
            ..Self::text(status, body.to_string())
        }
    }
}

/// What the metadata services remember.
#[derive(Default)]
pub struct Memory {
    /// Tokens of the instance's service, with their ends.
    tokens: Mutex<HashMap<String, Timestamp>>,
    /// The access key ID of each machine's session, by its role's ARN.
    current: Mutex<HashMap<String, String>>,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

/// Answers a request to either service.
pub fn answer(state: &State, method: &Method, path: &str, headers: &HeaderMap) -> Reply {
    if path == CONTAINER_PATH {
        state.count("ContainerCredentials");
        container::answer(state, method, headers)
    } else {
        instance::answer(state, method, path, headers)
    }
}

/// EC2 gives sessions of about six hours.
const SESSION_SECONDS: i64 = 6 * 3600;
/// A new session is there this long before the old one ends.
const AHEAD_SECONDS: i64 = 15 * 60;

/// The machine's session, a new one where the last is about to end.
fn session(state: &State, machine: &Machine) -> Option<Session> {
    let of = state
        .world()
        .roles
        .get(&machine.role_arn)?
        .session(&machine.session_name);
    let mut current = state
        .metadata
        .current
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let last = current
        .get(&machine.role_arn)
        .and_then(|key| state.world().sessions.get(key).cloned());
    let now = state.now().as_second();
    let lasts = |session: &Session| {
        let life = session.expires_at.as_second() - session.issued_at.as_second();
        session.expires_at.as_second() - now > AHEAD_SECONDS.min(life / 2)
    };
    if let Some(session) = last.filter(lasts) {
        return Some(session);
    }
    let session = issue(state, SESSION_SECONDS, None, SessionOf::Role(of));
    current.insert(machine.role_arn.clone(), session.access_key_id.clone());
    Some(session)
}

/// Whole seconds, as both services write times.
fn written(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
