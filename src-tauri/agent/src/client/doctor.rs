//! Doctor.

use super::{Agent, AgentError};
use crate::protocol::{DiagnoseOutcome, DiagnoseRequest, Reply, Request};

impl Agent {
    /// Looks into a refusal, or tries what is wanted and looks into what AWS says.
    pub async fn diagnose(&self, request: DiagnoseRequest) -> Result<DiagnoseOutcome, AgentError> {
        match self.ask(Request::Diagnose(Box::new(request))).await? {
            Reply::Diagnosis(outcome) => Ok(*outcome),
            _ => Err(AgentError::Unexpected),
        }
    }
}
