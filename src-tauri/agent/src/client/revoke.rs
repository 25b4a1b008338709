//! Revoking the sessions of a role.

use super::{Agent, AgentError};
use crate::protocol::{Reply, Request, RevokeOutcome, RevokeRequest};

impl Agent {
    /// What revoking would do, or taking it back. Nothing is changed.
    pub async fn plan_revoke(&self, request: RevokeRequest) -> Result<RevokeOutcome, AgentError> {
        match self.ask(Request::PlanRevoke(request)).await? {
            Reply::Revoke(outcome) => Ok(*outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Does it. Answered once the time that was written has passed: a session that is got then is not denied.
    pub async fn revoke(&self, request: RevokeRequest) -> Result<RevokeOutcome, AgentError> {
        match self.ask(Request::Revoke(request)).await? {
            Reply::Revoke(outcome) => Ok(*outcome),
            _ => Err(AgentError::Unexpected),
        }
    }
}
