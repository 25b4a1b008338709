//! What happened: what it comes to, taking it along, and how much of it is kept.

use std::path::{Path, PathBuf};

use hatrack_agent::client::Agent;
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{HistoryDay, RoleUse};
use hatrack_core::history_text::{HistoryFormat, HistoryText};
use hatrack_core::history_view::HistoryQuery;
use hatrack_store::history::ExportFile;

use crate::desk::Desk;
use crate::wire::{
    CommandError, ExportHistoryRequest, HistoryDaysRequest, HistoryExported, HistoryKeepRequest,
    RoleUseRequest,
};

type Answer<T> = Result<T, CommandError>;

/// Rows asked for at once: the most that an answer holds.
const PAGE: u32 = 1000;

/// What was done in each account on each day.
pub async fn history_days(desk: &Desk, request: HistoryDaysRequest) -> Answer<Vec<HistoryDay>> {
    Ok(desk.agent().await?.history_days(request.starts).await?)
}

/// How each role was used.
pub async fn role_use(desk: &Desk, request: RoleUseRequest) -> Answer<Vec<RoleUse>> {
    Ok(desk.agent().await?.role_use(request.query).await?)
}

/// How much of the history is kept.
pub async fn history_keep(desk: &Desk) -> Answer<HistoryKeep> {
    Ok(desk.agent().await?.settings().await?.keep_history)
}

/// Sets how much of the history is kept; what is not goes soon after.
pub async fn set_history_keep(desk: &Desk, request: HistoryKeepRequest) -> Answer<()> {
    let change = ChangeSettings {
        keep_history: Some(request.keep),
        ..Default::default()
    };
    Ok(desk.agent().await?.change_settings(change).await?)
}

/// Writes the rows to a file that the person names; `None` where the dialog was cancelled.
pub async fn export_history(desk: &Desk, request: ExportHistoryRequest) -> Answer<Option<HistoryExported>> {
    let name = match request.format {
        HistoryFormat::Csv => "hatrack-history.csv",
        HistoryFormat::Json => "hatrack-history.json",
    };
    let Some(path) = desk.front().ask_new_file("Export history", name).await else {
        return Ok(None);
    };
    let agent = desk.agent().await?;
    let rows = write(&agent, request.query, request.format, &path).await?;
    Ok(Some(HistoryExported {
        rows,
        path: path.display().to_string(),
    }))
}

/// Page by page: a million rows are never in memory at once.
async fn write(agent: &Agent, mut query: HistoryQuery, format: HistoryFormat, path: &Path) -> Answer<u64> {
    let failed = |why: std::io::Error| unwritable(path, &why);
    let mut text = HistoryText::of(format);
    let begin = text.begin();
    query.before = None;
    query.limit = PAGE;
    let mut page = agent.history(query.clone()).await?;
    let place = PathBuf::from(path);
    let mut file = apart(move || {
        let mut file = ExportFile::beside(&place)?;
        file.write(&begin)?;
        Ok(file)
    })
    .await
    .map_err(failed)?;
    loop {
        let mut lines = String::new();
        for row in &page.rows {
            text.add(row, &mut lines).map_err(CommandError::new)?;
        }
        file = apart(move || file.write(&lines).map(|()| file))
            .await
            .map_err(failed)?;
        let Some(next) = page.next else { break };
        query.before = Some(next);
        page = agent.history(query.clone()).await?;
    }
    let end = text.end();
    apart(move || {
        file.write(end)?;
        file.keep()
    })
    .await
    .map_err(failed)?;
    Ok(text.rows())
}

/// A slow disk keeps nobody waiting but the one who asked.
async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|why| Err(std::io::Error::other(why)))
}

fn unwritable(path: &Path, why: &std::io::Error) -> CommandError {
    CommandError::new(format!(
        "{} cannot be written: {why}. Check the folder and the free space.",
        path.display()
    ))
}
