//! Quitting: what to do with live sessions is asked once, and remembered if the person wants.

use hatrack_agent::protocol;

use crate::desk::Desk;
use crate::front::Push;
use crate::wire::{CommandError, QuitChoice, QuitRequest};

/// Quits, or asks first. For the tray, and for closing a window that no tray would bring back.
pub async fn asked(desk: &Desk) {
    match chosen(desk).await {
        Ok(protocol::QuitChoice::Ask) => ask(desk),
        Ok(protocol::QuitChoice::Keep) => desk.front().quit(),
        Ok(protocol::QuitChoice::EndAll) => match end_all(desk).await {
            Ok(()) => desk.front().quit(),
            // Who had them ended would take them for ended: so the choice is given anew.
            Err(error) => {
                tracing::warn!("sessions were not ended at quitting: {error}");
                ask(desk);
                desk.front().push(Push::fault(format_args!(
                    "Not every session was ended, so Hatrack did not quit: {error}"
                )));
            }
        },
        Err(error) => {
            // Nothing is lost by leaving: sessions live in the agent.
            tracing::warn!("quitting without the agent: {error}");
            desk.front().quit();
        }
    }
}

fn ask(desk: &Desk) {
    desk.front().show();
    desk.front().push(Push::QuitAsked);
}

/// What the person chose before. Where nothing is live there is nothing to choose.
async fn chosen(desk: &Desk) -> Result<protocol::QuitChoice, CommandError> {
    if desk.is_short_lived() {
        return Ok(protocol::QuitChoice::Keep);
    }
    let agent = desk.agent().await?;
    if !agent
        .sessions()
        .await?
        .iter()
        .any(|session| session.seconds_left > 0)
    {
        return Ok(protocol::QuitChoice::Keep);
    }
    Ok(agent.settings().await?.quit_choice)
}

async fn end_all(desk: &Desk) -> Result<(), CommandError> {
    desk.agent().await?.end_all().await?;
    Ok(())
}

/// Quits as the person chose.
pub async fn decided(desk: &Desk, request: QuitRequest) -> Result<(), CommandError> {
    if request.choice == QuitChoice::EndAll || request.remember {
        settle(desk, &request).await?;
    }
    desk.front().quit();
    Ok(())
}

async fn settle(desk: &Desk, request: &QuitRequest) -> Result<(), CommandError> {
    if request.remember {
        let choice = match request.choice {
            QuitChoice::Keep => protocol::QuitChoice::Keep,
            QuitChoice::EndAll => protocol::QuitChoice::EndAll,
        };
        remember(desk, choice).await?;
    }
    if request.choice == QuitChoice::EndAll {
        end_all(desk).await?;
    }
    Ok(())
}

/// Quitting does so from now on.
pub async fn remember(desk: &Desk, choice: protocol::QuitChoice) -> Result<(), CommandError> {
    let agent = desk.agent().await?;
    let change = protocol::ChangeSettings {
        quit_choice: Some(choice),
        ..Default::default()
    };
    Ok(agent.change_settings(change).await?)
}
