//! `hat exec`: a command that keeps fresh credentials.
//!
//! The command finds the credentials by a private shared config whose `[default]` runs `hat credential-process`.
//! The container endpoint is not used: SDKs rank `[default]` keys of the shared files above it, which would silently
//! be another account.

mod announce;
mod environment;
mod fresh;
mod held;
mod private_config;
mod run;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::{HandOut, HandOutRequest, SessionRef};
use hatrack_core::export::prompt_name;

use self::private_config::PrivateConfig;
use crate::ask::{self, Person};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::RoleArg;

/// The arguments of `hat exec`.
#[derive(Debug, Args)]
pub struct Exec {
    #[command(flatten)]
    role: RoleArg,
    /// Of a profile with only keys, the keys themselves
    #[arg(long)]
    raw: bool,
    /// The session whose credentials the command gets, instead of a role's
    #[arg(long, hide = true, value_name = "ID", conflicts_with_all = ["role", "raw"])]
    session: Option<String>,
    /// The socket of who opened the terminal, which hears that the command runs and that it has ended
    #[arg(long, hide = true, value_name = "SOCKET")]
    announce: Option<PathBuf>,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
    /// The command and its arguments, after --
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Exec {
    /// Runs the command; its exit code is ours.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let mut heard = announce::Heard::by(self.announce.as_deref());
        let ran = self.run_for(context, &mut heard).await;
        if let Err(failure) = &ran {
            heard.failed(failure);
        }
        ran
    }

    async fn run_for(self, context: &Context, heard: &mut announce::Heard) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let mut request = HandOutRequest::of(self.whose(context)?);
        request.options = self.options.options()?;
        request.mfa_code = self.given.code()?;
        request.allow_endpoint = self.given.allow_endpoint;
        request.raw = self.raw;
        request.detail = self.announce.as_ref().map(|_| "Opened a terminal".to_owned());
        let given = ask::hand_out(&agent, Person::AtTerminal, request.clone()).await?;
        given.notes.iter().for_each(|note| out::note(note));

        let files = environment::SharedFilesInForce::of(context);
        let config = PrivateConfig::write(
            context.home.runtime(),
            &given,
            &self.process_words(&files, &given),
        )?;
        let environment = environment::changes(
            &files,
            &config,
            &given.region,
            given.session.as_ref().map(prompt_name),
        );
        let held = held::hold(
            agent.clone(),
            given.session.as_ref(),
            &self.command,
            self.announce.is_some(),
        );
        let fresh = fresh::keep(agent, given.session);
        let beside = async { tokio::join!(held, fresh).1 };
        run::run(&self.command, environment, || heard.started(), beside).await
    }

    fn whose(&self, context: &Context) -> Result<SessionRef, Failure> {
        match &self.session {
            Some(id) => Ok(SessionRef::Id(id.clone())),
            None => Ok(SessionRef::Role(self.role.typed(&context.caller)?)),
        }
    }

    /// The words after the path of `hat` that get this session again, and the role anew once it has ended.
    fn process_words(&self, files: &environment::SharedFilesInForce, given: &HandOut) -> Vec<String> {
        let mut words = files.options();
        words.push("credential-process".to_owned());
        if let Some(session) = &given.session {
            words.push(format!("--session={}", session.id));
        }
        if self.raw {
            words.push("--raw".to_owned());
        }
        if self.given.allow_endpoint {
            words.push("--allow-endpoint".to_owned());
        }
        words.extend(self.options.words());
        words.extend(["--".to_owned(), given.role_key.clone()]);
        words
    }
}
