//! `hat end`: switch back.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::SessionRef;

use crate::context::Context;
use crate::failure::Failure;

/// The arguments of `hat end`.
#[derive(Debug, Args)]
pub struct End {
    /// A session's ID, or a ROLE that has a live session
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    session: Option<String>,
    /// Drop every session
    #[arg(long)]
    all: bool,
}

impl End {
    /// Switches back.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        match self.session {
            Some(session) => agent.end(SessionRef::Typed(session)).await?,
            None => agent.end_all().await.map(drop)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
