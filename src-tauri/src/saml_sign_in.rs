//! A sign-in at a SAML provider: its window, and what comes of it, brought to the agent.

use hatrack_core::broker::reach;
use hatrack_core::caller::Client;
use hatrack_core::catalog::EntrySettings;
use hatrack_core::portal_view::SignInView;
use tauri::Url;
use tokio::sync::mpsc;

use crate::desk::Desk;
use crate::front::{ProviderPage, Said};
use crate::wire::CommandError;

/// Opens the provider's page, and sees the sign-in to its end beside everything else.
pub async fn open(desk: &Desk, sign_in: &SignInView) -> Result<(), CommandError> {
    let page = page(desk, sign_in)?;
    let (tell, told) = mpsc::unbounded_channel();
    if let Err(why) = desk.front().open_provider(page, tell) {
        return Err(CommandError::new(format!(
            "The sign-in window could not be opened ({why}). Paste the SAML response instead."
        )));
    }
    tauri::async_runtime::spawn(follow(desk.clone(), sign_in.clone(), told));
    Ok(())
}

fn page(desk: &Desk, sign_in: &SignInView) -> Result<ProviderPage, CommandError> {
    let url = Url::parse(&sign_in.url).map_err(|why| {
        let message = format!("The provider's address is none ({why}). Add the provider again.");
        CommandError::new(message)
    })?;
    let caller = desk.environment().caller(Client::Window);
    let region = Some(sign_in.portal.region.as_str()).filter(|region| !region.is_empty());
    let settings = EntrySettings::default();
    Ok(ProviderPage {
        id: sign_in.id.clone(),
        name: sign_in.portal.name.clone(),
        url,
        instead: reach(&settings, &caller, region.unwrap_or_default(), "signin").endpoint,
    })
}

/// Until the sign-in has ended, here or elsewhere, or the person closes the window, which gives it up.
async fn follow(desk: Desk, sign_in: SignInView, mut told: mpsc::UnboundedReceiver<Said>) {
    let id = sign_in.id.as_str();
    if let Ok(agent) = desk.agent().await {
        tokio::select! {
            said = told.recv() => match said {
                // Why an assertion is of no use is told to whoever waits for the sign-in.
                Some(Said::Assertion(response)) => drop(agent.hand_over_assertion(id, response).await),
                // A sign-in that somebody else began goes on without this window.
                Some(Said::Closed) | None if sign_in.begun => drop(agent.cancel_sign_in(id).await),
                Some(Said::Closed) | None => {}
            },
            _ = agent.await_sign_in(id) => {}
        }
    }
    desk.front().close_provider(id);
}
