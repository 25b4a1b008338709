//! The AWS console as a session's role. The link is a secret: it goes to the browser or to the clipboard, and never to
//! the page.

use hatrack_agent::client::open_secret;
use hatrack_agent::protocol::{ConsoleLink, ConsoleOutcome, ConsoleRequest, LinkWay, PageChoice, SessionRef};
use hatrack_core::caller::Client;

use super::exports::{on_own_thread, unmet};
use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::wire::{CommandError, ConsolePageChoice, ConsolePageRequest, Copied};

type Answer<T> = Result<T, CommandError>;

/// Opens the console in the person's browser; what comes back is what the person should know.
pub async fn open_console(desk: &Desk, request: ConsolePageRequest) -> Answer<Vec<String>> {
    open_console_for(desk, Client::Window, request).await
}

/// Opens it on behalf of one of our faces.
pub async fn open_console_for(
    desk: &Desk,
    client: Client,
    request: ConsolePageRequest,
) -> Answer<Vec<String>> {
    let link = link(desk, client, request, LinkWay::Opened).await?;
    open_secret(&link.url, &link.part)
        .await
        .map_err(CommandError::new)?;
    Ok(link.notes)
}

/// Copies the link. Whoever has it within 15 minutes is signed in.
pub async fn copy_console_link(desk: &Desk, request: ConsolePageRequest) -> Answer<Copied> {
    let link = link(desk, Client::Window, request, LinkWay::Copied).await?;
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy_secret(link.url.expose(), STAYS)).await?;
    Ok(Copied {
        clears_in_s: u32::try_from(STAYS.as_secs()).unwrap_or(u32::MAX),
        what: format!("a link to {}", link.page),
    })
}

async fn link(desk: &Desk, client: Client, request: ConsolePageRequest, way: LinkWay) -> Answer<ConsoleLink> {
    let asked = ConsoleRequest {
        page: match request.page {
            ConsolePageChoice::Home => PageChoice::Home,
            ConsolePageChoice::Service { name } => PageChoice::Service(name),
            ConsolePageChoice::Url { url } => PageChoice::Url(url),
        },
        way,
        browser: request.browser,
        ..ConsoleRequest::of(SessionRef::Id(request.session_id))
    };
    match desk.agent_for(client).await?.console(asked).await? {
        ConsoleOutcome::Ready(link) => Ok(*link),
        ConsoleOutcome::Needs { need } => Err(unmet(&need)),
        ConsoleOutcome::Denied { denial } => Err(CommandError::new(denial.summary)),
    }
}
