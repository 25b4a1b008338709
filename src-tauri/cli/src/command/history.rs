//! `hat history`: what happened.

mod export;
mod keep;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use hatrack_agent::client::{Agent, HistoryPages};
use hatrack_core::account::AccountId;
use hatrack_core::history::outcome;
use hatrack_core::history_view::{HistoryQuery, HistoryRow};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::{Table, Tone};
use crate::time::{local, parse_since};
use export::Format;

/// The arguments of `hat history`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct History {
    #[command(subcommand)]
    what: Option<What>,
    #[command(flatten)]
    rows: Rows,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show how each role was used: switches, time held, denials, last use
    ///
    /// Time held is that of sessions that have ended; one that is still open counts when it ends.
    Report(report::Report),
    /// Say how much of the history is kept; all of it where nothing is said
    Keep(keep::Keep),
}

/// Which rows, and what becomes of them.
#[derive(Debug, Args)]
struct Rows {
    /// Only rows that hold these words in account, role, ARN, profile, error or request ID
    words: Vec<String>,
    /// Not before this: 2d (ago), 2026-11-20 or an RFC 3339 time
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Before this
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only this account: its ID or its name
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// Only the role of this name
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// Only this outcome
    #[arg(long, value_name = "OUTCOME", value_parser = [outcome::OK, outcome::DENIED, outcome::FAILED])]
    outcome: Option<String>,
    /// Only this event: switch, renew, expire, switch_back, export, hand_out, download, upload, sign_in, discover
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// At most this many rows, the newest; 100 where left out, all of them with --export
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Write every row that the other options leave, for another program
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    export: Option<Format>,
    /// Write the export to this file, which only you can read, instead of standard output
    #[arg(long, value_name = "FILE", requires = "export")]
    to: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "to")]
    force: bool,
    #[command(flatten)]
    listing: Listing,
}

const SHOWN: u32 = 100;

impl History {
    /// Prints what is asked for.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        match self.what {
            Some(What::Report(report)) => report.run(context).await?,
            Some(What::Keep(keep)) => keep.run(context).await?,
            None => self.rows.run(context).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Rows {
    /// Prints the rows, newest first, or writes them to a file.
    async fn run(self, context: &Context) -> Result<(), Failure> {
        let agent = context.agent().await?;
        let query = self.query(&agent).await?;
        let most = self.limit.or(self.export.is_none().then_some(SHOWN));
        let mut pages = HistoryPages::of(&agent, query, most);
        match (self.export, &self.to) {
            (Some(format), Some(file)) => export::to_file(&mut pages, format, file, self.force).await?,
            (Some(format), None) => export::to_stdout(&mut pages, format).await?,
            (None, _) => self.show(&all(&mut pages).await?)?,
        }
        Ok(())
    }

    fn show(&self, rows: &[HistoryRow]) -> Result<(), Failure> {
        if self.listing.json {
            out::json(rows)
        } else {
            table(rows).print()
        }
    }

    async fn query(&self, agent: &Agent) -> Result<HistoryQuery, Failure> {
        let (now, zone) = (Timestamp::now(), TimeZone::system());
        let time = |text: &Option<String>| {
            text.as_deref()
                .map(|text| parse_since(text, now, &zone))
                .transpose()
                .map_err(Failure::usage)
        };
        let account_id = match &self.account {
            Some(account) => Some(account_id(agent, account).await?),
            None => None,
        };
        Ok(HistoryQuery {
            since: time(&self.since)?,
            until: time(&self.until)?,
            account_id,
            outcome: self.outcome.clone(),
            event: self.event.clone(),
            role_name: self.role.clone(),
            text: (!self.words.is_empty()).then(|| self.words.join(" ")),
            ..HistoryQuery::default()
        })
    }
}

/// An account by its ID, or by the name that the catalog has for it.
async fn account_id(agent: &Agent, account: &str) -> Result<AccountId, Failure> {
    if let Ok(id) = account.parse() {
        return Ok(id);
    }
    let catalog = agent.catalog().await?;
    let named = catalog
        .roles
        .iter()
        .find(|role| role.account_name.eq_ignore_ascii_case(account));
    named.map(|role| role.account_id).ok_or_else(|| {
        Failure::usage(format!(
            "no account of the catalog is called \"{account}\"; give its 12-digit ID"
        ))
    })
}

async fn all(pages: &mut HistoryPages<'_>) -> Result<Vec<HistoryRow>, Failure> {
    let mut rows = Vec::new();
    while let Some(page) = pages.next().await? {
        rows.extend(page);
    }
    Ok(rows)
}

/// The column of the outcome.
const OUTCOME: usize = 2;

fn table(rows: &[HistoryRow]) -> Table {
    let mut table = Table::new(["AT", "EVENT", "OUTCOME", "ACCOUNT", "ROLE", "BY", "DETAIL"]);
    let zone = TimeZone::system();
    for row in rows {
        let account = row
            .account_name
            .clone()
            .or(row.account_id.map(|id| id.to_string()))
            .unwrap_or_default();
        let line = table.row([
            &local(row.at, &zone),
            &row.event,
            &row.outcome,
            &account,
            row.role_name
                .as_deref()
                .or(row.profile.as_deref())
                .unwrap_or_default(),
            &row.client,
            row.error.as_deref().or(row.detail.as_deref()).unwrap_or_default(),
        ]);
        if row.outcome != outcome::OK {
            line.tone(OUTCOME, Tone::Bad);
        }
    }
    table
}
