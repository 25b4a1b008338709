//! Console sign-in.

use super::{Agent, AgentError};
use crate::protocol::{ConsoleOutcome, ConsoleRequest, Reply, Request};

impl Agent {
    /// A link that signs a browser in; see [`ConsoleRequest`].
    pub async fn console(&self, request: ConsoleRequest) -> Result<ConsoleOutcome, AgentError> {
        match self.ask(Request::Console(request)).await? {
            Reply::Console(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }
}
