//! Files that are made for the person: there whole or not at all, for nobody else to read, and never over a file that is
//! there unless that is asked for.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::private;

/// A file on its way: beside its place until it is whole. What is dropped half-way leaves nothing behind, and what was
/// there before as it was.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    place: PathBuf,
    replace: bool,
}

/// Why a file was not made.
#[derive(Debug, thiserror::Error)]
pub enum NotMade {
    /// Another one is there, and was not to be replaced.
    #[error("{} is there already", .0.display())]
    IsThere(PathBuf),
    /// What is to be replaced is a folder or the like.
    #[error("{} is no file; give the name of a file", .0.display())]
    NoFile(PathBuf),
    /// The disk does not take it.
    #[error("{} cannot be written: {why}", path.display())]
    Unwritable {
        /// Its place.
        path: PathBuf,
        /// What the system says.
        why: io::Error,
    },
}

impl NewFile {
    /// Begins one for `path`. Where that is a link and may be replaced, what it points to is replaced. Blocks shortly, as
    /// do the others.
    pub fn beside(path: &Path, replace: bool) -> Result<Self, NotMade> {
        let place = match fs::symlink_metadata(path) {
            Ok(_) if !replace => return Err(NotMade::IsThere(path.to_owned())),
            Ok(_) => {
                let place = fs::canonicalize(path).map_err(|why| unwritable(path, why))?;
                if !place.is_file() {
                    return Err(NotMade::NoFile(path.to_owned()));
                }
                place
            }
            Err(_) => path.to_owned(),
        };
        let file = tempfile::Builder::new()
            .prefix(".hatrack-")
            .tempfile_in(folder_of(&place))
            .map_err(|why| unwritable(path, why))?;
        Ok(Self { file, place, replace })
    }

    /// Puts it into its place, written through to the disk.
    pub fn keep(self) -> Result<(), NotMade> {
        let Self { file, place, replace } = self;
        file.as_file().sync_all().map_err(|why| unwritable(&place, why))?;
        let kept = match replace {
            true => file.persist(&place),
            false => file.persist_noclobber(&place),
        };
        kept.map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => NotMade::IsThere(place.clone()),
            _ => unwritable(&place, failed.error),
        })?;
        private::sync_folder(folder_of(&place)).map_err(|why| unwritable(&place, why))
    }

    /// What to say where it could not be written to.
    pub fn failed(&self, why: io::Error) -> NotMade {
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

fn unwritable(path: &Path, why: io::Error) -> NotMade {
    NotMade::Unwritable {
        path: path.to_owned(),
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("history.csv");
        let mut given_up = NewFile::beside(&place, true).unwrap();
        given_up.write_all(b"half").unwrap();
        assert!(!place.exists());
        drop(given_up);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut whole = NewFile::beside(&place, true).unwrap();
        whole.write_all(b"a,").unwrap();
        whole.write_all(b"b\r\n").unwrap();
        whole.keep().unwrap();
        assert_eq!(fs::read_to_string(&place).unwrap(), "a,b\r\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&place).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_there_or_comes_meanwhile_is_not_replaced_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("history.csv");
        let new = NewFile::beside(&place, false).unwrap();
        fs::write(&place, "another's").unwrap();
        assert!(matches!(new.keep(), Err(NotMade::IsThere(at)) if at == place));
        assert!(matches!(NewFile::beside(&place, false), Err(NotMade::IsThere(_))));
        assert!(matches!(
            NewFile::beside(folder.path(), true),
            Err(NotMade::NoFile(_))
        ));
        assert_eq!(fs::read_to_string(&place).unwrap(), "another's");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_it_points_to_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (place, link) = (folder.path().join("real.csv"), folder.path().join("link.csv"));
        fs::write(&place, "old").unwrap();
        std::os::unix::fs::symlink(&place, &link).unwrap();
        let mut new = NewFile::beside(&link, true).unwrap();
        new.write_all(b"new").unwrap();
        new.keep().unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&place).unwrap(), "new");
    }
}
