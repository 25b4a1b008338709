//! Profiles written into the shared files.

use super::{Agent, AgentError};
use crate::protocol::{ProfileOutcome, ProfilePlan, Reply, Request, WriteProfile, WrittenProfileView};

impl Agent {
    /// What writing a profile would change.
    pub async fn plan_profile(&self, write: WriteProfile) -> Result<ProfilePlan, AgentError> {
        match self.ask(Request::PlanProfile(write)).await? {
            Reply::ProfilePlan(plan) => Ok(plan),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Writes it.
    pub async fn write_profile(&self, write: WriteProfile) -> Result<ProfileOutcome, AgentError> {
        match self.ask(Request::WriteProfile(write)).await? {
            Reply::Profile(outcome) => Ok(*outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// The profiles that were written.
    pub async fn profiles(&self) -> Result<Vec<WrittenProfileView>, AgentError> {
        match self.ask(Request::Profiles).await? {
            Reply::Profiles(profiles) => Ok(profiles),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Takes one out of its file; `default` gets back what stood there.
    pub async fn remove_profile(&self, name: &str) -> Result<(), AgentError> {
        let name = name.to_owned();
        self.done(Request::RemoveProfile { name }).await
    }
}
