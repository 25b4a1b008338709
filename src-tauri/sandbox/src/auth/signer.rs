//! Who signed a request.

use super::scope::Scope;
use super::sigv4::{Refused, SignedRequest, verify};
use crate::state::State;
use crate::world::Signer;

/// Why nobody is taken to have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSigned {
    /// There is no signature.
    Missing,
    /// Nobody has this access key, or the session token beside it is not its own.
    Unknown,
    /// It is signed for this other service.
    WrongService(String),
    /// The signature is not taken.
    Refused(Refused),
    /// The session has ended.
    Expired,
}

/// Who signed `request` for `service`, and the region signed for.
///
/// # Errors
/// See [`NotSigned`].
pub fn signer(
    state: &State,
    service: &str,
    request: &SignedRequest<'_>,
) -> Result<(Signer, String), NotSigned> {
    let scope = Scope::of(request.headers, Some(request.query)).ok_or(NotSigned::Missing)?;
    let signer = state.world().signer(&scope.access_key_id);
    if signer.is_none() {
        state.change().has_been_asked_for(&scope.access_key_id);
    }
    let signer = signer.ok_or(NotSigned::Unknown)?;
    if scope.service != service {
        return Err(NotSigned::WrongService(scope.service));
    }
    let now = state.now();
    verify(request, &scope, &signer.secret, now).map_err(NotSigned::Refused)?;
    let token = request.headers.get("x-amz-security-token");
    let token = token.map(http::HeaderValue::as_bytes);
    match &signer.session {
        None if token.is_some() => return Err(NotSigned::Unknown),
        Some(session) if token != Some(session.token.expose().as_bytes()) => {
            return Err(NotSigned::Unknown);
        }
        Some(session) if session.expires_at <= now => return Err(NotSigned::Expired),
        Some(_) => {}
        None => state.change().has_been_used(&scope.access_key_id, now, service),
    }
    Ok((signer, scope.region))
}
