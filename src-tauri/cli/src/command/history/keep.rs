//! `hat history keep`: how much of it is kept.

use std::num::NonZeroU32;

use clap::Args;
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::history_keep::HistoryKeep;

use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat history keep`. Without any it tells how much is kept.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct Keep {
    /// Keep this many days; what is older is removed for good
    #[arg(long, value_name = "N")]
    days: Option<NonZeroU32>,
    /// Keep this many of the newest rows; the others are removed for good
    #[arg(long, value_name = "N")]
    rows: Option<NonZeroU32>,
    /// Keep all of it
    #[arg(long)]
    all: bool,
}

impl Keep {
    /// Sets it, or tells it.
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let agent = context.agent().await?;
        let Some(keep) = self.choice() else {
            let kept = agent.settings().await?.keep_history;
            return out::print(&format!("{}\n", words(kept)));
        };
        let change = ChangeSettings {
            keep_history: Some(keep),
            ..Default::default()
        };
        Ok(agent.change_settings(change).await?)
    }

    fn choice(&self) -> Option<HistoryKeep> {
        let days = self.days.map(HistoryKeep::Days);
        let rows = self.rows.map(HistoryKeep::Rows);
        days.or(rows).or(self.all.then_some(HistoryKeep::All))
    }
}

fn words(keep: HistoryKeep) -> String {
    match keep {
        HistoryKeep::All => "all of it".to_owned(),
        HistoryKeep::Days(days) if days.get() == 1 => "1 day".to_owned(),
        HistoryKeep::Days(days) => format!("{days} days"),
        HistoryKeep::Rows(rows) if rows.get() == 1 => "1 row".to_owned(),
        HistoryKeep::Rows(rows) => format!("{rows} rows"),
    }
}
