//! `hat s3`: buckets.

mod access;
mod across;
mod cat;
mod cp;
mod download;
mod ls;
mod meter;
mod mkdir;
mod mv;
mod options;
mod outcome;
mod overwrite;
mod presign;
mod production;
mod refused;
mod rm;
mod running;
mod stoppable;
mod stopped;
mod sync;
mod upload;
mod uploads;

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
    /// Write objects to standard output
    Cat(cat::Cat),
    /// List uploads that nobody has completed, and clean them up
    Uploads(uploads::Uploads),
    /// Compare two places, show what differs, and make the one hold what the other does
    Sync(sync::Sync),
    /// Delete objects or versions, or bring back what was deleted
    Rm(rm::Rm),
    /// Make a link that lends an object for a while
    Presign(presign::Presign),
    /// Rename or move objects
    Mv(mv::Mv),
    /// Make an empty folder
    Mkdir(mkdir::Mkdir),
}

impl S3 {
    /// Does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.command {
            S3Command::Ls(command) => command.run(context).await,
            S3Command::Cp(command) => command.run(context).await,
            S3Command::Cat(command) => command.run(context).await,
            S3Command::Uploads(command) => command.run(context).await,
            S3Command::Rm(command) => command.run(context).await,
            S3Command::Presign(command) => command.run(context).await,
            S3Command::Mv(command) => command.run(context).await,
            S3Command::Mkdir(command) => command.run(context).await,
            S3Command::Sync(command) => command.run(context).await,
        }
    }
}
