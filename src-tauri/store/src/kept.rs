//! A folder of small JSON files, one for each thing that is kept. Holds no secret.
//!
//! Invariants: each file is replaced in one step; a broken one is set aside, and its thing counts as never kept.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha1::{Digest, Sha1};

use crate::home::Home;
use crate::private::{self, NotPrivate};

pub use console::KeptConsoleSession;
pub use found::KeptDiscovery;
pub use places::KeptPlaces;
pub use revocation::KeptRevocation;
pub use role::KeptRole;

mod console;
mod found;
mod places;
mod revocation;
mod role;

/// Something that is kept in a file of its own.
pub trait Keep: Serialize + DeserializeOwned {
    /// What it is, for people.
    const WHAT: &'static str;

    /// Its folder in a home.
    fn folder(home: &Home) -> PathBuf;

    /// What tells it from others.
    fn name(&self) -> String;
}

/// Something could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum KeptFailure {
    /// The folder is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// The disk refused.
    #[error("{what} {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
    Disk {
        /// What was to be kept.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// `written`, `removed`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

/// What a home keeps of one kind.
#[derive(Debug)]
pub struct Kept<T> {
    folder: PathBuf,
    kind: PhantomData<fn() -> T>,
}

impl<T> Clone for Kept<T> {
    fn clone(&self) -> Self {
        Self {
            folder: self.folder.clone(),
            kind: PhantomData,
        }
    }
}

impl<T: Keep> Kept<T> {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            folder: T::folder(home),
            kind: PhantomData,
        }
    }

    /// All of them, in no order. Blocks shortly; a file that cannot be read is left out. `now` names what a broken one is
    /// moved to.
    pub fn all(&self, now: Timestamp) -> Vec<T> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.extension() == Some(OsStr::new("json")))
            .filter_map(|path| self.read(&path, now))
            .collect()
    }

    /// Keeps `thing` in the place of what was kept under its name. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written; what was kept then stays.
    pub fn put(&self, thing: &T) -> Result<(), KeptFailure> {
        let path = self.path(&thing.name());
        private::folder(&self.folder)?;
        serde_json::to_vec(thing)
            .map_err(io::Error::other)
            .and_then(|bytes| private::replace(&path, &bytes))
            .map_err(|why| disk::<T>(&path, "written", why))
    }

    /// Removes what is kept under `name`; nothing there is fine. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub fn forget(&self, name: &str) -> Result<(), KeptFailure> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(disk::<T>(&path, "removed", why)),
            _ => Ok(()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        let name = hex::encode(Sha1::digest(name));
        self.folder.join(format!("{name}.json"))
    }

    fn read(&self, path: &Path, now: Timestamp) -> Option<T> {
        let bytes = fs::read(path).ok()?;
        if let Ok(thing) = serde_json::from_slice(&bytes) {
            return Some(thing);
        }
        tracing::warn!(path = %path.display(), "{} is broken and has been set aside", T::WHAT);
        if let Err(why) = private::set_aside(path, &private::broken_at(now)) {
            tracing::warn!(path = %path.display(), %why, "it could not be set aside");
        }
        None
    }
}

fn disk<T: Keep>(path: &Path, doing: &'static str, why: io::Error) -> KeptFailure {
    KeptFailure::Disk {
        what: T::WHAT,
        path: path.to_owned(),
        doing,
        why,
    }
}

#[cfg(test)]
mod tests;
