//! What unfinished uploads need to go on: a journal each, appended to while parts are sent.
//!
//! Invariants: a journal is held by one process at a time, by a lock that goes with it; it holds no secret; one that
//! is torn by a kill is read up to there by whoever reads it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hatrack_core::bucket::transfer::{Journal, Journals};

use crate::private;

const EXTENSION: &str = "journal";
/// The longest journal that is read: that of ten thousand parts is far shorter; one of a folder has a line for each file.
const LONGEST: u64 = 64 * 1024 * 1024;

/// A folder of journals.
#[derive(Debug, Clone)]
pub struct TransferJournals {
    folder: PathBuf,
}

impl TransferJournals {
    /// In `folder`, which is made when the first is.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Journals for TransferJournals {
    fn open(&self, id: &str) -> io::Result<Option<Box<dyn Journal>>> {
        // Names are made by us; anything else would be a path.
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        private::folder(&self.folder).map_err(io::Error::other)?;
        let path = self.folder.join(id).with_extension(EXTENSION);
        loop {
            let file = options().create(true).truncate(false).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                // Whoever only looks lets go at once.
                Err(fs::TryLockError::WouldBlock) if only_looked_at(&file) => continue,
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                // The lock of a file system that has none is not missed.
                Err(fs::TryLockError::Error(_)) => {}
            }
            // Whoever held it may have taken it away just now.
            if is_at(&file, &path)? {
                // That of a process that was killed while it wrote anew.
                let _ = fs::remove_file(aside(&path));
                return Ok(Some(Box::new(Held {
                    path,
                    file: Mutex::new(file),
                })));
            }
        }
    }

    fn every(&self) -> io::Result<Vec<io::Result<Vec<u8>>>> {
        let every = self.files()?.into_iter().filter_map(|(_, path)| {
            let file = unless_gone(File::open(path)).transpose()?;
            Some(file.and_then(|mut file| read(&mut file)))
        });
        Ok(every.collect())
    }

    fn all(&self) -> io::Result<Vec<(String, io::Result<Vec<u8>>)>> {
        let all = self.files()?.into_iter().filter_map(|(id, path)| {
            let text = resting(&path).transpose()?;
            Some((id, text))
        });
        Ok(all.collect())
    }
}

impl TransferJournals {
    /// The journals by their names.
    fn files(&self) -> io::Result<Vec<(String, PathBuf)>> {
        let entries = match fs::read_dir(&self.folder) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let id = path.file_stem().and_then(|name| name.to_str()).map(str::to_owned);
            if let (Some(id), true) = (id, path.extension().is_some_and(|end| end == EXTENSION)) {
                found.push((id, path));
            }
        }
        Ok(found)
    }
}

/// What the journal at `path` holds, if nobody has it open.
fn resting(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = unless_gone(options().open(path))? else {
        return Ok(None);
    };
    // Beside others that only look: one that begins just then must not find it taken.
    if matches!(file.try_lock_shared(), Err(fs::TryLockError::WouldBlock)) {
        return Ok(None);
    }
    read(&mut file).map(Some)
}

/// One that goes meanwhile is no longer there to be read.
fn unless_gone(opened: io::Result<File>) -> io::Result<Option<File>> {
    match opened {
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => opened.map(Some),
    }
}

/// Where a journal is written anew before it takes the old one's place.
fn aside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

/// Whether it is locked by somebody who reads it, and by nobody who writes.
fn only_looked_at(file: &File) -> bool {
    file.try_lock_shared().is_ok()
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Ok(named) => Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino())),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(why) => Err(why),
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    Ok(path.exists())
}

fn read(file: &mut File) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// One journal, open and locked.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    file: Mutex<File>,
}

impl Held {
    fn file(&self) -> MutexGuard<'_, File> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Journal for Held {
    fn read(&self) -> io::Result<Vec<u8>> {
        read(&mut self.file())
    }

    fn append(&self, text: &str) -> io::Result<()> {
        let mut file = self.file();
        file.seek(SeekFrom::End(0))?;
        file.write_all(text.as_bytes())
    }

    fn replace(&self, text: &str) -> io::Result<()> {
        let mut held = self.file();
        let aside = aside(&self.path);
        let mut file = options().create(true).truncate(true).open(&aside)?;
        // Locked before it is found under its name.
        if let Err(fs::TryLockError::WouldBlock) = file.try_lock() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        file.write_all(text.as_bytes())?;
        // Its beginning is what the parts in S3 are found by.
        file.sync_data()?;
        fs::rename(&aside, &self.path)?;
        *held = file;
        Ok(())
    }

    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
            done => done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_kept_and_held_by_one() {
        let folder = tempfile::tempdir().unwrap();
        let journals = TransferJournals::in_folder(folder.path().join("transfers"));
        assert!(journals.all().unwrap().is_empty());
        let one = journals.open("ab12").unwrap().unwrap();
        assert!(journals.open("ab12").unwrap().is_none());
        one.replace("first\n").unwrap();
        one.append("second\n").unwrap();
        assert_eq!(one.read().unwrap(), b"first\nsecond\n");
        assert!(journals.all().unwrap().is_empty());
        drop(one);
        let all = journals.all().unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].0, "ab12");
        assert_eq!(all[0].1.as_ref().unwrap(), b"first\nsecond\n");
        let again = journals.open("ab12").unwrap().unwrap();
        again.remove().unwrap();
        drop(again);
        assert_eq!(journals.open("ab12").unwrap().unwrap().read().unwrap(), b"");
    }

    #[test]
    fn one_that_cannot_be_written_anew_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let journals = TransferJournals::in_folder(folder.path().to_owned());
        let one = journals.open("ab").unwrap().unwrap();
        one.replace("first\n").unwrap();
        // As on a full disk.
        fs::create_dir(folder.path().join("ab.new")).unwrap();
        assert!(one.replace("other\n").is_err());
        assert_eq!(one.read().unwrap(), b"first\n");
        fs::remove_dir(folder.path().join("ab.new")).unwrap();
        one.replace("other\n").unwrap();
        one.append("more\n").unwrap();
        assert_eq!(one.read().unwrap(), b"other\nmore\n");
        assert!(
            journals.open("ab").unwrap().is_none(),
            "it is held as it was before"
        );
        drop(one);
        let every: io::Result<Vec<_>> = journals.every().unwrap().into_iter().collect();
        assert_eq!(every.unwrap(), [b"other\nmore\n"]);
    }

    #[test]
    fn one_that_cannot_be_read_does_not_hide_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let journals = TransferJournals::in_folder(folder.path().to_owned());
        fs::create_dir(folder.path().join("ab.journal")).unwrap();
        let whole = journals.open("cd").unwrap().unwrap();
        whole.append("text\n").unwrap();
        drop(whole);
        let every = journals.every().unwrap();
        assert_eq!(every.iter().filter(|text| text.is_err()).count(), 1);
        assert!(every.iter().flatten().eq([b"text\n"]));
        let all = journals.all().unwrap();
        assert!(all.iter().all(|(id, text)| text.is_err() == (id == "ab")));
        assert_eq!(all.len(), 2);
    }

    #[test]
    fn a_name_is_no_path() {
        let folder = tempfile::tempdir().unwrap();
        let journals = TransferJournals::in_folder(folder.path().to_owned());
        for name in ["", "../x", "a/b", "x"] {
            assert!(journals.open(name).is_err(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_journal_is_this_users_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let journals = TransferJournals::in_folder(folder.path().to_owned());
        let _held = journals.open("ab").unwrap().unwrap();
        let mode = folder
            .path()
            .join("ab.journal")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0);
    }
}
