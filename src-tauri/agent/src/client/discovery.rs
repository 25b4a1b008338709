//! Looking for roles.

use hatrack_core::discovery_view::{DiscoverOutcome, DiscoveryView};

use super::{Agent, AgentError};
use crate::protocol::{DiscoverRequest, Reply, Request};

impl Agent {
    /// Looks for roles; the search goes on beside.
    pub async fn discover(&self, request: DiscoverRequest) -> Result<DiscoverOutcome, AgentError> {
        match self.ask(Request::Discover(request)).await? {
            Reply::Discover(outcome) => Ok(outcome),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// The searches of before, and those under way.
    pub async fn discoveries(&self) -> Result<Vec<DiscoveryView>, AgentError> {
        match self.ask(Request::Discoveries).await? {
            Reply::Discoveries(views) => Ok(views),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// How the search of `start` stands, once it has gone on from the step `seen`; at once where it has ended.
    pub async fn await_discovery(&self, start: &str, seen: u32) -> Result<DiscoveryView, AgentError> {
        let start = start.to_owned();
        match self.ask(Request::AwaitDiscovery { start, seen }).await? {
            Reply::Discovery(view) => Ok(*view),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Ends the search of `start`; what was found before stays.
    pub async fn cancel_discovery(&self, start: &str) -> Result<(), AgentError> {
        let start = start.to_owned();
        self.done(Request::CancelDiscovery { start }).await
    }

    /// Lists no more what was found for `start`.
    pub async fn forget_discovery(&self, start: &str) -> Result<(), AgentError> {
        let start = start.to_owned();
        self.done(Request::ForgetDiscovery { start }).await
    }

    /// Has what was found for `start` read anew once a day, or no more.
    pub async fn set_discovery_daily(&self, start: &str, on: bool) -> Result<(), AgentError> {
        let start = start.to_owned();
        self.done(Request::SetDiscoveryDaily { start, on }).await
    }
}
