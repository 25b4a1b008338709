//! `hat sessions`: what is live.

use std::process::ExitCode;

use clap::Args;
use hatrack_core::view::SessionView;
use jiff::tz::TimeZone;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};
use crate::time::{local, remaining};

/// The arguments of `hat sessions`.
#[derive(Debug, Args)]
pub struct Sessions {
    #[command(flatten)]
    listing: Listing,
}

impl Sessions {
    /// Lists them, the one that ends first first.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let mut sessions = context.agent().await?.sessions().await?;
        // The agent also tells of those that have just ended, for the window.
        sessions.retain(|session| session.seconds_left > 0);
        if self.listing.json {
            out::json(&sessions)?;
        } else {
            table(&sessions).print()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The column of what is left.
const LEFT: usize = 1;

fn table(sessions: &[SessionView]) -> Table {
    let mut table = Table::new(["SESSION", "LEFT", "ACCOUNT", "ROLE", "PROFILE", "UNTIL", "FROM"]);
    let zone = TimeZone::system();
    for session in sessions {
        let row = table.row([
            &session.id,
            &remaining(session.seconds_left),
            &session.account_name,
            &session.role_name,
            session.profile.as_deref().unwrap_or("-"),
            &local(session.expires_at, &zone),
            &session.source,
        ]);
        row.tone(LEFT, Tone::of_seconds_left(session.seconds_left));
    }
    table
}
