//! Teams' catalogs.

use hatrack_store::teams::FileHash;

use super::{Agent, AgentError};
use crate::protocol::{AddTeam, Reply, Request, TeamPreview, TeamView};

impl Agent {
    /// The teams whose catalogs are listed.
    pub async fn teams(&self) -> Result<Vec<TeamView>, AgentError> {
        match self.ask(Request::Teams).await? {
            Reply::Teams(teams) => Ok(teams),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// What the file at `location` would list. Nothing of it is trusted or kept.
    pub async fn look_at_team(&self, location: String) -> Result<TeamPreview, AgentError> {
        match self.ask(Request::LookAtTeam { location }).await? {
            Reply::TeamPreview(preview) => Ok(preview),
            _ => Err(AgentError::Unexpected),
        }
    }

    /// Lists a team's catalog from now on.
    pub async fn add_team(&self, team: AddTeam) -> Result<TeamView, AgentError> {
        self.team(Request::AddTeam(team)).await
    }

    /// Gets a team's file anew. A file that is not the one pinned waits, unless `accept` names it.
    pub async fn refresh_team(&self, name: &str, accept: Option<FileHash>) -> Result<TeamView, AgentError> {
        let name = name.to_owned();
        self.team(Request::RefreshTeam { name, accept }).await
    }

    /// Lists a team's catalog no more.
    pub async fn remove_team(&self, name: &str) -> Result<(), AgentError> {
        let name = name.to_owned();
        self.done(Request::RemoveTeam { name }).await
    }

    async fn team(&self, request: Request) -> Result<TeamView, AgentError> {
        match self.ask(request).await? {
            Reply::Team(team) => Ok(*team),
            _ => Err(AgentError::Unexpected),
        }
    }
}
