//! `hat history report`: how each role was used.

use clap::Args;
use hatrack_core::history_sums::{RoleUse, RoleUseQuery};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};
use crate::time::{local, parse_since, remaining};

/// The arguments of `hat history report`.
#[derive(Debug, Args)]
pub(super) struct Report {
    /// Not before this: 30d (ago), 2026-11-20 or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    listing: Listing,
}

impl Report {
    /// Prints one line for each role, the one used last first.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let (now, zone) = (Timestamp::now(), TimeZone::system());
        let time = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| parse_since(text, now, &zone))
                .transpose()
                .map_err(Failure::usage)
        };
        let query = RoleUseQuery {
            since: time(&self.since)?,
            until: time(&self.until)?,
        };
        let roles = context.agent().await?.role_use(query).await?;
        if self.listing.json {
            out::json(&roles)
        } else {
            table(&roles, &zone).print()
        }
    }
}

/// The column of the refusals.
const DENIED: usize = 4;

/// `-` where no session has ended yet.
fn held(seconds: u64) -> String {
    match u32::try_from(seconds).unwrap_or(u32::MAX) {
        0 => "-".to_owned(),
        seconds => remaining(seconds),
    }
}

fn table(roles: &[RoleUse], zone: &TimeZone) -> Table {
    let mut table = Table::new(["ACCOUNT", "ROLE", "SWITCHES", "HELD", "DENIED", "LAST USE"]);
    for role in roles {
        let account = role
            .account_name
            .clone()
            .or(role.account_id.map(|id| id.to_string()))
            .unwrap_or_default();
        let line = table.row([
            &account,
            &role.role_name,
            &role.switches.to_string(),
            &held(role.held_s),
            &role.denials.to_string(),
            &local(role.last_use, zone),
        ]);
        if role.denials > 0 {
            line.tone(DENIED, Tone::Bad);
        }
    }
    table
}
