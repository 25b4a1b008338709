//! Endpoints that hand out sessions to programs. A token goes to the clipboard, and never to the page.

use hatrack_agent::protocol::{EndpointOutcome, OpenEndpoint, OpenedEndpoint, SessionRef};
use hatrack_core::endpoint_view::EndpointView;
use hatrack_core::export::{EndpointExports, endpoint_text, prompt_name};
use hatrack_core::session::SwitchOptions;

use super::exports::{on_own_thread, unmet};
use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::wire::{CommandError, Copied, EnvRequest, OpenedEndpointView, SessionRequest};

type Answer<T> = Result<T, CommandError>;

/// The open ones.
pub async fn endpoints(desk: &Desk) -> Answer<Vec<EndpointView>> {
    Ok(desk.agent().await?.endpoints().await?)
}

/// Opens a session's.
pub async fn open_endpoint(desk: &Desk, request: SessionRequest) -> Answer<OpenedEndpointView> {
    let open = OpenEndpoint {
        of: SessionRef::Id(request.session_id),
        keep: true,
        options: SwitchOptions::default(),
        mfa_code: None,
        allow_endpoint: false,
    };
    let opened = opened(desk.agent().await?.open_endpoint(open).await?)?;
    Ok(OpenedEndpointView {
        endpoint: opened.endpoint,
        notes: opened.notes,
    })
}

/// Closes a session's.
pub async fn close_endpoint(desk: &Desk, request: SessionRequest) -> Answer<()> {
    let session = SessionRef::Id(request.session_id);
    Ok(desk.agent().await?.close_endpoint(session).await?)
}

/// Copies the lines that point programs at it.
pub async fn copy_endpoint(desk: &Desk, request: EnvRequest) -> Answer<Copied> {
    let access = desk.agent().await?.endpoint_access(&request.session_id).await?;
    let opened = opened(access)?;
    let role = prompt_name(&opened.session);
    let exports = EndpointExports {
        address: &opened.endpoint.address,
        token: &opened.token,
        region: &opened.region,
        role: Some(&role),
    };
    let text = endpoint_text(request.shell, exports).map_err(CommandError::new)?;
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy_secret(text.expose(), STAYS)).await?;
    Ok(Copied {
        clears_in_s: u32::try_from(STAYS.as_secs()).unwrap_or(u32::MAX),
        what: format!("the endpoint for {}", request.shell.label()),
    })
}

fn opened(outcome: EndpointOutcome) -> Answer<OpenedEndpoint> {
    match outcome {
        EndpointOutcome::Open(opened) => Ok(*opened),
        EndpointOutcome::Needs { need } => Err(unmet(&need)),
        EndpointOutcome::Denied { denial } => Err(CommandError::new(denial.summary)),
    }
}
