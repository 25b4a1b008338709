//! What Identity Center portals listed, so that it is there at once, also without a network. Holds no secret.
//!
//! Invariants: each portal has a file of its own, replaced in one step; a broken one is set aside, and its portal
//! counts as never listed.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hatrack_core::identity_center::{Portal, PortalListing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use crate::home::Home;
use crate::private::{self, NotPrivate};

/// A portal's listing and its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// When it was complete.
    pub at: Timestamp,
    /// It.
    pub listing: PortalListing,
}

/// A listing could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum ListingsFailure {
    /// The folder is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// The disk refused.
    #[error("the list of a portal's roles {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
    Disk {
        /// The file or the folder.
        path: PathBuf,
        /// `written`, `removed`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

/// The listings of one home.
#[derive(Debug, Clone)]
pub struct Listings {
    folder: PathBuf,
}

impl Listings {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            folder: home.listings(),
        }
    }

    /// Every portal's listing, in no order. Blocks shortly; a file that cannot be read is left out. `now` names what a
    /// broken one is moved to.
    pub fn all(&self, now: Timestamp) -> Vec<Listed> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.extension() == Some(OsStr::new("json")))
            .filter_map(|path| read(&path, now))
            .collect()
    }

    /// This portal's listing. Blocks shortly.
    pub fn get(&self, portal: &Portal, now: Timestamp) -> Option<Listed> {
        read(&self.path(portal), now)
    }

    /// Keeps a listing in the place of the portal's last one. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written; the last one then stays.
    pub fn put(&self, listed: &Listed) -> Result<(), ListingsFailure> {
        let path = self.path(&listed.listing.portal);
        private::folder(&self.folder)?;
        serde_json::to_vec(listed)
            .map_err(io::Error::other)
            .and_then(|bytes| private::replace(&path, &bytes))
            .map_err(|why| disk(&path, "written", why))
    }

    /// Removes this portal's listing; nothing there is fine. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub fn forget(&self, portal: &Portal) -> Result<(), ListingsFailure> {
        let path = self.path(portal);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(disk(&path, "removed", why)),
            _ => Ok(()),
        }
    }

    fn path(&self, portal: &Portal) -> PathBuf {
        let Portal {
            session,
            start_url,
            region,
            ..
        } = portal;
        let session = session.as_deref().unwrap_or_default();
        let name = hex::encode(Sha1::digest(format!("{session}\n{start_url}\n{region}")));
        self.folder.join(format!("{name}.json"))
    }
}

fn read(path: &Path, now: Timestamp) -> Option<Listed> {
    let bytes = fs::read(path).ok()?;
    if let Ok(listed) = serde_json::from_slice(&bytes) {
        return Some(listed);
    }
    tracing::warn!(path = %path.display(), "the list of a portal's roles is broken and has been set aside");
    if let Err(why) = private::set_aside(path, &private::broken_at(now)) {
        tracing::warn!(path = %path.display(), %why, "it could not be set aside");
    }
    None
}

fn disk(path: &Path, doing: &'static str, why: io::Error) -> ListingsFailure {
    ListingsFailure::Disk {
        path: path.to_owned(),
        doing,
        why,
    }
}

#[cfg(test)]
mod tests;
