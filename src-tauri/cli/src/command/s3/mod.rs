//! `hat s3`: buckets.

mod access;
mod across;
mod cp;
mod download;
mod ls;
mod meter;
mod outcome;
mod refused;
mod running;
mod upload;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::failure::Failure;

/// The arguments of `hat s3`.
#[derive(Debug, Args)]
pub struct S3 {
    #[command(subcommand)]
    command: S3Command,
}

#[derive(Debug, Subcommand)]
enum S3Command {
    /// List buckets, or what is below a prefix
    Ls(ls::Ls),
    /// Copy objects to files, files to objects, or objects from one role's bucket to another's
    Cp(cp::Cp),
}

impl S3 {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.command {
            S3Command::Ls(command) => command.run(context).await,
            S3Command::Cp(command) => command.run(context).await,
        }
    }
}
