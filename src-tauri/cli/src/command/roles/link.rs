//! `hat roles link`: a link by which somebody else can add the same role.

use std::process::ExitCode;

use clap::Args;
use hatrack_core::catalog::SwitchLink;

use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::role::RoleArg;

/// The arguments of `hat roles link`.
#[derive(Debug, Args)]
pub struct Link {
    #[command(flatten)]
    role: RoleArg,
    /// A link of the AWS console, which has no place for an external ID
    #[arg(long)]
    console: bool,
}

impl Link {
    /// Prints it. It says which role, and nothing of how this person reaches it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let role = context
            .agent()
            .await?
            .resolve(self.role.typed(&context.caller)?)
            .await?;
        let Some(arn) = &role.arn else {
            return Err(Failure::refused(format!(
                "{}/{} is given by a sign-in, which lists it to whoever may have it; there is no link to it",
                role.account_name, role.role_name
            )));
        };
        let link = SwitchLink {
            role: arn.parse().map_err(Failure::refused)?,
            display_name: role.display_name,
            colour: Some(role.colour),
            external_id: role
                .external_id
                .map(|id| id.parse())
                .transpose()
                .map_err(Failure::refused)?,
        };
        let text = if self.console {
            link.for_console()
        } else {
            link.to_string()
        };
        out::print(&format!("{text}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}
