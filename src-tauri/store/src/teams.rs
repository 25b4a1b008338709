//! The catalogs of teams: where each comes from, what makes it trusted, and the last good copy.
//!
//! Invariants: each team has a file of its own, replaced in one step; only what was trusted when it came is kept; a
//! broken file is set aside, and its team has to be added again. Holds no secret.

mod location;
mod trust;

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::home::Home;
use crate::private::{self, NotPrivate};
pub use location::{NotATeamLocation, TeamLocation};
pub use trust::{FileHash, MinisignKey, NotTrusted, TeamTrust};

/// The largest file that a team may have, in bytes.
pub const LARGEST_TEAM_FILE: usize = 1024 * 1024;

/// A team that the person has added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptTeam {
    /// What it calls itself.
    pub name: String,
    /// Where its file is.
    pub location: TeamLocation,
    /// What makes the file trusted.
    pub trust: TeamTrust,
    /// The last good copy.
    pub text: String,
    /// When that came.
    pub fetched_at: Timestamp,
}

/// A team could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum TeamsFailure {
    /// The folder is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// The disk refused.
    #[error("the team's file {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
    Disk {
        /// The file or the folder.
        path: PathBuf,
        /// `written`, `removed`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

/// The teams of one home.
#[derive(Debug, Clone)]
pub struct TeamFiles {
    folder: PathBuf,
}

impl TeamFiles {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self { folder: home.teams() }
    }

    /// Every team, by name. Blocks shortly. `now` names what a broken file is moved to.
    pub fn all(&self, now: Timestamp) -> Vec<KeptTeam> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut teams: Vec<KeptTeam> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension() == Some(OsStr::new("json")))
            .filter_map(|path| read(&path, now))
            .collect();
        teams.sort_by(|a, b| a.name.cmp(&b.name));
        teams
    }

    /// Keeps a team in the place of the one of its name. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written; the old one then stays.
    pub fn put(&self, team: &KeptTeam) -> Result<(), TeamsFailure> {
        let path = self.path(&team.name);
        private::folder(&self.folder)?;
        serde_json::to_vec(team)
            .map_err(io::Error::other)
            .and_then(|bytes| private::replace(&path, &bytes))
            .map_err(|why| disk(path, "written", why))
    }

    /// Forgets a team; none there is fine. Blocks shortly.
    ///
    /// # Errors
    /// Where its file is there and cannot be removed.
    pub fn forget(&self, name: &str) -> Result<(), TeamsFailure> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => Err(disk(path, "removed", why)),
            _ => Ok(()),
        }
    }

    /// A team's name may hold what no file's may.
    fn path(&self, name: &str) -> PathBuf {
        let name = FileHash::of(name.as_bytes()).to_string();
        self.folder.join(format!("{}.json", &name[..32]))
    }
}

fn read(path: &Path, now: Timestamp) -> Option<KeptTeam> {
    let bytes = fs::read(path).ok()?;
    if let Ok(team) = serde_json::from_slice(&bytes) {
        return Some(team);
    }
    tracing::warn!(path = %path.display(), "the copy of a team's file is broken and has been set aside");
    if let Err(why) = private::set_aside(path, &private::broken_at(now)) {
        tracing::warn!(path = %path.display(), %why, "it could not be set aside");
    }
    None
}

fn disk(path: PathBuf, doing: &'static str, why: io::Error) -> TeamsFailure {
    TeamsFailure::Disk { path, doing, why }
}

#[cfg(test)]
mod tests;
