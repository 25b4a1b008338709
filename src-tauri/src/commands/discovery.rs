//! Looking for roles.

use hatrack_agent::protocol;
use hatrack_agent::protocol::RoleChoice;
use hatrack_core::discover::{RoleNamePattern, Searched};
use hatrack_core::discovery_view::{DiscoverOutcome, DiscoveryView};

use super::sessions::code;
use crate::desk::Desk;
use crate::wire::{
    AwaitDiscoveryRequest, CommandError, DiscoverRequest, DiscoveryDailyRequest, DiscoveryRequest,
};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn discoveries(desk: &Desk) -> Answer<Vec<DiscoveryView>> {
    Ok(desk.agent().await?.discoveries().await?)
}

/// Begins to look; empty names count for nothing.
pub async fn discover(desk: &Desk, request: DiscoverRequest) -> Answer<DiscoverOutcome> {
    let names = request.role_names.iter().filter(|name| !name.trim().is_empty());
    let role_names = names
        .map(|name| name.parse())
        .collect::<Result<Vec<RoleNamePattern>, _>>();
    let role_names = role_names.map_err(|why| CommandError::new(why.to_string()))?;
    let asked = protocol::DiscoverRequest {
        start: RoleChoice::Key(request.start),
        searched: Searched {
            policies: request.policies,
            organization: request.organization,
            role_names,
        },
        mfa_code: code(request.mfa_code)?,
        allow_endpoint: false,
    };
    Ok(desk.agent().await?.discover(asked).await?)
}

#[allow(missing_docs)]
pub async fn await_discovery(desk: &Desk, request: AwaitDiscoveryRequest) -> Answer<DiscoveryView> {
    Ok(desk
        .agent()
        .await?
        .await_discovery(&request.start, request.seen)
        .await?)
}

#[allow(missing_docs)]
pub async fn cancel_discovery(desk: &Desk, request: DiscoveryRequest) -> Answer<()> {
    Ok(desk.agent().await?.cancel_discovery(&request.start).await?)
}

#[allow(missing_docs)]
pub async fn forget_discovery(desk: &Desk, request: DiscoveryRequest) -> Answer<()> {
    Ok(desk.agent().await?.forget_discovery(&request.start).await?)
}

#[allow(missing_docs)]
pub async fn set_discovery_daily(desk: &Desk, request: DiscoveryDailyRequest) -> Answer<()> {
    Ok(desk
        .agent()
        .await?
        .set_discovery_daily(&request.start, request.on)
        .await?)
}
