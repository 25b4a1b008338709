//! Endpoints that hand out sessions to programs of this computer.

use super::{Agent, AgentError};
use crate::protocol::{EndpointOutcome, EndpointView, OpenEndpoint, Reply, Request, SessionRef};

impl Agent {
    /// Opens the endpoint of a session, or gives the one that is open.
    pub async fn open_endpoint(&self, open: OpenEndpoint) -> Result<EndpointOutcome, AgentError> {
        self.endpoint(Request::OpenEndpoint(open)).await
    }

    /// How programs reach the open endpoint of a session.
    pub async fn endpoint_access(&self, session_id: &str) -> Result<EndpointOutcome, AgentError> {
        let session_id = session_id.to_owned();
        self.endpoint(Request::EndpointAccess { session_id }).await
    }

    /// Keeps an endpoint open while this waits, and says why it closed.
    pub async fn hold_endpoint(&self, session_id: &str) -> Result<String, AgentError> {
        let session_id = session_id.to_owned();
        match self.ask(Request::HoldEndpoint { session_id }).await? {
            Reply::Text { text } => Ok(text),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Closes one.
    pub async fn close_endpoint(&self, session: SessionRef) -> Result<(), AgentError> {
        self.done(Request::CloseEndpoint { session }).await
    }

    /// The open ones, with who has asked there.
    pub async fn endpoints(&self) -> Result<Vec<EndpointView>, AgentError> {
        match self.ask(Request::Endpoints).await? {
            Reply::Endpoints(endpoints) => Ok(endpoints),
            _ => Err(AgentError::Unexpected),
        }
    }

    async fn endpoint(&self, request: Request) -> Result<EndpointOutcome, AgentError> {
        match self.ask(request).await? {
            Reply::Endpoint(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }
}
