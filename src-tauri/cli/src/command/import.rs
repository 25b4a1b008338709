//! `hat import`: roles from another tool's file.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use hatrack_agent::protocol::{ImportRoles, ImportSource, Imported};

use super::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;

/// The arguments of `hat import`.
#[derive(Debug, Args)]
pub struct Import {
    /// The configuration of AWS Extend Switch Roles, or Leapp's workspace as plain JSON
    file: PathBuf,
    /// What roles start from, where no profile has the name that the file says
    #[arg(long, value_name = "PROFILE")]
    from: Option<String>,
    /// Only show what it would add
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    listing: Listing,
}

impl Import {
    /// Adds what can be added, and tells of the rest.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let request = ImportRoles {
            source: ImportSource::Path(self.file),
            from: self.from,
            dry_run: self.dry_run,
            seen: None,
        };
        let imported = context.agent().await?.import_roles(request).await?;
        if self.listing.json {
            out::json(&imported)?;
        } else {
            table(&imported, self.dry_run).print()?;
            out::note(&format!(
                "{} of {}: {} {}, {} there already, {} not usable",
                imported.added.len() + imported.present.len() + imported.unusable.len(),
                imported.format.label(),
                imported.added.len(),
                if self.dry_run { "to add" } else { "added" },
                imported.present.len(),
                imported.unusable.len()
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn table(imported: &Imported, dry_run: bool) -> Table {
    let mut table = Table::new(["NAME", "WHAT", "ROLE", "FROM", "WHY"]);
    let added = if dry_run { "would be added" } else { "added" };
    let rows = imported.added.iter().map(|row| (row, added));
    for (row, what) in rows.chain(imported.present.iter().map(|row| (row, "is there"))) {
        let arn = row.arn.as_ref().map(ToString::to_string).unwrap_or_default();
        table.row([&row.name, what, &arn, &row.start, ""]);
    }
    for one in &imported.unusable {
        table.row([&one.name, "not usable", "", "", &one.why]);
    }
    table
}
