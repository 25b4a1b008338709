//! `credential_process`: a command of the person's own that prints credentials.
//!
//! Invariants: it runs only for a switch, never for a listing, and only once the person has allowed exactly this
//! command; neither stream of it reaches an error or a log; a command that asks Hatrack in turn is refused.

mod output;
mod run;

use std::time::Duration;

use hatrack_core::broker::{Given, IdentityFailure};
use hatrack_core::caller::CallerContext;
use hatrack_core::route::ProcessCommand;
use hatrack_core::secret::Credentials;
use hatrack_core::shared_config::inert;
use hatrack_core::view::NeedView;
use jiff::Timestamp;

use self::output::NotCredentials;
use self::run::NotRun;
use super::LocalIdentities;

/// As long as AWS's SDKs wait for such a command.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why a command gave no credentials.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    NotRun(#[from] NotRun),
    #[error(transparent)]
    NotCredentials(#[from] NotCredentials),
    #[error("the credentials that it printed ended at {0}")]
    Ended(Timestamp),
}

impl LocalIdentities {
    /// What the command of `profile` prints, once the person has allowed it.
    pub(super) async fn printed(
        &self,
        profile: &str,
        command: &ProcessCommand,
        caller: &CallerContext,
    ) -> Result<Given, IdentityFailure> {
        if caller.is_nested() {
            return Err(IdentityFailure::Missing(format!(
                "the command of profile \"{}\" was asked for by a command that Hatrack itself runs for credentials; let \
                 one of them take its credentials elsewhere",
                inert(profile)
            )));
        }
        let consented = &self.sources.choices.now().consented_commands;
        if !consented.contains(&command.fingerprint()) {
            return Err(IdentityFailure::Needs(Box::new(NeedView::CommandConsent {
                profile: profile.to_owned(),
                command: command.expose().to_owned(),
            })));
        }
        let printed = self.run(command, caller).await;
        printed.map(Given::from).map_err(|why| {
            IdentityFailure::Missing(format!(
                "the command of profile \"{}\" gave no credentials: {why}; run it in a terminal to see what it says",
                inert(profile)
            ))
        })
    }

    async fn run(&self, command: &ProcessCommand, caller: &CallerContext) -> Result<Credentials, Failure> {
        let printed = run::run(command, caller, PATIENCE).await?;
        let credentials = output::credentials(&printed)?;
        match credentials.expires_at {
            Some(at) if at <= self.sources.clock.now().wall => Err(Failure::Ended(at)),
            _ => Ok(credentials),
        }
    }
}
