//! A file that rows are written into one page after the other.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::private;

/// A file on its way: beside its place until it is whole, readable by this user alone. What is dropped half-way leaves
/// nothing behind, and what was there before as it was.
#[derive(Debug)]
pub struct ExportFile {
    file: BufWriter<NamedTempFile>,
    place: PathBuf,
}

impl ExportFile {
    /// Begins one for `place`. Blocks shortly.
    pub fn beside(place: &Path) -> io::Result<Self> {
        let file = tempfile::Builder::new()
            .prefix(".hatrack-")
            .tempfile_in(folder_of(place))?;
        Ok(Self {
            file: BufWriter::new(file),
            place: place.to_owned(),
        })
    }

    /// Adds to it. Blocks shortly.
    pub fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())
    }

    /// Puts it into its place, written through to the disk. Blocks shortly.
    pub fn keep(self) -> io::Result<()> {
        let file = self.file.into_inner().map_err(|why| why.into_error())?;
        file.as_file().sync_all()?;
        file.persist(&self.place).map_err(|failed| failed.error)?;
        private::sync_folder(folder_of(&self.place))
    }
}

fn folder_of(place: &Path) -> &Path {
    match place.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("history.csv");
        let mut given_up = ExportFile::beside(&place).unwrap();
        given_up.write("half").unwrap();
        assert!(!place.exists());
        drop(given_up);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);

        let mut whole = ExportFile::beside(&place).unwrap();
        whole.write("a,").unwrap();
        whole.write("b\r\n").unwrap();
        whole.keep().unwrap();
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "a,b\r\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&place).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
