//! `hat end`: switch back.

use std::process::ExitCode;

use clap::Args;

use crate::context::Context;
use crate::failure::Failure;
use crate::role;

/// The arguments of `hat end`.
#[derive(Debug, Args)]
pub struct End {
    /// A session's ID, or a ROLE that has a live session; AWS_PROFILE where left out
    #[arg(conflicts_with = "all")]
    session: Option<String>,
    /// Drop every session
    #[arg(long)]
    all: bool,
}

impl End {
    /// Switches back.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        if self.all {
            context.agent().await?.end_all().await?;
        } else {
            let session = role::session(self.session, &context.caller)?;
            context.agent().await?.end(session).await?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
