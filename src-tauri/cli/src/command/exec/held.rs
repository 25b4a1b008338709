//! Telling the agent that the command runs, for the list of where a session is in use.

use std::ffi::OsString;
use std::path::Path;

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{HoldUse, UseKind};
use hatrack_core::view::SessionView;

/// Holds the use for as long as this is polled. An agent that does not know of uses, or ends, is not asked again: the
/// command does not depend on it.
pub fn hold(
    agent: Agent,
    session: Option<&SessionView>,
    command: &[OsString],
    is_terminal: bool,
) -> impl Future<Output = ()> + use<> {
    let program = command.first().and_then(|program| Path::new(program).file_name());
    let program = program.map(|name| name.to_string_lossy().into_owned());
    let use_of = session.map(|session| HoldUse {
        session_id: session.id.clone(),
        kind: match is_terminal {
            true => UseKind::Terminal,
            false => UseKind::Exec,
        },
        program: program.unwrap_or_default(),
    });
    async move {
        if let Some(use_of) = use_of {
            let why = agent.hold_use(use_of).await;
            tracing::debug!(%why, "the agent does not list that the command runs");
        }
    }
}
