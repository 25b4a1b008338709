//! The program that a line in the person's files names.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

/// `hat` as the person's `PATH` has it, where that is this process's own program: such a name stays when the program is
/// replaced by a newer one elsewhere. Else this program's own path, and where this is not `hat`, whichever is found.
pub fn this_hat() -> PathBuf {
    let own = env::current_exe().ok();
    // The kernel says so of a program that was replaced while it runs: the new one stands in its place.
    let own = own.map(|path| {
        let text = path.to_string_lossy();
        PathBuf::from(text.strip_suffix(" (deleted)").unwrap_or(&text))
    });
    match own.filter(|path| path.file_stem().is_some_and(|stem| stem == "hat")) {
        Some(own) => on_path(&own, &env::var_os("PATH").unwrap_or_default()).unwrap_or(own),
        None => PathBuf::from("hat"),
    }
}

/// The name by which the path leads to this program.
fn on_path(own: &Path, path: &OsStr) -> Option<PathBuf> {
    let name = own.file_name()?;
    let real = fs::canonicalize(own).ok()?;
    env::split_paths(path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(name))
        .find(|candidate| fs::canonicalize(candidate).is_ok_and(|found| found == real))
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_name_on_the_path_is_taken_where_it_leads_to_this_program() {
        let folder = tempfile::tempdir().unwrap();
        let [versioned, bin, other] = ["hat-1.2", "bin", "other"].map(|name| folder.path().join(name));
        for part in [&versioned, &bin, &other] {
            fs::create_dir(part).unwrap();
        }
        let own = versioned.join("hat");
        fs::write(&own, "").unwrap();
        std::os::unix::fs::symlink(&own, bin.join("hat")).unwrap();
        let found = |folders: &[&PathBuf]| on_path(&own, &env::join_paths(folders).unwrap());
        assert_eq!(found(&[&other, &bin]), Some(bin.join("hat")));
        assert_eq!(found(&[&other]), None);
        fs::write(other.join("hat"), "another").unwrap();
        assert_eq!(found(&[&other, &bin]), Some(bin.join("hat")));
    }
}
