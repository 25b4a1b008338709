//! The AWS CLI's cache of Identity Center sign-ins, `~/.aws/sso/cache`: one sign-in serves the CLI, the SDKs and
//! Hatrack, whichever signed in first. Or, where the person wants that, the vault in its place.
//!
//! Invariants: a file there is the old one or the new one, whole, however a process ends; it is written only under a
//! lock that all Hatracks of this user share; what another tool has torn counts as not there; nothing that a file
//! holds is ever logged. The CLI takes no lock: of its writes and ours the last one stays, and both are good.
//!
//! Source: AWS SDKs and Tools Reference Guide, "IAM Identity Center credential provider", for the names and the form.

mod file;
mod sealed;
mod token;

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hatrack_core::caller::CallerContext;
use hatrack_core::identity_center::{Grant, Portal, Registration, SignInToken};
use sha1::{Digest, Sha1};
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::aws_files::under_home;
use crate::private;
pub use sealed::SealedSignIns;

/// How long another process may hold the lock: longer than a refresh may take, with its tries.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether the lock is free.
const LOOK: Duration = Duration::from_millis(25);

/// The extension of a file that is being written.
const NEW: &str = "hatrack-new";

/// A sign-in as its file holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// The sign-in, perhaps at its end.
    pub token: SignInToken,
    /// What refreshes it, together with its refresh token.
    pub registration: Option<Registration>,
}

/// The cache could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SsoCacheFailure {
    /// The disk refused.
    #[error("the sign-in's file {} could not be {doing}: {why}; check its permissions and the free space", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// `read`, `written`, `removed`, `locked`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// Another process holds the lock.
    #[error("another Hatrack has been busy with this sign-in for a minute ({}); try again, or end it", path.display())]
    Busy {
        /// The lock's file.
        path: PathBuf,
    },
}

/// The cache of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SsoCache {
    /// In the vault: what names it to people and to locks.
    folder: PathBuf,
    sealed: Option<SealedSignIns>,
}

impl SsoCache {
    /// The cache of this caller; `None` where no home folder is known.
    pub fn of_caller(caller: &CallerContext) -> Option<Self> {
        under_home(caller, "~/.aws/sso/cache").map(Self::in_folder)
    }

    /// The cache in this folder.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder, sealed: None }
    }

    /// Hatrack's own sign-ins, in the vault. Its calls that block want a thread of a tokio runtime that may.
    pub fn in_vault(sealed: SealedSignIns) -> Self {
        Self {
            folder: PathBuf::from("vault:"),
            sealed: Some(sealed),
        }
    }

    /// The file of this portal's sign-in.
    pub fn path(&self, portal: &Portal) -> PathBuf {
        self.file(portal, "json")
    }

    /// The sign-in at this portal; `None` where there is none, or none that can be used. Blocks shortly.
    ///
    /// # Errors
    /// Where there is a file and this user may not read it.
    pub fn read(&self, portal: &Portal) -> Result<Option<StoredToken>, SsoCacheFailure> {
        let path = self.path(portal);
        let read = self.bytes(&path).map_err(|why| disk(&path, "read", why))?;
        let Some(bytes) = read else { return Ok(None) };
        match token::parse(&bytes, portal) {
            Ok(stored) => Ok(Some(stored)),
            Err(why) => {
                tracing::warn!(path = %path.display(), why, "a sign-in's file is not used");
                Ok(None)
            }
        }
    }

    /// Whether there may be something of this portal's sign-in, readable or not: a look that leaves nothing behind. Of the
    /// vault that is always so.
    pub fn may_hold(&self, portal: &Portal) -> bool {
        let there = |extension| self.file(portal, extension).symlink_metadata().is_ok();
        self.sealed.is_some() || there("json") || there(NEW)
    }

    /// Waits until this process alone may change the sign-in at this portal. However it ends, the system then lets go
    /// of the lock.
    ///
    /// # Errors
    /// Where the cache's folder cannot be written to, and after a minute.
    pub async fn lock(&self, portal: &Portal) -> Result<Locked, SsoCacheFailure> {
        let path = self.file(portal, "hatrack-lock");
        let failed = |why| disk(&path, "locked", why);
        if let Some(sealed) = &self.sealed {
            let turn = sealed.turn(&name_of(&path)).await;
            return Ok(self.locked(portal, Hold::Turn(turn)));
        }
        private::make(&self.folder).map_err(failed)?;
        let lock = file::open_or_create(&path).map_err(failed)?;
        // Not on a thread that blocks: one could not be called back from there when the agent ends.
        let until = Instant::now() + PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => tokio::time::sleep(LOOK).await,
                Err(TryLockError::WouldBlock) => return Err(SsoCacheFailure::Busy { path }),
                Err(TryLockError::Error(why)) => return Err(failed(why)),
            }
        }
        Ok(self.locked(portal, Hold::File(lock)))
    }

    fn locked(&self, portal: &Portal, hold: Hold) -> Locked {
        Locked {
            cache: self.clone(),
            portal: portal.clone(),
            _hold: hold,
        }
    }

    fn bytes(&self, path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        match &self.sealed {
            Some(sealed) => sealed.read(&name_of(path)),
            None => file::read(path),
        }
    }

    /// The registration of ours that sign-ins of this kind can use; `None` where there is none. Not the CLI's own: the
    /// sign-in page names the client that asks. Blocks shortly.
    pub fn registration(&self, portal: &Portal, grant: Grant) -> Option<Registration> {
        let path = self.registration_path(portal, grant);
        let bytes = self.bytes(&path).ok().flatten()?;
        token::parse_registration(&bytes)
    }

    /// Keeps a registration. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written; the next sign-in then registers anew.
    pub fn keep_registration(
        &self,
        portal: &Portal,
        grant: Grant,
        registration: &Registration,
    ) -> Result<(), SsoCacheFailure> {
        let path = self.registration_path(portal, grant);
        let written = token::write_registration(registration).and_then(|bytes| match &self.sealed {
            Some(sealed) => sealed.write(&name_of(&path), &bytes),
            None => private::make(&self.folder).and_then(|()| private::replace(&path, &bytes)),
        });
        written.map_err(|why| disk(&path, "written", why))
    }

    fn registration_path(&self, portal: &Portal, grant: Grant) -> PathBuf {
        let name = token::registration_name(portal, grant);
        self.folder.join(format!("{}.json", sha1(&name)))
    }

    fn file(&self, portal: &Portal, extension: &str) -> PathBuf {
        self.folder
            .join(format!("{}.{extension}", sha1(portal.cache_name())))
    }
}

