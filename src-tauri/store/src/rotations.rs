//! Rotations of access keys that were begun, so that a killed one is found. Holds no secret.
//!
//! Invariant: each profile has a file of its own, replaced in one step; one that cannot be read is an error, since
//! somebody's key may depend on it.

use std::fs;
use std::io;
use std::path::PathBuf;

use hatrack_core::access_key::Rotation;
use sha2::{Digest, Sha256};

use crate::home::Home;
use crate::private;

/// What was begun could not be remembered, read or forgotten.
#[derive(Debug, thiserror::Error)]
#[error("the record of a rotation {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
pub struct RotationsFailure {
    /// The file.
    path: PathBuf,
    /// `written`, `read`, `removed`.
    doing: &'static str,
    /// What the system said.
    why: io::Error,
}

/// The rotations of one home.
#[derive(Debug, Clone)]
pub struct Rotations {
    folder: PathBuf,
}

impl Rotations {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            folder: home.rotations(),
        }
    }

    /// What was begun for this profile. Blocks shortly.
    ///
    /// # Errors
    /// Where there is a record and it cannot be read.
    pub fn get(&self, profile: &str) -> Result<Option<Rotation>, RotationsFailure> {
        let path = self.path(profile);
        let failed = |why| RotationsFailure {
            path: path.clone(),
            doing: "read",
            why,
        };
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(why) => return Err(failed(why)),
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|why| failed(why.into()))
    }

    /// Remembers a rotation, in the place of what was remembered for the same profile. Durable when it returns. Blocks
    /// shortly.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing may be begun.
    pub fn put(&self, rotation: &Rotation) -> Result<(), RotationsFailure> {
        let path = self.path(&rotation.profile);
        let written = private::folder(&self.folder)
            .map_err(io::Error::other)
            .and_then(|()| private::replace(&path, &serde_json::to_vec(rotation)?));
        written.map_err(|why| RotationsFailure {
            path,
            doing: "written",
            why,
        })
    }

    /// Forgets the rotation of this profile; nothing there is fine. Blocks shortly.
    ///
    /// # Errors
    /// Where it is there and cannot be removed.
    pub fn forget(&self, profile: &str) -> Result<(), RotationsFailure> {
        let path = self.path(profile);
        match fs::remove_file(&path).and_then(|()| private::sync_folder(&self.folder)) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(RotationsFailure {
                path,
                doing: "removed",
                why,
            }),
            _ => Ok(()),
        }
    }

    fn path(&self, profile: &str) -> PathBuf {
        let hash = hex::encode(Sha256::digest(profile));
        self.folder.join(format!("{}.json", &hash[..32]))
    }
}
