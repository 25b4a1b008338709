//! What sign-ins at SAML providers gave the last time, so that it is there at once. Holds no secret.
//!
//! Invariants: each provider has a file of its own, replaced in one step; a broken one is set aside, and its provider
//! counts as never signed in to.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hatrack_core::saml::SamlListing;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::home::Home;
use crate::private::{self, NotPrivate};

/// What a sign-in gave, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlListed {
    /// When.
    pub at: Timestamp,
    /// It.
    pub listing: SamlListing,
}

/// A listing could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum SamlListingsFailure {
    /// The folder is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// The disk refused.
    #[error("the list of a provider's roles {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// `written`, `removed`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

/// The listings of one home.
#[derive(Debug, Clone)]
pub struct SamlListings {
    folder: PathBuf,
}

impl SamlListings {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self { folder: home.saml() }
    }

    /// Every provider's listing, in no order. Blocks shortly; a file that cannot be read is left out. `now` names what
    /// a broken one is moved to.
    pub fn all(&self, now: Timestamp) -> Vec<SamlListed> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.extension() == Some(OsStr::new("json")))
            .filter_map(|path| read(&path, now))
            .collect()
    }

    /// Keeps a listing in the place of the provider's last one. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written; the last one then stays.
    pub fn put(&self, listed: &SamlListed) -> Result<(), SamlListingsFailure> {
        let path = self.path(&listed.listing.provider.name);
        private::folder(&self.folder)?;
        serde_json::to_vec(listed)
            .map_err(io::Error::other)
            .and_then(|bytes| private::replace(&path, &bytes))
            .map_err(|why| disk(&path, "written", why))
    }

    /// Removes the listing of the provider of this name; nothing there is fine. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub fn forget(&self, provider: &str) -> Result<(), SamlListingsFailure> {
        let path = self.path(provider);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(disk(&path, "removed", why)),
            _ => Ok(()),
        }
    }

    /// A name may hold what a file's may not.
    fn path(&self, provider: &str) -> PathBuf {
        let name = hex::encode(Sha1::digest(provider));
        self.folder.join(format!("{name}.json"))
    }
}

fn read(path: &Path, now: Timestamp) -> Option<SamlListed> {
    let bytes = fs::read(path).ok()?;
    if let Ok(listed) = serde_json::from_slice(&bytes) {
        return Some(listed);
    }
    tracing::warn!(path = %path.display(), "the list of a provider's roles is broken and has been set aside");
    if let Err(why) = private::set_aside(path, &private::broken_at(now)) {
        tracing::warn!(path = %path.display(), %why, "it could not be set aside");
    }
    None
}

fn disk(path: &Path, doing: &'static str, why: io::Error) -> SamlListingsFailure {
    SamlListingsFailure::Disk {
        path: path.to_owned(),
        doing,
        why,
    }
}

#[cfg(test)]
mod tests;
