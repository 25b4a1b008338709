//! The profiles that were written into the shared files, so that they are found and removed: after a kill, after a
//! restart, and when the person wants them gone. Holds no secret.
//!
//! Invariants: a record is on disk before the first line of its profile is, and goes after the last one has gone; the
//! file is replaced in one step; one that cannot be read is an error, since nothing else knows which lines are ours.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hatrack_core::account::AccountId;
use hatrack_core::shared_config::{FileKind, Put};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::aws_files::{Location, NamedBy};
use crate::home::Home;
use crate::private;

/// One of the shared files, as it was named then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenFile {
    /// Where it is.
    pub path: PathBuf,
    /// What people call it.
    pub name: String,
}

impl WrittenFile {
    /// The file at this place.
    pub fn of(location: &Location) -> Self {
        Self {
            path: location.path.clone(),
            name: location.name.to_string(),
        }
    }

    /// Where it is to be opened again.
    pub fn location(&self) -> Location {
        Location {
            path: self.path.clone(),
            name: Arc::from(self.name.as_str()),
            named_by: NamedBy::Default,
        }
    }
}

/// How the profile gets its credentials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Form {
    /// A line that asks `hat`.
    Process,
    /// A session's own keys, in the clear.
    Keys {
        /// The session.
        session_id: String,
        /// Which keys of ours may stand there: two while one takes the place of the other.
        access_key_ids: Vec<String>,
        /// When AWS stops accepting the last of them.
        expires_at: Timestamp,
    },
}

/// What stood under `default` before, in both files: the headers that were renamed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetAside {
    /// In the config.
    pub config: Vec<String>,
    /// In the credentials.
    pub credentials: Vec<String>,
}

/// A profile that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenProfile {
    /// Its name.
    pub profile: String,
    /// The config file that goes with it.
    pub config: WrittenFile,
    /// The credentials file that goes with it.
    pub credentials: WrittenFile,
    /// Which of the two our lines are in.
    pub kind: FileKind,
    /// The keys of our lines.
    pub keys: Vec<String>,
    /// How they were put there; `None` until it is known.
    pub put: Option<Put>,
    /// The role, by the catalog's key.
    pub role_key: String,
    /// The role, for people.
    pub role_name: String,
    /// Its account.
    pub account_id: Option<AccountId>,
    /// The session that it was written for, if it was one.
    pub session_id: Option<String>,
    /// How it gets its credentials.
    pub form: Form,
    /// What stood under `default` before.
    pub before: Option<SetAside>,
    /// Whether it was written to its end.
    pub done: bool,
    /// The session that was switched back and takes this with it once that cannot be undone any more.
    #[serde(default)]
    pub leaves_with: Option<String>,
    /// When.
    pub written_at: Timestamp,
}

impl WrittenProfile {
    /// The file that our lines are in.
    pub fn file(&self) -> &WrittenFile {
        match self.kind {
            FileKind::Config => &self.config,
            FileKind::Credentials => &self.credentials,
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.profile == other.profile && self.config.path == other.config.path
    }
}

/// What was written, and which files were copied before their first change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Written {
    /// The profiles.
    pub profiles: Vec<WrittenProfile>,
    /// The files that a copy is kept of.
    pub backed_up: BTreeSet<PathBuf>,
}

/// What was written could not be remembered or read.
#[derive(Debug, thiserror::Error)]
#[error("the record of written profiles {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
pub struct JournalFailure {
    /// The file.
    path: PathBuf,
    /// `read` or `written`.
    doing: &'static str,
    /// What the system said.
    why: io::Error,
}

/// The record of one home. One process of a home has it: the agent.
#[derive(Debug, Clone)]
pub struct Journal {
    path: PathBuf,
}

impl Journal {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            path: home.written_profiles(),
        }
    }

    /// What is remembered. Blocks shortly.
    ///
    /// # Errors
    /// Where there is a record and it cannot be read.
    pub fn read(&self) -> Result<Written, JournalFailure> {
        match fs::read(&self.path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|why| self.failed("read", why.into())),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(Written::default()),
            Err(why) => Err(self.failed("read", why)),
        }
    }

    /// Remembers a profile, in the place of what was remembered under the same name and file. Durable when it returns.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing may be written into the shared files.
    pub fn put(&self, profile: &WrittenProfile) -> Result<(), JournalFailure> {
        self.change(
            |written| match written.profiles.iter_mut().find(|known| known.is_same(profile)) {
                Some(known) => *known = profile.clone(),
                None => written.profiles.push(profile.clone()),
            },
        )
    }

    /// Forgets a profile; nothing there is fine.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn forget(&self, profile: &WrittenProfile) -> Result<(), JournalFailure> {
        self.change(|written| written.profiles.retain(|known| !known.is_same(profile)))
    }

    /// Remembers that a copy of this file is kept.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn backed_up(&self, file: &Path) -> Result<(), JournalFailure> {
        self.change(|written| {
            written.backed_up.insert(file.to_owned());
        })
    }

    fn change(&self, change: impl FnOnce(&mut Written)) -> Result<(), JournalFailure> {
        let mut written = self.read()?;
        change(&mut written);
        let bytes = serde_json::to_vec(&written).map_err(|why| self.failed("written", why.into()))?;
        private::replace(&self.path, &bytes).map_err(|why| self.failed("written", why))
    }

    fn failed(&self, doing: &'static str, why: io::Error) -> JournalFailure {
        JournalFailure {
            path: self.path.clone(),
            doing,
            why,
        }
    }
}
