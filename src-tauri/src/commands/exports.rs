//! Exports: to the page without secrets, to the clipboard with them.

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::{HandOutOutcome, HandOutRequest, SessionRef, UseKind};
use hatrack_core::caller::Client;
use hatrack_core::export::{
    EnvPreview, Exports, Masked, Shell, export_text, preview as masked_preview, prompt_name,
};
use hatrack_core::view::NeedView;

use crate::clipboard::STAYS;
use crate::desk::Desk;
use crate::wire::{CommandError, Copied, EnvRequest, TextRequest};

type Answer<T> = Result<T, CommandError>;

/// The export lines as the page shows them.
pub async fn env_preview(desk: &Desk, request: EnvRequest) -> Answer<EnvPreview> {
    let sessions = desk.agent().await?.sessions().await?;
    let session = sessions.iter().find(|session| session.id == request.session_id);
    let session = session.ok_or_else(|| CommandError {
        message: "That session has ended. Switch again.".into(),
        code: Some("no_such_session".into()),
    })?;
    masked_preview(request.shell, &Masked::of_session(session)).map_err(CommandError::new)
}

/// Copies the export lines.
pub async fn copy_env(desk: &Desk, request: EnvRequest) -> Answer<Copied> {
    copy_env_for(desk, Client::Window, &request.session_id, request.shell).await
}

/// Copies the export lines on behalf of one of our faces.
pub async fn copy_env_for(desk: &Desk, client: Client, session_id: &str, shell: Shell) -> Answer<Copied> {
    let agent = desk.agent_for(client).await?;
    let what = format!("env for {}", shell.label());
    let text = export(&agent, session_id, shell, format!("Copied {what}")).await?;
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy_secret(text.expose(), STAYS)).await?;
    Ok(Copied {
        clears_in_s: u32::try_from(STAYS.as_secs()).unwrap_or(u32::MAX),
        what,
    })
}

async fn export(
    agent: &Agent,
    session_id: &str,
    shell: Shell,
    detail: String,
) -> Answer<hatrack_core::export::ExportText> {
    let asked = HandOutRequest {
        detail: Some(detail),
        purpose: Some(UseKind::Env),
        ..HandOutRequest::of(SessionRef::Id(session_id.to_owned()))
    };
    let given = match agent.hand_out(asked).await? {
        HandOutOutcome::Given(given) => given,
        HandOutOutcome::Needs { need } => return Err(unmet(&need)),
        HandOutOutcome::Denied { denial } => return Err(CommandError::new(denial.summary)),
    };
    let role = given.session.as_ref().map(prompt_name);
    let exports = Exports {
        credentials: &given.credentials,
        region: &given.region,
        role: role.as_deref(),
    };
    export_text(shell, exports).map_err(CommandError::new)
}

/// A hand-out that only the person can make possible: the page knows how to ask.
pub(crate) fn unmet(need: &NeedView) -> CommandError {
    let (message, code) = match need {
        NeedView::MfaCode { .. } => (
            "The session needs a code from your MFA device. Renew it first.",
            "needs_mfa",
        ),
        NeedView::SignIn { .. } => (
            "The session needs you to sign in at IAM Identity Center. Renew it first.",
            "needs_sign_in",
        ),
        NeedView::CommandConsent { .. } => (
            "The session's credentials come from a command that you have not yet allowed. Renew it first.",
            "needs_consent",
        ),
        NeedView::ProxyPassword { .. } => (
            "The proxy asks for a name and a password. Renew the session, and give them.",
            "needs_proxy",
        ),
        NeedView::EndpointConsent { .. } => (
            "Requests would be signed for an endpoint that is not AWS's. Switch to the role again and allow it.",
            "needs_consent",
        ),
    };
    CommandError {
        message: message.into(),
        code: Some(code.into()),
    }
}

/// Copies what is no secret: an ARN, an ID.
pub async fn copy_text(desk: &Desk, request: TextRequest) -> Answer<()> {
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || clipboard.copy(&request.text)).await
}

/// Clears what was copied, if it is still there.
pub async fn clear_clipboard(desk: &Desk) -> Answer<()> {
    let clipboard = desk.clipboard().clone();
    on_own_thread(move || {
        clipboard.clear_ours();
        Ok(())
    })
    .await
}

/// The clipboard may wait for another program.
pub(super) async fn on_own_thread(
    work: impl FnOnce() -> Result<(), crate::clipboard::ClipboardError> + Send + 'static,
) -> Answer<()> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(CommandError::new),
        Err(_) => Err(CommandError::new("The clipboard could not be used. Try again.")),
    }
}