/// The sign-in at one portal, which no other Hatrack changes meanwhile.
#[derive(Debug)]
pub struct Locked {
    cache: SsoCache,
    portal: Portal,
    _hold: Hold,
}

/// What keeps the others out: its own end does not matter, only that it lives.
#[derive(Debug)]
#[allow(dead_code)]
enum Hold {
    File(File),
    Turn(tokio::sync::OwnedMutexGuard<()>),
}

impl Locked {
    /// As [`SsoCache::read`]: somebody may have signed in or refreshed while the lock was waited for.
    pub fn read(&self) -> Result<Option<StoredToken>, SsoCacheFailure> {
        self.cache.read(&self.portal)
    }

    /// Replaces the sign-in, in the AWS CLI's own form. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written: the old file then stays as it was.
    pub fn write(&self, stored: &StoredToken) -> Result<(), SsoCacheFailure> {
        let path = self.cache.path(&self.portal);
        token::write(stored, &self.portal)
            .and_then(|bytes| match &self.cache.sealed {
                Some(sealed) => sealed.write(&name_of(&path), &bytes),
                None => file::replace(&path, &self.beside(), &bytes),
            })
            .map_err(|why| disk(&path, "written", why))
    }

    /// Removes the sign-in; `false` where there was none. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub fn remove(&self) -> Result<bool, SsoCacheFailure> {
        let path = self.cache.path(&self.portal);
        if let Some(sealed) = &self.cache.sealed {
            let removed = sealed.remove(&name_of(&path));
            return removed.map_err(|why| disk(&path, "removed", why));
        }
        let remove = || {
            // What a killed process has left holds a token as well.
            file::remove(&self.beside())?;
            let was_there = file::remove(&path)?;
            private::sync_folder(&self.cache.folder)?;
            Ok(was_there)
        };
        remove().map_err(|why| disk(&path, "removed", why))
    }

    /// Where the new file is written. The lock makes this process its only writer, so it needs no name of its own, and
    /// what a killed process has left is overwritten.
    fn beside(&self) -> PathBuf {
        self.cache.file(&self.portal, NEW)
    }
}

fn disk(path: &Path, doing: &'static str, why: io::Error) -> SsoCacheFailure {
    SsoCacheFailure::Disk {
        path: path.to_owned(),
        doing,
        why,
    }
}

/// What a sign-in is called in the vault: its file's name without the extension.
fn name_of(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// What the file of `name` is called.
fn sha1(name: &str) -> String {
    hex::encode(Sha1::digest(name))
}

#[cfg(test)]
mod tests;
