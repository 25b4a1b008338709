//! `hat renew`: a session again, under the same ID.

use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::RenewRequest;
use hatrack_core::sts_limits::SessionDuration;

use super::{Listing, switch};
use crate::ask;
use crate::context::Context;
use crate::failure::Failure;
use crate::options::Given;
use crate::role;

/// The arguments of `hat renew`.
#[derive(Debug, Args)]
pub struct Renew {
    /// A session's ID, or a ROLE that has a live session; AWS_PROFILE where left out
    session: Option<String>,
    /// How long it shall last now, instead of as long as before
    #[arg(long, value_name = "TIME")]
    duration: Option<SessionDuration>,
    #[command(flatten)]
    given: Given,
    #[command(flatten)]
    listing: Listing,
}

impl Renew {
    /// Renews.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let request = RenewRequest {
            session: role::session(self.session, &context.caller)?,
            mfa_code: self.given.code()?,
            duration: self.duration,
            allow_endpoint: self.given.allow_endpoint,
        };
        let switched = ask::renew(&context.agent().await?, request).await?;
        switch::print(&switched, self.listing)?;
        Ok(ExitCode::SUCCESS)
    }
}
