//! Quitting: what to do with live sessions is asked once, and remembered if the person wants.

use hatrack_agent::protocol;

use crate::desk::Desk;
use crate::front::Push;
use crate::wire::{CommandError, QuitChoice, QuitRequest};

/// Quits, or asks first. For the tray, and for closing a window that no tray would bring back.
pub async fn asked(desk: &Desk) {
    match choice_needed(desk).await {
        Ok(true) => {
            desk.front().show();
            desk.front().push(Push::QuitAsked);
        }
        Ok(false) => desk.front().quit(),
        Err(error) => {
            // Nothing is lost by leaving: sessions live in the agent.
            tracing::warn!("quitting without the agent: {error}");
            desk.front().quit();
        }
    }
}

/// Whether the person has to choose; does what they chose before.
async fn choice_needed(desk: &Desk) -> Result<bool, CommandError> {
    if desk.is_short_lived() {
        return Ok(false);
    }
    let agent = desk.agent().await?;
    if !agent
        .sessions()
        .await?
        .iter()
        .any(|session| session.seconds_left > 0)
    {
        return Ok(false);
    }
    match agent.settings().await?.quit_choice {
        protocol::QuitChoice::Ask => Ok(true),
        protocol::QuitChoice::Keep => Ok(false),
        protocol::QuitChoice::EndAll => {
            agent.end_all().await?;
            Ok(false)
        }
    }
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
    let agent = desk.agent().await?;
    if request.remember {
        let mut settings = agent.settings().await?;
        settings.quit_choice = match request.choice {
            QuitChoice::Keep => protocol::QuitChoice::Keep,
            QuitChoice::EndAll => protocol::QuitChoice::EndAll,
        };
        agent.set_settings(settings).await?;
    }
    if request.choice == QuitChoice::EndAll {
        agent.end_all().await?;
    }
    Ok(())
}
