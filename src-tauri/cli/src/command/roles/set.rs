//! `hat roles set`: what the person says about a role.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::{DescribeRole, SetDefaults};

use crate::context::Context;
use crate::failure::Failure;
use crate::said::{DefaultsArgs, text};

/// The arguments of `hat roles set`.
#[derive(Debug, Args)]
pub struct SetRole {
    /// A profile, account/role, an ARN, or any unambiguous part of them
    role: String,
    /// What to call it; an empty text takes it back
    #[arg(long)]
    name: Option<String>,
    /// Whatever is to be remembered; an empty text takes it back
    #[arg(long)]
    notes: Option<String>,
    #[command(flatten)]
    defaults: DefaultsArgs,
}

impl SetRole {
    /// Says it; what is not given stays as it is.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let defaults = SetDefaults::from(self.defaults);
        if self.name.is_none() && self.notes.is_none() && defaults == SetDefaults::default() {
            return Err(Failure::usage(
                "nothing to set was given; `hat roles set --help` lists what there is",
            ));
        }
        let agent = context.agent().await?;
        let role = crate::role::choose(
            Some(&self.role),
            &context.caller,
            hatrack_agent::protocol::RoleChoice::Typed,
        )?;
        let said = DescribeRole {
            role_key: agent.resolve(role).await?.key,
            name: text(self.name),
            notes: text(self.notes),
            defaults,
        };
        agent.describe_role(said).await?;
        Ok(ExitCode::SUCCESS)
    }
}
