//! Switch, renew, switch back, and what happened.

use hatrack_agent::protocol;
use hatrack_agent::protocol::{RoleChoice, SessionRef};
use hatrack_core::history_view::HistoryPage;
use hatrack_core::secret::Secret;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::{OutOfLimits, SessionDuration, TokenCode};
use hatrack_core::view::{SessionView, SwitchOutcome};

use crate::desk::Desk;
use crate::wire::{CommandError, EndpointRequest, HistoryRequest, RenewRequest, SwitchRequest};

type Answer<T> = Result<T, CommandError>;

impl From<OutOfLimits> for CommandError {
    fn from(error: OutOfLimits) -> Self {
        Self {
            message: error.to_string(),
            code: Some(protocol::ErrorCode::Invalid.as_str().into()),
        }
    }
}

/// A text that the person may have left empty.
fn given<T>(text: Option<String>) -> Result<Option<T>, CommandError>
where
    T: std::str::FromStr,
    CommandError: From<T::Err>,
{
    let text = text.filter(|text| !text.trim().is_empty());
    Ok(text.map(|text| text.trim().parse()).transpose()?)
}

pub(super) fn code(text: Option<String>) -> Result<Option<TokenCode>, CommandError> {
    let text = text.map(Secret::new);
    Ok(text.map(|text| text.expose().parse()).transpose()?)
}

fn duration(seconds: Option<u32>) -> Result<Option<SessionDuration>, CommandError> {
    Ok(seconds.map(SessionDuration::try_from).transpose()?)
}

#[allow(missing_docs)]
pub async fn sessions(desk: &Desk) -> Answer<Vec<SessionView>> {
    Ok(desk.agent().await?.sessions().await?)
}

#[allow(missing_docs)]
pub async fn switch_role(desk: &Desk, request: SwitchRequest) -> Answer<SwitchOutcome> {
    let options = SwitchOptions {
        duration: duration(request.duration)?,
        session_name: given(request.session_name)?,
        external_id: given(request.external_id)?,
        region: request.region.filter(|region| !region.trim().is_empty()),
        ..SwitchOptions::default()
    };
    let request = protocol::SwitchRequest {
        options,
        mfa_code: code(request.mfa_code)?,
        ..protocol::SwitchRequest::of(RoleChoice::Key(request.role_key))
    };
    Ok(desk.agent().await?.switch(request).await?)
}

/// The person lets requests be signed for an endpoint that is not AWS's.
pub async fn consent_endpoint(desk: &Desk, request: EndpointRequest) -> Answer<()> {
    Ok(desk.agent().await?.consent_endpoint(&request.endpoint).await?)
}

#[allow(missing_docs)]
pub async fn renew(desk: &Desk, request: RenewRequest) -> Answer<SwitchOutcome> {
    let request = protocol::RenewRequest {
        session: SessionRef::Id(request.session_id),
        mfa_code: code(request.mfa_code)?,
        duration: duration(request.duration)?,
        allow_endpoint: false,
    };
    Ok(desk.agent().await?.renew(request).await?)
}

#[allow(missing_docs)]
pub async fn end_all(desk: &Desk) -> Answer<u32> {
    Ok(desk.agent().await?.end_all().await?)
}

#[allow(missing_docs)]
pub async fn history(desk: &Desk, request: HistoryRequest) -> Answer<HistoryPage> {
    Ok(desk.agent().await?.history(request.query).await?)
}
