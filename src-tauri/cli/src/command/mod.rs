//! The commands, one file each.

mod agent;
mod completions;
mod config;
mod console;
mod credential_process;
mod discover;
mod doctor;
mod end;
mod env;
mod exec;
mod history;
mod import;
mod keys;
mod login;
mod man;
mod mfa;
mod policy;
mod profile;
mod prompt;
mod renew;
mod revoke;
mod roles;
mod s3;
mod saml;
mod sandbox;
mod serve;
mod sessions;
mod settings;
mod switch;
mod team;
mod terminal;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::context::{Context, SharedFiles};
use crate::failure::Failure;
use crate::log;

/// Switch role in AWS: list roles, get sessions, hand out their credentials.
///
/// Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 an MFA code, a sign-in or a consent is needed and was not given.
#[derive(Debug, Parser)]
#[command(
    name = "hat",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub struct Hat {
    #[command(flatten)]
    files: SharedFiles,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the accounts and roles that can be switched to
    Roles(roles::Roles),
    /// Show the shared config as it is read, secrets masked
    Config(config::Config),
    /// Get a session of a role
    Switch(switch::Switch),
    /// List live sessions
    Sessions(sessions::Sessions),
    /// Get a session again before it ends
    Renew(renew::Renew),
    /// Deny everything to the sessions of a role that were issued so far, by whomever
    ///
    /// For a session that has leaked. It takes iam:PutRolePolicy in the role's account; what is hit is shown, and asked,
    /// first. Nothing brings back what was in flight: programs and people with such a session need a new one.
    Revoke(revoke::Revoke),
    /// Switch back: drop a session
    End(end::End),
    /// Print export lines for a shell, or those that undo them
    Env(env::Env),
    /// Sign in to IAM Identity Center, or at a SAML provider
    Login(login::Login),
    /// Sign out of IAM Identity Center, for every program on this computer, or of a SAML provider
    Logout(login::Logout),
    /// Name the SAML providers that you sign in at
    Saml(saml::Saml),
    /// Keep long-term access keys in the vault, and rotate them
    Keys(keys::Keys),
    /// Leave MFA devices' secrets here, show their codes, forget shared codes
    Mfa(mfa::Mfa),
    /// Run a command that keeps fresh credentials
    Exec(exec::Exec),
    /// Write profiles into ~/.aws for tools that know nothing of Hatrack
    Profile(profile::Profile),
    /// Sign in to the AWS console as a role
    Console(console::Console),
    /// Open your terminal with a role's session in it
    Terminal(terminal::Terminal),
    /// Print credentials for a credential_process line
    CredentialProcess(credential_process::CredentialProcess),
    /// Hand a session out to programs of this computer, at an endpoint as containers have
    Serve(serve::Serve),
    /// List buckets and objects, copy objects
    S3(s3::S3),
    /// Write, read, check and try policies
    Policy(policy::PolicyCommand),
    /// Look for roles: in one's own policies, in the accounts of one's organization
    Discover(discover::Discover),
    /// Say why something was denied, and what to add where
    ///
    /// Tries the switch, and the least request behind it, and looks at every policy that may be seen from here. Nothing is
    /// changed. With --error it reads a message instead, as any program has printed it.
    Doctor(Box<doctor::Doctor>),
    /// Show what happened
    History(history::History),
    /// Add the roles of another tool's file
    Import(import::Import),
    /// Use catalogs that teams publish
    Team(team::Team),
    /// Say something about accounts, and take what is said to another computer
    Settings(settings::Settings),
    /// Start a miniature AWS on this machine
    Sandbox(sandbox::Sandbox),
    /// The process that owns sessions
    Agent(agent::AgentCommand),
    /// Show the session in a shell's prompt
    Prompt(prompt::Prompt),
    /// Print a shell's completion script
    Completions(completions::Completions),
    /// Print a manual page, or write all of them
    Man(man::Man),
}

/// How a listing is printed.
#[derive(Debug, Clone, Copy, Args)]
pub struct Listing {
    /// Print JSON, for scripts
    #[arg(long)]
    pub json: bool,
}

impl Hat {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let context = || Context::of_process(&self.files);
        match &self.command {
            Command::Agent(command) if command.is_the_agent() => log::of_agent(),
            _ => log::if_asked(),
        }
        match self.command {
            Command::Completions(command) => command.run(),
            Command::Man(command) => command.run(),
            Command::Prompt(command) => command.run(),
            Command::Policy(command) => command.run(),
            Command::Config(command) => command.run(&context()?),
            Command::Sandbox(command) => busy(command.run()),
            Command::Agent(command) => busy(command.run(&context()?)),
            Command::Roles(command) => lean(command.run(&context()?)),
            Command::Switch(command) => lean(command.run(&context()?)),
            Command::Sessions(command) => lean(command.run(&context()?)),
            Command::Renew(command) => lean(command.run(&context()?)),
            Command::Revoke(command) => lean(command.run(&context()?)),
            Command::End(command) => lean(command.run(&context()?)),
            Command::Env(command) => lean(command.run(&context()?)),
            Command::Login(command) => lean(command.run(&context()?)),
            Command::Logout(command) => lean(command.run(&context()?)),
            Command::Saml(command) => lean(command.run(&context()?)),
            Command::Keys(command) => lean(command.run(&context()?)),
            Command::Mfa(command) => lean(command.run(&context()?)),
            Command::Exec(command) => lean(command.run(&context()?)),
            Command::Profile(command) => lean(command.run(&context()?)),
            Command::Console(command) => lean(command.run(&context()?)),
            Command::Terminal(command) => lean(command.run(&context()?)),
            Command::CredentialProcess(command) => lean(command.run(&context()?)),
            Command::Serve(command) => lean(command.run(&context()?)),
            Command::S3(command) => lean(command.run(&context()?)),
            Command::Discover(command) => lean(command.run(&context()?)),
            Command::Import(command) => lean(command.run(&context()?)),
            Command::Team(command) => lean(command.run(&context()?)),
            Command::Settings(command) => lean(command.run(&context()?)),
            Command::Doctor(command) => lean(command.run(&context()?)),
            Command::History(command) => lean(command.run(&context()?)),
        }
    }
}

/// On one thread: a client's runtime starts in microseconds.
fn lean(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    on(tokio::runtime::Builder::new_current_thread(), command)
}

/// On all cores: for the commands that serve.
fn busy(command: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    on(tokio::runtime::Builder::new_multi_thread(), command)
}

fn on(
    mut runtime: tokio::runtime::Builder,
    command: impl Future<Output = Result<ExitCode, Failure>>,
) -> Result<ExitCode, Failure> {
    let runtime = runtime
        .enable_all()
        .build()
        .map_err(|why| Failure::refused(format!("the system gave no threads or timers: {why}; try again")))?;
    let result = runtime.block_on(command);
    // A thread that still waits for the terminal or for a name lookup must not keep the command from ending.
    runtime.shutdown_background();
    result
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Hat::command().debug_assert();
    }
}
