//! Signing in to IAM Identity Center, and what it lists.

use hatrack_agent::protocol;
use hatrack_core::portal_view::{PortalStateView, SignInKind, SignInOutcome, SignInView};

use crate::desk::Desk;
use crate::saml_sign_in;
use crate::wire::{
    CommandError, CommandRequest, PendingSignIn, PortalRequest, SamlRequest, SamlResponse, SignInRequest,
};

type Answer<T> = Result<T, CommandError>;

#[allow(missing_docs)]
pub async fn portals(desk: &Desk) -> Answer<Vec<PortalStateView>> {
    Ok(desk.agent().await?.portals().await?)
}

/// Begins to sign in and opens the page in the person's browser, if this request began it. The page of a device code is
/// for whichever device the person likes.
pub async fn sign_in(desk: &Desk, request: SignInRequest) -> Answer<SignInOutcome> {
    let device = request.device;
    let asked = protocol::SignInRequest {
        portal: request.portal,
        device,
        anew: request.anew,
    };
    let outcome = desk.agent().await?.sign_in(asked).await?;
    if let SignInOutcome::Waiting { sign_in } = &outcome {
        desk.sign_in_pages().keep(sign_in);
        if sign_in.begun
            && !device
            && let Err(why) = open(desk, sign_in).await
        {
            // The dialog has the address, and opens it once more when asked: no dead end.
            tracing::warn!("{}", why.message);
        }
    }
    Ok(outcome)
}

#[allow(missing_docs)]
pub async fn await_sign_in(desk: &Desk, request: PendingSignIn) -> Answer<()> {
    Ok(desk.agent().await?.await_sign_in(&request.id).await?)
}

#[allow(missing_docs)]
pub async fn cancel_sign_in(desk: &Desk, request: PendingSignIn) -> Answer<()> {
    Ok(desk.agent().await?.cancel_sign_in(&request.id).await?)
}

/// Opens the page of a sign-in under way once more.
pub async fn open_sign_in(desk: &Desk, request: PendingSignIn) -> Answer<()> {
    match desk.sign_in_pages().of(&request.id) {
        Some(sign_in) => open(desk, &sign_in).await,
        None => Err(CommandError::new("That sign-in is over. Sign in again.")),
    }
}

#[allow(missing_docs)]
pub async fn sign_out(desk: &Desk, request: PortalRequest) -> Answer<()> {
    Ok(desk.agent().await?.sign_out(&request.portal).await?)
}

#[allow(missing_docs)]
pub async fn list_portal(desk: &Desk, request: PortalRequest) -> Answer<()> {
    Ok(desk.agent().await?.list_portal(&request.portal).await?)
}

/// Lets this very command be run for credentials.
pub async fn consent_command(desk: &Desk, request: CommandRequest) -> Answer<()> {
    Ok(desk.agent().await?.consent_command(&request.command).await?)
}

/// Names a SAML provider.
pub async fn add_saml(desk: &Desk, request: SamlRequest) -> Answer<()> {
    let provider = protocol::AddSaml {
        name: request.name,
        start_url: request.start_url,
        region: request.region,
        replace: request.replace,
    };
    Ok(desk.agent().await?.add_saml(provider).await?)
}

#[allow(missing_docs)]
pub async fn remove_saml(desk: &Desk, request: PortalRequest) -> Answer<()> {
    Ok(desk.agent().await?.remove_saml(&request.portal).await?)
}

/// Signs in at a SAML provider with what the person pasted.
pub async fn paste_saml(desk: &Desk, request: SamlResponse) -> Answer<()> {
    let agent = desk.agent().await?;
    Ok(agent.paste_assertion(&request.portal, request.response).await?)
}

/// A SAML provider's page has a window of its own; every other is for the person's browser.
async fn open(desk: &Desk, sign_in: &SignInView) -> Answer<()> {
    if sign_in.portal.kind == SignInKind::IdentityCenter {
        return open_in_browser(&sign_in.url);
    }
    match desk.front().show_provider(&sign_in.id) {
        true => Ok(()),
        false => saml_sign_in::open(desk, sign_in).await,
    }
}

fn open_in_browser(url: &str) -> Answer<()> {
    hatrack_agent::client::open_page(url).map_err(|why| {
        CommandError::new(format!(
            "No browser could be opened ({why}). Copy the link instead."
        ))
    })
}
