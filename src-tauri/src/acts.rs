//! What a click in the tray menu or on a notification does. Where only the person can go on, the window asks.

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{RenewRequest, RoleChoice, SessionRef, SwitchRequest};
use hatrack_core::caller::Client;
use hatrack_core::export::Shell;
use hatrack_core::view::{NeedView, SwitchOutcome};

use crate::commands;
use crate::desk::Desk;
use crate::front::Push;
use crate::wire::{
    CommandError, ConsolePageChoice, ConsolePageRequest, Navigate, Notice, NoticeLevel, Place,
};

/// What a click asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Act {
    CopyEnv { session: String, shell: Shell },
    Renew { session: String },
    End { session: String },
    UndoEnd { undo: String },
    Open { session: String },
    Browse { session: String },
    Console { session: String },
    Terminal { session: String },
    Switch { role: String },
    EndAll,
    OpenWindow,
    Quit,
}

/// Does it. A failure is shown in the window.
pub async fn perform(desk: &Desk, act: Act) {
    if let Err(error) = attempt(desk, act).await {
        tracing::warn!("what was asked from the tray failed: {error}");
        desk.front().show();
        desk.front().push(Push::fault(error));
    }
}

async fn attempt(desk: &Desk, act: Act) -> Result<(), CommandError> {
    match act {
        Act::CopyEnv { session, shell } => {
            commands::copy_env_for(desk, Client::Tray, &session, shell).await?;
        }
        Act::Renew { session } => renew(desk, session).await?,
        Act::End { session } => {
            let agent = desk.agent_for(Client::Tray).await?;
            commands::switch_back_for(&agent, Some(session), false).await?;
        }
        Act::Open { session } => go(desk, Place::Sessions, Some(session), None, false),
        Act::Browse { session } => go(desk, Place::Buckets, Some(session), None, false),
        Act::Console { session } => {
            let request = ConsolePageRequest {
                session_id: session,
                page: ConsolePageChoice::Home,
                browser: None,
            };
            commands::open_console_for(desk, Client::Tray, request).await?;
        }
        Act::Terminal { session } => crate::terminal::open(desk, Client::Tray, session).await?,
        Act::Switch { role } => switch(desk, role).await?,
        Act::EndAll => {
            let agent = desk.agent_for(Client::Tray).await?;
            commands::switch_back_for(&agent, None, false).await?;
        }
        Act::UndoEnd { undo } => {
            let agent = desk.agent_for(Client::Tray).await?;
            let brought = agent.undo_switch_back(undo).await?;
            brought.notes.into_iter().for_each(|note| {
                desk.front().push(Push::Notice(Notice {
                    level: NoticeLevel::Info,
                    message: note,
                }));
            });
        }
        Act::OpenWindow => desk.front().show(),
        Act::Quit => crate::quit::asked(desk).await,
    }
    Ok(())
}

/// Whether the role's account is marked as production: then the window asks first, here there is nothing to ask with.
async fn is_production(agent: &Agent, role: &str) -> Result<bool, CommandError> {
    let roles = agent.catalog().await?.roles;
    Ok(roles.iter().any(|known| known.key == role && known.production))
}

async fn renew(desk: &Desk, session: String) -> Result<(), CommandError> {
    let agent = desk.agent_for(Client::Tray).await?;
    let known = agent
        .sessions()
        .await?
        .into_iter()
        .find(|known| known.id == session);
    let role = known.and_then(|known| known.role_key);
    if let Some(role) = &role
        && is_production(&agent, role).await?
    {
        go(desk, Place::Sessions, Some(session), None, true);
        return Ok(());
    }
    let request = RenewRequest {
        session: SessionRef::Id(session.clone()),
        mfa_code: None,
        duration: None,
        allow_endpoint: false,
    };
    match agent.renew(request).await? {
        SwitchOutcome::Switched { .. } => Ok(()),
        SwitchOutcome::Needs { need } => {
            go(desk, Place::Sessions, Some(session), None, asks_code(&need));
            Ok(())
        }
        SwitchOutcome::Denied { denial } => match role {
            Some(role) => {
                ask_doctor(desk, role);
                Ok(())
            }
            None => Err(CommandError::new(denial.summary)),
        },
    }
}

async fn switch(desk: &Desk, role: String) -> Result<(), CommandError> {
    let agent = desk.agent_for(Client::Tray).await?;
    if is_production(&agent, &role).await? {
        go(desk, Place::Roles, None, Some(role), true);
        return Ok(());
    }
    let request = SwitchRequest::of(RoleChoice::Key(role.clone()));
    match agent.switch(request).await? {
        SwitchOutcome::Switched { .. } => Ok(()),
        SwitchOutcome::Needs { need } => {
            go(desk, Place::Roles, None, Some(role), asks_code(&need));
            Ok(())
        }
        SwitchOutcome::Denied { .. } => {
            ask_doctor(desk, role);
            Ok(())
        }
    }
}

/// Doctor opens on the role's last denial, which the history has by now.
fn ask_doctor(desk: &Desk, role: String) {
    go(desk, Place::Doctor, None, Some(role), false);
}

fn asks_code(need: &NeedView) -> bool {
    matches!(need, NeedView::MfaCode { .. })
}

/// Shows the window at a place.
pub fn go(desk: &Desk, view: Place, session_id: Option<String>, role_key: Option<String>, ask_mfa: bool) {
    desk.front().show();
    desk.front().push(Push::Navigate(Navigate {
        view,
        session_id,
        role_key,
        ask_mfa,
    }));
}
