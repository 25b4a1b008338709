//! Answers of the services that speak JSON and name an error in its `__type`.

use http::StatusCode;
use serde_json::{Value, json};

use crate::state::State;

/// An answer to send.
#[derive(Debug)]
pub struct JsonReply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The exception of a refusal, for the header that names it too.
    pub exception: Option<&'static str>,
    /// The request ID.
    pub request_id: String,
    /// The body.
    pub body: String,
}

/// A refusal: its status, its exception, what it says.
#[derive(Debug)]
pub struct JsonRefusal(pub StatusCode, pub &'static str, pub String);

impl JsonRefusal {
    /// Status 400.
    pub fn bad(exception: &'static str, message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, exception, message.into())
    }

    /// Status 403.
    pub fn forbidden(exception: &'static str, message: impl Into<String>) -> Self {
        Self(StatusCode::FORBIDDEN, exception, message.into())
    }
}

impl JsonReply {
    /// The answer with a new request ID.
    pub fn new(state: &State, right: StatusCode, result: Result<Value, JsonRefusal>) -> Self {
        let request_id = state.keys().uuid();
        match result {
            Ok(body) => Self {
                status: right,
                exception: None,
                request_id,
                body: body.to_string(),
            },
            Err(JsonRefusal(status, exception, message)) => Self {
                status,
                exception: Some(exception),
                request_id,
                body: json!({ "__type": exception, "message": message }).to_string(),
            },
        }
    }
}
