//! `hat terminal`: a terminal of the person's with a role's session in it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::{
    AwaitedCommand, HatExecutable, SessionShell, TerminalOrder, Variables, shell_of_person,
};
use hatrack_agent::protocol::{HandOutRequest, SessionRef};
use hatrack_store::aws_files::Locations;

use crate::ask::{self, Person};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::RoleArg;

/// The arguments of `hat terminal`.
#[derive(Debug, Args)]
pub struct Terminal {
    #[command(flatten)]
    role: RoleArg,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
}

impl Terminal {
    /// Opens it, and returns once its shell runs.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let mut request = HandOutRequest::of(SessionRef::Role(self.role.typed(&context.caller)?));
        request.options = self.options.options()?;
        request.mfa_code = self.given.code()?;
        request.allow_endpoint = self.given.allow_endpoint;
        // The shell's own hand-out is told in the history.
        request.quiet = true;
        // What has to be asked is asked here, where the person is.
        let given = ask::hand_out(&agent, Person::AtTerminal, request).await?;
        given.notes.iter().for_each(|note| out::note(note));
        let session = given.session.ok_or_else(|| {
            Failure::refused(
                "these credentials are no session of Hatrack's; run `hat exec ROLE -- $SHELL` in a terminal",
            )
        })?;
        let hat = HatExecutable::current().map_err(|why| {
            Failure::refused(format!(
                "the path of hat itself is not known: {why}; start it by its full path"
            ))
        })?;
        let files = Locations::of_caller(&context.caller);
        let awaited = AwaitedCommand::in_folder(context.home.runtime()).map_err(Failure::refused)?;
        let variables: Variables = std::env::vars_os().collect();
        let shell = SessionShell {
            hat: hat.path(),
            home: context.home.variable().map(|(_, folder)| folder),
            config_file: Some(files.config.path),
            credentials_file: Some(files.credentials.path),
            session_id: &session.id,
            shell: shell_of_person(&variables),
        };
        let order = TerminalOrder {
            choice: agent.settings().await?.terminal,
            command: shell.words(awaited.socket()),
            start_in: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
            variables,
            awaited,
        };
        let opened = order.open().await.map_err(Failure::refused)?;
        out::note(&format!("{} is open", opened.label));
        Ok(ExitCode::SUCCESS)
    }
}
