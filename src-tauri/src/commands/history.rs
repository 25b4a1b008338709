//! What happened: what it comes to, taking it along, and how much of it is kept.

use std::io::Write;
use std::path::Path;

use hatrack_agent::client::{Agent, HistoryPages};
use hatrack_agent::protocol::ChangeSettings;
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::history_sums::{HistoryDay, RoleUse};
use hatrack_core::history_text::{HistoryFormat, HistoryText};
use hatrack_core::history_view::HistoryQuery;
use hatrack_store::new_file::{NewFile, NotMade};

use crate::desk::Desk;
use crate::wire::{
    CommandError, ExportHistoryRequest, HistoryDaysRequest, HistoryExported, HistoryKeepRequest,
    RoleUseRequest,
};

type Answer<T> = Result<T, CommandError>;

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

/// The disk is written to apart: a slow one keeps nobody waiting but the one who asked.
async fn write(agent: &Agent, query: HistoryQuery, format: HistoryFormat, path: &Path) -> Answer<u64> {
    let mut pages = HistoryPages::of(agent, query, None);
    let mut text = HistoryText::of(format);
    let mut lines = text.begin();
    // Nothing is made before the first page has come: what fails at once leaves nothing behind.
    let mut page = pages.next().await?;
    let place = path.to_owned();
    let mut file = apart(move || NewFile::beside(&place, true)).await?;
    while let Some(rows) = page {
        for row in &rows {
            text.add(row, &mut lines).map_err(CommandError::new)?;
        }
        let written = std::mem::take(&mut lines);
        file = apart(move || added(file, &written)).await?;
        page = pages.next().await?;
    }
    lines.push_str(text.end());
    apart(move || added(file, &lines)?.keep()).await?;
    Ok(text.rows())
}

fn added(mut file: NewFile, text: &str) -> Result<NewFile, NotMade> {
    match file.write_all(text.as_bytes()) {
        Ok(()) => Ok(file),
        Err(why) => Err(file.failed(why)),
    }
}

async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, NotMade> + Send + 'static) -> Answer<T> {
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(CommandError::new)?;
    done.map_err(|not| match not {
        NotMade::Unwritable { .. } => {
            CommandError::new(format!("{not}. Check the folder and the free space."))
        }
        NotMade::IsThere(_) | NotMade::NoFile(_) => CommandError::new(format!("{not}.")),
    })
}
