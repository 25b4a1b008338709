//! The export text itself, secrets and all.

use std::fmt;

use zeroize::Zeroizing;

use super::Shell;
use super::statement::{Unquotable, UnsetFrame};
use super::variables::{Change, Parts, Value, changes, undone};
use crate::secret::{Credentials, Secret};

/// What an export is made from.
#[derive(Debug, Clone, Copy)]
pub struct Exports<'a> {
    /// The credentials.
    pub credentials: &'a Credentials,
    /// The region; both of its variables are set.
    pub region: &'a str,
    /// Whose session it is, for the shell's prompt: see [`super::prompt_name`].
    pub role: Option<&'a str>,
}

/// Text with secrets in it, on its way to a pipe or the clipboard. `Debug` hides it; its memory is cleared when it
/// is dropped.
#[derive(Clone)]
pub struct ExportText(Zeroizing<String>);

impl ExportText {
    /// The text, for the one place that hands it out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ExportText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// The lines that set a session's variables in `shell`, each ending in a line break.
///
/// A `.env` file and JSON only set: the first has no way to unset, and a reader of the second expects text values.
pub fn export_text(shell: Shell, exports: Exports<'_>) -> Result<ExportText, Unquotable> {
    let credentials = exports.credentials;
    let parts = Parts {
        access_key_id: credentials.access_key_id.clone(),
        secret_access_key: &credentials.secret_access_key,
        session_token: credentials.session_token.as_ref(),
        region: exports.region.to_owned(),
        expires_at: credentials.expires_at,
        role: exports.role.filter(|_| shell.has_a_prompt()).map(str::to_owned),
    };
    let mut lines = Vec::new();
    for change in changes::<&Secret>(parts) {
        match change {
            Change::Set(name, Value::Shown(value)) => lines.push(set(shell, name, &value)?),
            Change::Set(name, Value::Secret(value)) => lines.push(set(shell, name, value.expose())?),
            Change::Unset(name) => {
                lines.extend(shell.unset_frame_beside_set().map(|frame| unset(&frame, name)))
            }
        }
    }
    Ok(join(shell, &lines))
}

/// The lines that undo an export in `shell`.
pub fn unset_text(shell: Shell) -> Result<ExportText, Unquotable> {
    let frame = shell.unset_frame().ok_or(Unquotable::CannotUnset { shell })?;
    let lines: Vec<_> = undone().map(|name| unset(&frame, name)).collect();
    Ok(join(shell, &lines))
}

pub(super) fn set(shell: Shell, name: &'static str, value: &str) -> Result<Zeroizing<String>, Unquotable> {
    let frame = shell.frame();
    let escaped = shell.escape(name, value)?;
    Ok(joined(&[
        frame.before,
        name,
        frame.between,
        &escaped,
        frame.after,
    ]))
}

pub(super) fn unset(frame: &UnsetFrame, name: &str) -> Zeroizing<String> {
    joined(&[frame.before, name, frame.after])
}

pub(super) fn join(shell: Shell, lines: &[Zeroizing<String>]) -> ExportText {
    let (first, last, separator) = shell.wrapping();
    let mut pieces = Vec::with_capacity(lines.len() * 3 + 4);
    if !first.is_empty() {
        pieces.extend([first, "\n"]);
    }
    for (at, line) in lines.iter().enumerate() {
        let end = if at + 1 < lines.len() { separator } else { "" };
        pieces.extend([line.as_str(), end, "\n"]);
    }
    if !last.is_empty() {
        pieces.extend([last, "\n"]);
    }
    ExportText(joined(&pieces))
}

/// Joined in memory reserved once: growing would leave copies behind that nobody clears.
fn joined(pieces: &[&str]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(
        pieces.iter().map(|piece| piece.len()).sum(),
    ));
    pieces.iter().for_each(|piece| text.push_str(piece));
    text
}
