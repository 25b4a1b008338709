//! `hat history`: what happened.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hatrack_agent::client::Agent;
use hatrack_core::account::AccountId;
use hatrack_core::history::outcome;
use hatrack_core::view::{HistoryQuery, HistoryRow};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::Listing;
use crate::context::Context;
use crate::csv;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;
use crate::time::{local, parse_since};

/// The arguments of `hat history`.
#[derive(Debug, Args)]
pub struct History {
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
    /// Only this outcome
    #[arg(long, value_name = "OUTCOME", value_parser = [outcome::OK, outcome::DENIED, outcome::FAILED])]
    outcome: Option<String>,
    /// Only this event: switch, renew, expire, switch_back, export, hand_out, download, upload, sign_in, discover
    #[arg(long, value_name = "EVENT")]
    event: Option<String>,
    /// At most this many rows, the newest; 100 where left out, all of them with --export
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Write every row, for another program
    #[arg(long, value_name = "FORMAT", conflicts_with = "json")]
    export: Option<Format>,
    #[command(flatten)]
    listing: Listing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Csv,
    Json,
}

const SHOWN: u32 = 100;
/// Rows asked for at once: an answer of about a megabyte.
const PAGE: u32 = 2000;

impl History {
    /// Prints the rows, newest first.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let agent = context.agent().await?;
        let query = self.query(&agent).await?;
        let most = self.limit.or(self.export.is_none().then_some(SHOWN));
        let rows = rows(&agent, query, most).await?;
        match self.export {
            Some(Format::Csv) => out::print(&csv::of_history(&rows))?,
            Some(Format::Json) => out::json(&rows)?,
            None if self.listing.json => out::json(&rows)?,
            None => out::print(&table(&rows).render(out::is_coloured()))?,
        }
        Ok(ExitCode::SUCCESS)
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

async fn rows(agent: &Agent, mut query: HistoryQuery, most: Option<u32>) -> Result<Vec<HistoryRow>, Failure> {
    let mut rows: Vec<HistoryRow> = Vec::new();
    loop {
        let had = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        query.limit = most.map_or(PAGE, |most| most.saturating_sub(had).min(PAGE));
        if query.limit == 0 {
            return Ok(rows);
        }
        let page = agent.history(query.clone()).await?;
        rows.extend(page.rows);
        match page.next {
            Some(next) => query.before = Some(next),
            None => return Ok(rows),
        }
    }
}

fn table(rows: &[HistoryRow]) -> Table {
    let mut table = Table::new(["AT", "EVENT", "OUTCOME", "ACCOUNT", "ROLE", "BY", "DETAIL"]);
    let zone = TimeZone::system();
    for row in rows {
        let account = row
            .account_name
            .clone()
            .or(row.account_id.map(|id| id.to_string()))
            .unwrap_or_default();
        table.row([
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
    }
    table
}
