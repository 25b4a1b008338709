//! `hat config`: the shared config as it is read, without asking the agent.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_core::shared_config::listing;
use hatrack_store::aws_files::{self, Locations};

use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat config`.
#[derive(Debug, Args)]
pub struct Config {
    /// Read this config file
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Read this credentials file
    #[arg(long, value_name = "FILE")]
    credentials: Option<PathBuf>,
    /// Print secrets as they are, not as ***
    #[arg(long)]
    show_secrets: bool,
    /// As for every listing; this one is JSON in any case
    #[arg(long)]
    json: bool,
}

impl Config {
    /// Prints it.
    pub fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let locations = Locations::of_caller(&context.caller)
            .with_files(self.file.as_deref(), self.credentials.as_deref());
        let config = aws_files::read(&locations).map_err(Failure::refused)?;
        out::json(&listing(&config, self.show_secrets))?;
        Ok(ExitCode::SUCCESS)
    }
}
