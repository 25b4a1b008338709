//! Files that a command makes for the person: there whole or not at all, for nobody else to read, and never over a
//! file that is there unless that is asked for.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hatrack_store::private::sync_folder;
use tempfile::NamedTempFile;

use crate::failure::Failure;

/// A file on its way: beside its place until it is whole.
pub struct NewFile {
    file: NamedTempFile,
    place: PathBuf,
    replace: bool,
}

impl NewFile {
    /// Begins one for `path`. Where that is a link and may be replaced, what it points to is replaced.
    pub fn beside(path: &Path, replace: bool) -> Result<Self, Failure> {
        let place = match fs::symlink_metadata(path) {
            Ok(_) if !replace => return Err(is_there(path)),
            Ok(_) => {
                let place = fs::canonicalize(path).map_err(|why| unwritable(path, &why))?;
                if !place.is_file() {
                    return Err(Failure::usage(format!(
                        "{} is no file; give the name of a file",
                        path.display()
                    )));
                }
                place
            }
            Err(_) => path.to_owned(),
        };
        let file = tempfile::Builder::new()
            .prefix(".hatrack-")
            .tempfile_in(folder_of(&place))
            .map_err(|why| unwritable(path, &why))?;
        Ok(Self { file, place, replace })
    }

    /// Puts it into its place, written through to the disk.
    pub fn keep(self) -> Result<(), Failure> {
        let failed = |why: &io::Error| unwritable(&self.place, why);
        self.file.as_file().sync_all().map_err(|why| failed(&why))?;
        if self.replace {
            self.file.persist(&self.place)
        } else {
            self.file.persist_noclobber(&self.place)
        }
        .map_err(|why| match why.error.kind() {
            io::ErrorKind::AlreadyExists => is_there(&self.place),
            _ => unwritable(&self.place, &why.error),
        })?;
        sync_folder(folder_of(&self.place)).map_err(|why| unwritable(&self.place, &why))
    }

    /// What to say where it could not be written to.
    pub fn failed(&self, why: &io::Error) -> Failure {
        unwritable(&self.place, why)
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn is_there(path: &Path) -> Failure {
    Failure::refused(format!(
        "{} is there already; add --force to replace it, or give another name",
        path.display()
    ))
}

fn unwritable(path: &Path, why: &io::Error) -> Failure {
    Failure::refused(format!(
        "{} cannot be written: {why}; check the folder and the free space",
        path.display()
    ))
}
