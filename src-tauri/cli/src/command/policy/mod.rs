//! `hat policy`: write, read, check and try policies. Nothing of it asks the agent or AWS.

mod compose;
mod decided;
mod explain;
mod input;
mod lint;
mod simulate;

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use hatrack_core::policy::Kind;

use crate::failure::Failure;

/// The arguments of `hat policy`.
#[derive(Debug, Args)]
pub struct PolicyCommand {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write all policies of a new access, and prove them
    Compose(compose::Compose),
    /// Say in plain sentences what a policy says
    Explain(explain::Explain),
    /// Find what is wrong in policies; exit code 1 where AWS would refuse one or a part can never work
    Lint(lint::Lint),
    /// Decide a request by policies in files, as AWS would
    Simulate(simulate::Simulate),
}

impl PolicyCommand {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self.command {
            What::Compose(command) => command.run(),
            What::Explain(command) => command.run(),
            What::Lint(command) => command.run(),
            What::Simulate(command) => command.run(),
        }
    }
}

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum KindOption {
    /// To a user, group or role
    Identity,
    /// Permissions boundary
    Boundary,
    /// Passed along with a switch
    Session,
    /// A role's trust policy
    Trust,
    /// A bucket policy, or another resource's
    Resource,
}

impl From<KindOption> for Kind {
    fn from(option: KindOption) -> Self {
        match option {
            KindOption::Identity => Self::Identity,
            KindOption::Boundary => Self::Boundary,
            KindOption::Session => Self::Session,
            KindOption::Trust => Self::Trust,
            KindOption::Resource => Self::Resource,
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Identity => "identity",
        Kind::Boundary => "boundary",
        Kind::Session => "session",
        Kind::Trust => "trust",
        Kind::Resource => "resource",
    }
}
