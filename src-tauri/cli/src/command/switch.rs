//! `hat switch`: a session of a role.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::SwitchRequest;
use hatrack_core::shared_config::inert;
use hatrack_core::view::SessionView;
use jiff::tz::TimeZone;

use super::Listing;
use crate::ask::{self, Switched};
use crate::context::Context;
use crate::failure::Failure;
use crate::options::{Given, SwitchArgs};
use crate::out;
use crate::role::RoleArg;
use crate::time::{local, remaining};

/// The arguments of `hat switch`.
#[derive(Debug, Args)]
pub struct Switch {
    #[command(flatten)]
    role: RoleArg,
    #[command(flatten)]
    options: SwitchArgs,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    listing: Listing,
}

impl Switch {
    /// Switches.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let request = SwitchRequest {
            role: self.role.typed(&context.caller)?,
            options: self.options.options()?,
            mfa_code: self.given.code()?,
            allow_endpoint: self.given.allow_endpoint,
        };
        let switched = ask::switch(&context.agent().await?, request)
            .await
            .map_err(|failure| failure.with_doctor(self.role.role.as_deref()))?;
        print(&switched, self.listing)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Prints a session that was just got, and on standard error what the person should know about it.
pub fn print(switched: &Switched, listing: Listing) -> Result<(), Failure> {
    switched.notes.iter().for_each(|note| out::note(note));
    if listing.json {
        out::json(&switched.session)
    } else {
        out::print(&said(&switched.session))
    }
}

fn said(session: &SessionView) -> String {
    format!(
        "{} in {}, until {} ({}). Session {}.\n",
        inert(&session.role_name),
        inert(&session.account_name),
        local(session.expires_at, &TimeZone::system()),
        remaining(session.seconds_left),
        session.id,
    )
}
