//! The files that the person has chosen in a dialog of the desktop.
//!
//! The page names one by its number, never by a path: no roles and no settings are read that were not chosen. A team's
//! file is named by what the person types, an address or a path, and the agent reads it as a team's file alone.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::wire::ChosenFile;

/// The last few.
#[derive(Debug, Default)]
pub struct ChosenFiles(Mutex<(u32, Vec<(u32, PathBuf)>)>);

/// Enough for the dialogs that one has open.
const KEPT: usize = 8;

impl ChosenFiles {
    /// Remembers one.
    pub fn keep(&self, path: PathBuf) -> ChosenFile {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, files) = &mut *held;
        *last += 1;
        let chosen = ChosenFile {
            id: *last,
            path: path.display().to_string(),
        };
        files.push((chosen.id, path));
        if files.len() > KEPT {
            files.remove(0);
        }
        chosen
    }

    /// The file of that number.
    pub fn of(&self, id: u32) -> Option<PathBuf> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.1.iter().find(|(known, _)| *known == id);
        found.map(|(_, path)| path.clone())
    }
}
