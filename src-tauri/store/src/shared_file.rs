//! Changing one of the shared AWS files.
//!
//! Invariants: the file is the old one or the new one, whole, however a process ends; of two Hatracks one changes it at
//! a time; what another tool writes meanwhile is never overwritten by what was read before; its mode stays as it was,
//! and a link to it stays a link. The AWS CLI takes no lock: its writes are noticed.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use hatrack_core::shared_config::{ConfigError, FileKind, SourceFile};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::aws_files::{Location, read_one};
use crate::private;

mod change;

pub use change::Edited;

/// How long another process may hold the lock: it is held for one change.
const PATIENCE: Duration = Duration::from_secs(10);
/// As many links in a row are followed as Linux follows.
const MOST_LINKS: usize = 40;
/// How often it is looked whether the lock is free.
const LOOK: Duration = Duration::from_millis(25);

/// A shared file could not be changed. It is then as it was.
#[derive(Debug, thiserror::Error)]
pub enum SharedFileFailure {
    /// It cannot be read, or is broken.
    #[error(transparent)]
    Broken(#[from] ConfigError),
    /// The disk refused.
    #[error("{} could not be {doing}: {why}; check its permissions and the free space", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// `written`, `locked`, `backed up`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// Another process holds the lock.
    #[error("another Hatrack is changing {}; try again in a moment", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// Somebody else wrote it meanwhile.
    #[error("{} was changed by another program meanwhile, so it was left alone; try again", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// It is another user's.
    #[error("{} belongs to another user, so it was left alone; change it as that user", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

/// One of the shared files, to be changed.
#[derive(Debug, Clone)]
pub struct SharedFile {
    location: Location,
    kind: FileKind,
}

impl SharedFile {
    /// The file at this place.
    pub fn at(location: &Location, kind: FileKind) -> Self {
        Self {
            location: location.clone(),
            kind,
        }
    }

    /// The file as it is now; an empty text where there is none. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read(&self) -> Result<SourceFile, ConfigError> {
        let bytes = read_one(&self.location)?.map(|(bytes, _)| bytes);
        SourceFile::from_bytes(self.kind, &self.location.name, bytes.unwrap_or_default())
    }

    /// Waits until this process alone may change it.
    ///
    /// # Errors
    /// Where its folder cannot be written to, where it is another user's, and after ten seconds.
    pub async fn lock(&self) -> Result<LockedFile, SharedFileFailure> {
        // Whoever keeps the file elsewhere and has a link here keeps the link.
        let path = target_of(&self.location.path);
        if is_foreign(&path) {
            return Err(SharedFileFailure::Foreign { path });
        }
        let beside = named(&path, "hatrack-lock");
        let failed = |why| disk(&path, "locked", why);
        private::make(path.parent().unwrap_or(Path::new("."))).map_err(failed)?;
        let lock = private_file(&beside).map_err(failed)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => tokio::time::sleep(LOOK).await,
                Err(TryLockError::WouldBlock) => return Err(SharedFileFailure::Busy { path }),
                Err(TryLockError::Error(why)) => return Err(failed(why)),
            }
        }
        Ok(LockedFile {
            file: self.clone(),
            path,
            _lock: lock,
        })
    }
}

/// A shared file that no other Hatrack changes meanwhile.
#[derive(Debug)]
pub struct LockedFile {
    file: SharedFile,
    path: PathBuf,
    _lock: File,
}

impl LockedFile {
    /// As [`SharedFile::read`]: somebody may have changed it while the lock was waited for.
    ///
    /// # Errors
    /// Where it is there and cannot be read.
    pub fn read(&self) -> Result<SourceFile, SharedFileFailure> {
        Ok(self.file.read()?)
    }

    /// Copies `read` beside the file, for this user alone, and returns where. Nothing is overwritten. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn back_up(&self, read: &SourceFile, now: Timestamp) -> Result<PathBuf, SharedFileFailure> {
        let stamp = now.strftime("hatrack-backup-%Y%m%dT%H%M%SZ").to_string();
        let free = (0..u32::MAX).map(|n| match n {
            0 => named(&self.path, &stamp),
            n => named(&self.path, &format!("{stamp}-{n}")),
        });
        let to = free
            .into_iter()
            .find(|path| path.symlink_metadata().is_err())
            .unwrap_or_else(|| named(&self.path, &stamp));
        private::replace(&to, read.text().as_bytes()).map_err(|why| disk(&to, "written", why))?;
        Ok(to)
    }

    /// Puts `text` in the place of `read`, in one step. Durable when it returns. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written, and where the file is not `read` any more.
    pub fn write(&self, read: &SourceFile, text: &str) -> Result<(), SharedFileFailure> {
        let failed = |why| disk(&self.path, "written", why);
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut new = tempfile::Builder::new()
            .prefix(".hatrack-")
            .tempfile_in(folder)
            .map_err(failed)?;
        new.write_all(text.as_bytes()).map_err(failed)?;
        if let Ok(about) = fs::metadata(&self.path) {
            new.as_file()
                .set_permissions(about.permissions())
                .map_err(failed)?;
        }
        new.as_file().sync_all().map_err(failed)?;
        if self.read()?.text() != read.text() {
            let path = self.path.clone();
            return Err(SharedFileFailure::Changed { path });
        }
        new.persist(&self.path).map_err(|why| failed(why.error))?;
        private::sync_folder(folder).map_err(failed)
    }
}

/// The file that a path leads to, whether it is there or not: of a link, what it points at.
fn target_of(path: &Path) -> PathBuf {
    if let Ok(path) = fs::canonicalize(path) {
        return path;
    }
    let mut path = path.to_owned();
    for _ in 0..MOST_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new(".")).join(target);
    }
    path
}

fn disk(path: &Path, doing: &'static str, why: io::Error) -> SharedFileFailure {
    SharedFileFailure::Disk {
        path: path.to_owned(),
        doing,
        why,
    }
}

/// The file's own name, and more.
fn named(path: &Path, more: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(more);
    PathBuf::from(name)
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(unix)]
fn is_foreign(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).is_ok_and(|about| about.uid() != rustix::process::geteuid().as_raw())
}

#[cfg(not(unix))]
fn is_foreign(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests;
