//! Revoking the sessions of a role.

use hatrack_agent::protocol::{RevokeRequest, SessionRef};
use hatrack_core::revoke::RevokeOutcome;

use super::sessions::code;
use crate::desk::Desk;
use crate::wire::{CommandError, RevokeSessionsRequest};

type Answer<T> = Result<T, CommandError>;

/// What revoking would do, or taking it back. Nothing is changed.
pub async fn plan_revoke(desk: &Desk, request: RevokeSessionsRequest) -> Answer<RevokeOutcome> {
    Ok(desk.agent().await?.plan_revoke(asked(request)?).await?)
}

/// Does it.
pub async fn revoke(desk: &Desk, request: RevokeSessionsRequest) -> Answer<RevokeOutcome> {
    Ok(desk.agent().await?.revoke(asked(request)?).await?)
}

fn asked(request: RevokeSessionsRequest) -> Answer<RevokeRequest> {
    Ok(RevokeRequest {
        signer: request.signer.map(SessionRef::Typed),
        undo: request.undo,
        mfa_code: code(request.mfa_code)?,
        ..RevokeRequest::of(SessionRef::Typed(request.of))
    })
}
