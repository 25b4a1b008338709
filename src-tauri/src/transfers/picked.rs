//! Files and folders that the person has chosen in a dialog or dropped on the window.
//!
//! The page names them by a number, never by a path: nothing is sent that was not chosen.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use hatrack_core::transfer_view::PickedView;

/// The last few.
#[derive(Debug, Default)]
pub struct Picked(Mutex<Held>);

/// The last number given, and the choices by their numbers.
type Held = (u32, Vec<(u32, Vec<PathBuf>)>);

/// Enough for the dialogs that one has open.
const KEPT: usize = 8;
/// So many names are told.
const NAMED: usize = 20;

impl Picked {
    /// Remembers them.
    pub fn keep(&self, paths: Vec<PathBuf>) -> PickedView {
        let names = paths.iter().take(NAMED).map(|path| {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
            match path.is_dir() {
                true => format!("{name}/"),
                false => name.into_owned(),
            }
        });
        let names = names.collect();
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (last, all) = &mut *held;
        *last += 1;
        let view = PickedView {
            id: *last,
            names,
            count: u32::try_from(paths.len()).unwrap_or(u32::MAX),
        };
        all.push((view.id, paths));
        if all.len() > KEPT {
            all.remove(0);
        }
        view
    }

    /// Those of that number.
    pub fn of(&self, id: u32) -> Option<Vec<PathBuf>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = held.1.iter().find(|(known, _)| *known == id);
        found.map(|(_, paths)| paths.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_page_learns_names_and_no_paths() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("photos")).unwrap();
        let paths = vec![folder.path().join("photos"), folder.path().join("a.txt")];
        let picked = Picked::default();
        let view = picked.keep(paths.clone());
        assert_eq!(view.names, ["photos/", "a.txt"]);
        assert_eq!(picked.of(view.id), Some(paths));
        assert_eq!(picked.of(view.id + 1), None);
    }
}
