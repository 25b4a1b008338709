//! Where credentials went, and switching back.

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{SessionRef, SwitchBack};
use hatrack_core::in_use::{BroughtBackView, SessionUsesView, SwitchedBackView};

use crate::desk::Desk;
use crate::wire::{CommandError, SwitchBackRequest, UndoRequest};

type Answer<T> = Result<T, CommandError>;

/// Where the sessions' credentials went, as the agent knows it.
pub async fn session_uses(desk: &Desk) -> Answer<Vec<SessionUsesView>> {
    Ok(desk.agent().await?.uses().await?)
}

/// Switches back, so that it can be undone for a moment.
pub async fn switch_back(desk: &Desk, request: SwitchBackRequest) -> Answer<SwitchedBackView> {
    let agent = desk.agent().await?;
    switch_back_for(&agent, request.session_id, request.clipboard).await
}

/// Switches back on behalf of one of our faces.
pub async fn switch_back_for(
    agent: &Agent,
    session_id: Option<String>,
    clipboard: bool,
) -> Answer<SwitchedBackView> {
    let back = SwitchBack {
        session: session_id.map(SessionRef::Id),
        undo: true,
        clipboard,
    };
    Ok(agent.switch_back(back).await?)
}

/// Undoes it.
pub async fn undo_switch_back(desk: &Desk, request: UndoRequest) -> Answer<BroughtBackView> {
    Ok(desk.agent().await?.undo_switch_back(request.undo).await?)
}
