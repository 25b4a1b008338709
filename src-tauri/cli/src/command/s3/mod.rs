//! `hat s3`: buckets.

mod access;
mod cp;
mod download;
mod ls;
mod meter;
mod refused;
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
    /// Copy one object to a file, or a file to an object
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
