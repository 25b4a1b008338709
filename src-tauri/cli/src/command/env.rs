//! `hat env`: export lines to eval.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::{HandOutRequest, SessionRef, UseKind};
use hatrack_core::export::{Exports, Shell, export_text, prompt_name, unset_text};

use crate::ask::{self, Person};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::RoleArg;

/// The arguments of `hat env`.
#[derive(Debug, Args)]
#[command(after_help = USE)]
pub struct Env {
    #[command(flatten)]
    role: RoleArg,
    /// bash, zsh, fish, powershell, cmd, nu, dotenv or json; the shell in use where left out
    #[arg(long, value_name = "SHELL")]
    shell: Option<Shell>,
    /// Print what undoes an export
    #[arg(long)]
    unset: bool,
    /// Of a profile with only keys, the keys themselves
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
}

const USE: &str = "\
bash, zsh:   eval \"$(hat env ROLE)\"
fish:        hat env ROLE | source
PowerShell:  hat env ROLE --shell powershell | Out-String | Invoke-Expression
nu:          hat env ROLE --shell json | from json | load-env
To undo:     eval \"$(hat env --unset)\"";

impl Env {
    /// Prints the lines.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let shell = self.shell.unwrap_or_else(shell_in_use);
        if self.unset {
            out::print(unset_text(shell).map_err(Failure::usage)?.expose())?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut request = HandOutRequest::of(SessionRef::Role(self.role.typed(&context.caller)?));
        request.purpose = Some(UseKind::Env);
        request.options = self.options.options()?;
        request.mfa_code = self.given.code()?;
        request.allow_endpoint = self.given.allow_endpoint;
        request.raw = self.raw;
        request.detail = Some(format!("Exported env for {}", shell.label()));
        let given = ask::hand_out(&context.agent().await?, Person::AtTerminal, request).await?;
        let role = given.session.as_ref().map(prompt_name);
        let exports = Exports {
            credentials: &given.credentials,
            region: &given.region,
            role: role.as_deref(),
        };
        let text = export_text(shell, exports).map_err(Failure::refused)?;
        given.notes.iter().for_each(|note| out::note(note));
        out::print(text.expose())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// `SHELL` names the login shell, which is what most people type into. PowerShell tells itself by `PSModulePath`.
pub(super) fn shell_in_use() -> Shell {
    let login = std::env::var("SHELL")
        .ok()
        .and_then(|path| Shell::of_program(&path));
    match login {
        Some(shell) => shell,
        None if cfg!(windows) && std::env::var_os("PSModulePath").is_some() => Shell::PowerShell,
        None if cfg!(windows) => Shell::Cmd,
        None => Shell::Posix,
    }
}
