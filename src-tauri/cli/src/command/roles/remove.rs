//! `hat roles remove`: forget a role that was added.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::client::AgentError;
use hatrack_agent::protocol::{ErrorCode, RoleChoice};

use crate::context::Context;
use crate::failure::Failure;

/// The arguments of `hat roles remove`.
#[derive(Debug, Args)]
pub struct Remove {
    /// The role's key, as `hat roles --json` has it, or its exact name
    key: String,
}

impl Remove {
    /// Forgets it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        // By its key first: a role whose start is gone is in no list, and has to be got rid of all the same.
        let Err(unknown) = agent.remove_role(&self.key).await else {
            return Ok(ExitCode::SUCCESS);
        };
        let named = match &unknown {
            AgentError::Refused(why) if why.code == ErrorCode::NoSuchRole => {
                agent.resolve(RoleChoice::Exact(self.key.clone())).await
            }
            _ => return Err(unknown.into()),
        };
        match named {
            Ok(role) if role.key != self.key => agent.remove_role(&role.key).await?,
            Ok(_) => return Err(unknown.into()),
            Err(why) => return Err(why.into()),
        }
        Ok(ExitCode::SUCCESS)
    }
}
