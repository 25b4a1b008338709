//! Teams' catalogs.

use hatrack_agent::protocol::{AddTeam, TeamPreview, TeamView};
use hatrack_store::teams::TeamTrust;

use crate::desk::Desk;
use crate::wire::{
    AddTeamRequest, CommandError, OfferedTeamView, RefreshTeamRequest, TeamPlaceRequest, TeamPreviewView,
    TeamRequest, TeamStateView, TeamTrustRequest,
};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn teams(desk: &Desk) -> Answer<Vec<TeamStateView>> {
    let teams = desk.agent().await?.teams().await?;
    Ok(teams.into_iter().map(Into::into).collect())
}

/// What a team's file would list, for the person to compare its SHA-256 with what the team says.
pub async fn look_at_team(desk: &Desk, request: TeamPlaceRequest) -> Answer<TeamPreviewView> {
    let location = request.location.trim().to_owned();
    Ok(desk.agent().await?.look_at_team(location).await?.into())
}

#[allow(missing_docs)]
pub async fn add_team(desk: &Desk, request: AddTeamRequest) -> Answer<TeamStateView> {
    let trust = match request.trust {
        TeamTrustRequest::Sha256 { sha256 } => {
            TeamTrust::Sha256(sha256.trim().parse().map_err(CommandError::new)?)
        }
        TeamTrustRequest::Key { key } => TeamTrust::Minisign(key.trim().parse().map_err(CommandError::new)?),
    };
    let location = request.location.trim().to_owned();
    Ok(desk
        .agent()
        .await?
        .add_team(AddTeam { location, trust })
        .await?
        .into())
}

/// Gets a team's file anew. One that is not the one pinned waits until the person accepts it.
pub async fn refresh_team(desk: &Desk, request: RefreshTeamRequest) -> Answer<TeamStateView> {
    let accept = request.accept.map(|hash| hash.parse()).transpose();
    let accept = accept.map_err(CommandError::new)?;
    Ok(desk
        .agent()
        .await?
        .refresh_team(&request.name, accept)
        .await?
        .into())
}

#[allow(missing_docs)]
pub async fn remove_team(desk: &Desk, request: TeamRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_team(&request.name).await?)
}

/// As the page counts.
fn count(many: usize) -> u32 {
    u32::try_from(many).unwrap_or(u32::MAX)
}

impl From<TeamView> for TeamStateView {
    fn from(team: TeamView) -> Self {
        Self {
            name: team.name,
            location: team.location,
            trust: team.trust,
            accounts: count(team.accounts),
            roles: count(team.roles),
            fetched_at: team.fetched_at,
            checked_at: team.checked_at,
            error: team.error,
            offered: team.offered.map(|offered| OfferedTeamView {
                sha256: offered.sha256.to_string(),
                differences: offered.differences,
            }),
        }
    }
}

impl From<TeamPreview> for TeamPreviewView {
    fn from(preview: TeamPreview) -> Self {
        Self {
            name: preview.name,
            sha256: preview.sha256.to_string(),
            accounts: count(preview.accounts),
            roles: count(preview.roles),
            lines: preview.lines,
        }
    }
}
