//! The whole history for another program.

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;
use hatrack_agent::client::{AgentError, HistoryPages};
use hatrack_core::history_text::{HistoryFormat, HistoryText};
use hatrack_store::new_file::NewFile;

use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// What the other program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// RFC 4180, as spreadsheets take it; what looks like a formula gets a `'` before it
    Csv,
    /// One array, a row on each line
    Json,
}

impl From<Format> for HistoryFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Csv => Self::Csv,
            Format::Json => Self::Json,
        }
    }
}

/// Writes the pages to standard output. A reader that has gone away, such as `head`, is no failure.
pub(super) async fn to_stdout(pages: &mut HistoryPages<'_>, format: Format) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write(pages, format, &mut out).await {
        Ok(_) => Ok(()),
        Err(Unwritten::Rows(failure)) => Err(failure),
        Err(Unwritten::Text(why)) => out::unless_gone(why),
    }
}

/// Writes the pages to a file that is there whole or not at all.
pub(super) async fn to_file(
    pages: &mut HistoryPages<'_>,
    format: Format,
    path: &Path,
    force: bool,
) -> Result<(), Failure> {
    let mut interruption = Interruption::listen()
        .map_err(|why| Failure::refused(format!("the system gave no signals: {why}; try again")))?;
    let mut file = NewFile::beside(path, force)?;
    let written = tokio::select! {
        written = write(pages, format, &mut file) => written,
        // What was begun beside the file's place goes with it.
        () = interruption.come() => return Err(Failure::refused("the export was given up")),
    };
    match written {
        Ok(rows) => {
            file.keep()?;
            let rows = if rows == 1 {
                "1 row".to_owned()
            } else {
                format!("{rows} rows")
            };
            out::note(&format!("{rows} written to {}", path.display()));
            Ok(())
        }
        Err(Unwritten::Rows(failure)) => Err(failure),
        Err(Unwritten::Text(why)) => Err(file.failed(why).into()),
    }
}

/// Why not every row is written.
enum Unwritten {
    /// The agent did not give them.
    Rows(Failure),
    /// Nobody took the text.
    Text(io::Error),
}

impl From<AgentError> for Unwritten {
    fn from(error: AgentError) -> Self {
        Self::Rows(error.into())
    }
}

impl From<io::Error> for Unwritten {
    fn from(why: io::Error) -> Self {
        Self::Text(why)
    }
}

/// How many rows were written. Nothing is before the first page has come: what fails at once leaves nothing behind.
async fn write(pages: &mut HistoryPages<'_>, format: Format, to: &mut impl Write) -> Result<u64, Unwritten> {
    let mut rows = HistoryText::of(format.into());
    let mut text = rows.begin();
    while let Some(page) = pages.next().await? {
        for row in page {
            rows.add(&row, &mut text).map_err(io::Error::from)?;
        }
        to.write_all(text.as_bytes())?;
        text.clear();
    }
    // Without a single page what stands before the rows is still to be written.
    text.push_str(rows.end());
    to.write_all(text.as_bytes())?;
    to.flush()?;
    Ok(rows.rows())
}
