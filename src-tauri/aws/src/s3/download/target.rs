//! The folder that downloads go to.
//!
//! Invariant: every path is resolved below an open folder, one plain name at a time, and no link is followed: one that
//! was planted before or is put there meanwhile leads nowhere.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use hatrack_core::bucket::LocalPath;

use super::super::S3Failure;
use super::disk::failed;
use super::naming::UsualPermissions;

/// A folder that the person chose. Open: what happens to its path afterwards does not matter.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    dir: Arc<Dir>,
    /// Of it and the folders below.
    usual: UsualPermissions,
}

/// The file that an object becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// By a name that comes from the bucket: nothing is overwritten, a name that is taken gets a number.
    Below(LocalPath),
    /// Right in the folder, by a name that the person chose: a file of that name is replaced. A single plain name.
    Exact(OsString),
    /// Likewise, but nothing is replaced: [`S3Failure::Taken`] where a file of that name is there by then.
    New(OsString),
    /// Likewise, as a sync wants it.
    Synced(Synced),
}

/// A file that a sync makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synced {
    /// A single plain name.
    pub name: OsString,
    /// The one that it may replace; `None` where nothing may be there.
    pub over: Option<Over>,
    /// When its source was written.
    pub modified: Option<SystemTime>,
}

/// What tells a file that was seen from one that was written since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Over {
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Option<SystemTime>,
}

impl Destination {
    pub(super) fn folders(&self) -> &[String] {
        match self {
            Self::Below(path) => path.folders(),
            Self::Exact(_) | Self::New(_) | Self::Synced(_) => &[],
        }
    }

    /// What tells it from another in the same folder.
    pub(super) fn name(&self) -> OsString {
        match self {
            Self::Below(path) => path.file_name().into(),
            Self::Exact(name) | Self::New(name) => name.clone(),
            Self::Synced(to) => to.name.clone(),
        }
    }
}

impl Folder {
    /// Opens the folder. It must be there; links on the way to it are the person's own.
    pub fn open(path: &Path) -> Result<Self, S3Failure> {
        let dir =
            Dir::open_ambient_dir(path, ambient_authority()).map_err(|why| failed(path, "opened", why))?;
        Ok(Self {
            path: path.to_owned(),
            dir: Arc::new(dir),
            usual: UsualPermissions::default(),
        })
    }

    /// Its path, as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(in super::super) fn dir(&self) -> &Arc<Dir> {
        &self.dir
    }

    pub(super) fn usual(&self) -> &UsualPermissions {
        &self.usual
    }

    /// The folder `names` below this one, made where it is missing. No link is followed.
    pub(in super::super) fn below(&self, names: &[String]) -> Result<Self, S3Failure> {
        match self.descend(names, true)? {
            Some((dir, path)) => Ok(Self {
                path,
                dir,
                usual: self.usual.clone(),
            }),
            None => Err(failed(&self.path, "opened", io::ErrorKind::NotFound.into())),
        }
    }

    /// The folder `names` below this one, made where it is missing if `make` says so; else `None`.
    pub(super) fn descend(
        &self,
        names: &[String],
        make: bool,
    ) -> Result<Option<(Arc<Dir>, PathBuf)>, S3Failure> {
        let (mut dir, mut path) = (Arc::clone(&self.dir), self.path.clone());
        for name in names {
            path.push(name);
            if make {
                match dir.create_dir(name) {
                    Err(why) if why.kind() != io::ErrorKind::AlreadyExists => {
                        return Err(failed(path, "made", why));
                    }
                    _ => {}
                }
            }
            let found = match dir.symlink_metadata(name) {
                Err(why) if !make && why.kind() == io::ErrorKind::NotFound => return Ok(None),
                found => found.map_err(|why| failed(&path, "opened", why))?,
            };
            if !found.is_dir() {
                return Err(S3Failure::InTheWay { path });
            }
            // A link that comes between the look and the opening is confined to this folder: it leads nowhere else.
            let below = dir.open_dir(name).map_err(|why| failed(&path, "opened", why))?;
            dir = Arc::new(below);
        }
        Ok(Some((dir, path)))
    }
}
