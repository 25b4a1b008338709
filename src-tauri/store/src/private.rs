//! Folders and files that only this user can read.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder could not be made, or cannot be trusted with secrets.
#[derive(Debug, thiserror::Error)]
pub enum NotPrivate {
    /// It could not be made or read.
    #[error("the folder {} could not be made: {why}; check the permissions of the folder above it", path.display())]
    Unusable {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It belongs to another user, or is a link or a file.
    #[error("{} is not a folder of this user: {why}; remove it, or set HATRACK_HOME to another folder", path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// Makes `path` and closes it to others. The folder itself may not be a link: one planted in a folder that
/// everybody writes to would hand the contents to whoever planted it.
pub fn folder(path: &Path) -> Result<(), NotPrivate> {
    let unusable = |why| NotPrivate::Unusable {
        path: path.to_owned(),
        why,
    };
    make(path).map_err(unusable)?;
    let found = fs::symlink_metadata(path).map_err(unusable)?;
    if !found.is_dir() {
        return Err(NotPrivate::Foreign {
            path: path.to_owned(),
            why: "a link or a file has its name",
        });
    }
    close_to_others(path, &found)
}

/// Makes `path` and what is missing above it, closed to others. One that is there stays as it is.
#[cfg(unix)]
pub fn make(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    match fs::DirBuilder::new().recursive(true).mode(0o700).create(path) {
        Err(why) if why.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        done => done,
    }
}

/// Makes `path` and what is missing above it. One that is there stays as it is.
#[cfg(not(unix))]
pub fn make(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
fn close_to_others(path: &Path, found: &fs::Metadata) -> Result<(), NotPrivate> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if found.uid() != rustix::process::geteuid().as_raw() {
        return Err(NotPrivate::Foreign {
            path: path.to_owned(),
            why: "it belongs to another user",
        });
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).map_err(|why| NotPrivate::Unusable {
            path: path.to_owned(),
            why,
        })?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_: &Path, _: &fs::Metadata) -> Result<(), NotPrivate> {
    // The folders under AppData carry the user's own access list, which new folders inherit.
    Ok(())
}

/// Replaces `path` in one step, readable by this user alone: a temporary file beside it, written through to the
/// disk, renamed over it, and the folder written through. A crash leaves the old file or the new one, whole.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".hatrack-").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|failed| failed.error)?;
    sync_folder(folder)
}

/// Writes a folder's entries through to the disk.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

/// Windows writes directory entries through with the file.
#[cfg(not(unix))]
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Moves a broken file aside, under its own name and `label`, and returns that name. Nothing is ever thrown away:
/// a name that is taken gets a number.
pub fn set_aside(path: &Path, label: &str) -> io::Result<PathBuf> {
    let named = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{label}"));
        if n > 0 {
            name.push(format!("-{n}"));
        }
        PathBuf::from(name)
    };
    let aside = (0..u32::MAX)
        .map(named)
        .find(|name| name.symlink_metadata().is_err())
        .unwrap_or_else(|| named(u32::MAX));
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// The label of a file set aside at `now`.
pub fn broken_at(now: jiff::Timestamp) -> String {
    format!("broken-{}", now.strftime("%Y%m%dT%H%M%SZ"))
}
