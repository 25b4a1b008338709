//! What comes from files and goes to them: other tools' roles, and settings.

use std::path::PathBuf;

use hatrack_agent::protocol::{
    Changes, ErrorCode, ImportRoles, ImportSettings, ImportSource, Imported, ImportedRow,
};
use hatrack_store::private;
use hatrack_store::teams::FileHash;

use crate::desk::Desk;
use crate::wire::{
    ChooseFileRequest, ChosenFile, CommandError, FileFor, ImportFrom, ImportRequest, ImportSettingsRequest,
    ImportUndone, ImportedRoleView, ImportedView, SettingsChange, SettingsChanges, UnusableView,
};

type Answer<T> = Result<T, CommandError>;

/// What is pasted goes to the agent in one request, which has a limit of its own.
const LONGEST_PASTE: usize = 48 * 1024;

/// Asks for a file; `None` where the person cancelled the dialog.
pub async fn choose_file(desk: &Desk, request: ChooseFileRequest) -> Answer<Option<ChosenFile>> {
    let title = match request.purpose {
        FileFor::Roles => "Import roles",
        FileFor::Settings => "Import settings",
    };
    let file = desk.front().ask_file(title).await;
    Ok(file.map(|file| desk.chosen_files().keep(file)))
}

fn chosen(desk: &Desk, id: u32) -> Answer<PathBuf> {
    let file = desk.chosen_files().of(id);
    file.ok_or_else(|| CommandError::new("That file was chosen too long ago. Choose it again."))
}

/// Adds the roles of another tool's file, or only tells what that would add.
pub async fn import_roles(desk: &Desk, request: ImportRequest) -> Answer<ImportedView> {
    let source = match request.source {
        ImportFrom::File { id } => ImportSource::Path(chosen(desk, id)?),
        ImportFrom::Text { text } if text.len() > LONGEST_PASTE => {
            return Err(CommandError::new(
                "That is too long to paste. Save it as a file and choose the file.",
            ));
        }
        ImportFrom::Text { text } => ImportSource::Text(text),
    };
    let asked = ImportRoles {
        source,
        from: request.from,
        dry_run: request.seen.is_none(),
        seen: seen(request.seen)?,
    };
    let adds = !asked.dry_run;
    let imported = desk.agent().await?.import_roles(asked).await?;
    if adds {
        desk.last_import()
            .keep(imported.added.iter().map(|row| row.key.clone()));
    }
    Ok(imported.into())
}

fn seen(sha256: Option<String>) -> Answer<Option<FileHash>> {
    sha256
        .map(|text| text.parse())
        .transpose()
        .map_err(CommandError::new)
}

/// Removes the roles that the last import added. What cannot be removed is tried again the next time.
pub async fn undo_import(desk: &Desk) -> Answer<ImportUndone> {
    let agent = desk.agent().await?;
    let mut undone = ImportUndone::default();
    let mut left = Vec::new();
    // What starts from another role of the file goes before that one.
    for key in desk.last_import().take().into_iter().rev() {
        match agent.remove_role(&key).await {
            Ok(()) => undone.removed += 1,
            // The person has removed it meanwhile.
            Err(error) if error.code() == Some(ErrorCode::NoSuchRole) => {}
            Err(error) => {
                undone.left += 1;
                undone.why = Some(error.to_string());
                left.push(key);
            }
        }
    }
    desk.last_import().keep(left.into_iter().rev());
    Ok(undone)
}

/// Writes the settings to a file that the person names; `None` where the dialog was cancelled.
pub async fn export_settings(desk: &Desk) -> Answer<Option<String>> {
    let text = desk.agent().await?.export_settings().await?;
    let file = desk
        .front()
        .ask_new_file("Export settings", "hatrack-settings.json");
    let Some(file) = file.await else {
        return Ok(None);
    };
    private::replace(&file, text.as_bytes()).map_err(|why| {
        let shown = file.display();
        CommandError::new(format!(
            "{shown} cannot be written: {why}. Check the folder and the free space."
        ))
    })?;
    Ok(Some(file.display().to_string()))
}

/// Takes over a file of settings, or only tells what that would change.
pub async fn import_settings(desk: &Desk, request: ImportSettingsRequest) -> Answer<SettingsChanges> {
    let asked = ImportSettings {
        path: chosen(desk, request.file)?,
        dry_run: request.seen.is_none(),
        seen: seen(request.seen)?,
    };
    let Changes { sha256, changes } = desk.agent().await?.import_settings(asked).await?;
    let view = |change: hatrack_agent::protocol::Change| SettingsChange {
        of: change.of,
        what: change.what,
        was: change.was,
        becomes: change.becomes,
    };
    Ok(SettingsChanges {
        sha256: sha256.to_string(),
        changes: changes.into_iter().map(view).collect(),
    })
}

impl From<Imported> for ImportedView {
    fn from(imported: Imported) -> Self {
        let unusable = imported.unusable.into_iter();
        Self {
            format: imported.format.label().to_owned(),
            sha256: imported.sha256.to_string(),
            added: imported.added.into_iter().map(Into::into).collect(),
            present: imported.present.into_iter().map(Into::into).collect(),
            unusable: unusable
                .map(|one| UnusableView {
                    name: one.name,
                    why: one.why,
                })
                .collect(),
        }
    }
}

impl From<ImportedRow> for ImportedRoleView {
    fn from(row: ImportedRow) -> Self {
        Self {
            name: row.name,
            key: row.key,
            arn: row.arn.map(|arn| arn.to_string()),
            start: row.start,
        }
    }
}
