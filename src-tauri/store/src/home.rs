//! Where Hatrack keeps its own files.
//!
//! `HATRACK_HOME` moves all of them into one folder; else the platform's customs hold: XDG on Linux (XDG Base
//! Directory Specification 0.8), Application Support on macOS, AppData on Windows. Each home has its own agent,
//! socket, history and vault, and they never meet.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::private::{self, NotPrivate};

/// A Unix socket's path takes about 108 bytes (`sockaddr_un`), 104 on macOS; longer ones move to a short place.
const LONGEST_SOCKET_PATH: usize = 100;

/// The file that marks a home as a sandbox's: the window then says Sandbox.
const SANDBOX_MARKER: &str = "sandbox-home";

/// The paths of one home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    data: PathBuf,
    state: PathBuf,
    runtime: PathBuf,
}

/// There is no place for Hatrack's files, or it cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// Neither `HATRACK_HOME` nor a home folder is known.
    #[error("there is no home folder: set HOME, or set HATRACK_HOME to a folder for Hatrack's files")]
    NoHome,
    /// A folder could not be made or is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// A file could not be written.
    #[error("{} could not be written: {why}; check the folder's permissions", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

impl Home {
    /// The home that this process's environment names.
    pub fn of_environment() -> Result<Self, HomeError> {
        Self::resolve(&|name| std::env::var_os(name), std::env::consts::OS)
    }

    /// The home that `var` names, by the customs of `os` (`linux`, `macos`, `windows`). An empty variable counts as
    /// not set, and a relative XDG path is ignored, as its specification asks.
    pub fn resolve(var: &dyn Fn(&str) -> Option<OsString>, os: &str) -> Result<Self, HomeError> {
        let folder = |name: &str| var(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        if let Some(moved) = folder("HATRACK_HOME") {
            let moved = std::path::absolute(&moved).unwrap_or(moved);
            let short = folder("XDG_RUNTIME_DIR").filter(|p| p.is_absolute());
            return Ok(Self::in_folder(moved, short));
        }
        let xdg = |name: &str| folder(name).filter(|p| p.is_absolute());
        let home = folder("HOME")
            .or_else(|| folder("USERPROFILE"))
            .ok_or(HomeError::NoHome);
        let (config, data, state) = match os {
            "macos" => {
                let support = home?.join("Library/Application Support/Hatrack");
                (support.clone(), support.clone(), support)
            }
            "windows" => {
                let roaming = folder("APPDATA").ok_or(HomeError::NoHome)?.join("Hatrack");
                let local = folder("LOCALAPPDATA")
                    .unwrap_or_else(|| roaming.clone())
                    .join("Hatrack");
                (roaming, local.clone(), local)
            }
            _ => {
                let under = |name: &str, custom: &str| match xdg(name) {
                    Some(base) => Ok(base.join("hatrack")),
                    None => match &home {
                        Ok(home) => Ok(home.join(custom).join("hatrack")),
                        Err(_) => Err(HomeError::NoHome),
                    },
                };
                (
                    under("XDG_CONFIG_HOME", ".config")?,
                    under("XDG_DATA_HOME", ".local/share")?,
                    under("XDG_STATE_HOME", ".local/state")?,
                )
            }
        };
        // Not XDG_RUNTIME_DIR: cron, sudo and systemd leave it out, and every caller of one home has to find the
        // one agent.
        let runtime = state.join("run");
        Ok(Self {
            config,
            data,
            state,
            runtime,
        }
        .with_short_socket(xdg("XDG_RUNTIME_DIR")))
    }

    /// The home whose every file is in `folder`: what `HATRACK_HOME` gives.
    pub fn at(folder: &Path) -> Self {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let short = std::env::var_os("XDG_RUNTIME_DIR")
            .map(PathBuf::from)
            .filter(|p| p.is_absolute());
        Self::in_folder(folder, short)
    }

    fn in_folder(folder: PathBuf, short: Option<PathBuf>) -> Self {
        Self {
            config: folder.clone(),
            data: folder.clone(),
            state: folder.clone(),
            runtime: folder.join("run"),
        }
        .with_short_socket(short)
    }

    fn with_short_socket(mut self, short: Option<PathBuf>) -> Self {
        if self.socket().as_os_str().len() > LONGEST_SOCKET_PATH {
            let name = format!("hatrack-{}", self.namespace());
            self.runtime = short.unwrap_or_else(std::env::temp_dir).join(name);
        }
        self
    }

    /// The variable that leads another process to this home, where its files are all in one folder.
    pub fn variable(&self) -> Option<(&'static str, &Path)> {
        (self.config == self.data && self.data == self.state).then_some(("HATRACK_HOME", self.data.as_path()))
    }

    /// Makes the folders, each readable by this user alone. A folder that is somebody else's, or a link, is refused:
    /// the runtime folder may lie under a folder that everybody writes to.
    pub fn create(&self) -> Result<(), HomeError> {
        for folder in [&self.config, &self.data, &self.state, &self.runtime] {
            private::folder(folder)?;
        }
        Ok(())
    }

    /// The history's database.
    pub fn history(&self) -> PathBuf {
        self.data.join("history.db")
    }

    /// The folder of sealed blobs.
    pub fn vault(&self) -> PathBuf {
        self.data.join("vault")
    }

    /// The folder of what Identity Center portals listed.
    pub fn listings(&self) -> PathBuf {
        self.data.join("portals")
    }

    /// The folder of what unfinished transfers need to go on.
    pub fn transfers(&self) -> PathBuf {
        self.data.join("transfers")
    }

    /// The folder of what is remembered of buckets.
    pub fn places(&self) -> PathBuf {
        self.data.join("buckets")
    }

    /// The folder of what identities found.
    pub fn discoveries(&self) -> PathBuf {
        self.data.join("discoveries")
    }

    /// The folder of what is known of roles.
    pub fn roles(&self) -> PathBuf {
        self.data.join("roles")
    }

    /// The folder of what SAML providers gave.
    pub fn saml(&self) -> PathBuf {
        self.data.join("saml")
    }

    /// The folder of what teams publish.
    pub fn teams(&self) -> PathBuf {
        self.data.join("teams")
    }

    /// The folder of what is remembered of rotations of access keys.
    pub fn rotations(&self) -> PathBuf {
        self.data.join("rotations")
    }

    /// The folder of what was opened in the console.
    pub fn console_sessions(&self) -> PathBuf {
        self.data.join("console")
    }

    /// The folder of what is remembered of revoked sessions.
    pub fn revocations(&self) -> PathBuf {
        self.data.join("revocations")
    }

    /// The record of the profiles that were written into the shared files.
    pub fn written_profiles(&self) -> PathBuf {
        self.data.join("written-profiles.json")
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.config.join("settings.json")
    }

    /// The log of `process`: `agent`, `window`.
    pub fn log(&self, process: &str) -> PathBuf {
        self.state.join(format!("{process}.log"))
    }

    /// The folder of the socket and of the locks: 0700, gone after a restart of the computer.
    pub fn runtime(&self) -> &Path {
        &self.runtime
    }

    /// The agent's socket.
    pub fn socket(&self) -> PathBuf {
        self.runtime.join("agent.sock")
    }

    /// The file whose lock makes the one agent of this home. It lies beside the history and not beside the socket,
    /// so that it stays the same whatever the environment says of the runtime folder.
    pub fn agent_lock(&self) -> PathBuf {
        self.data.join("agent.lock")
    }

    /// Names this home where names are shared with other homes: the keyring's service, a folder in a shared place.
    pub fn namespace(&self) -> String {
        namespace_of(&self.data)
    }

    /// Whether this is a sandbox's home.
    pub fn is_sandbox(&self) -> bool {
        self.data.join(SANDBOX_MARKER).is_file()
    }

    /// Marks this home as a sandbox's.
    pub fn mark_as_sandbox(&self) -> Result<(), HomeError> {
        let path = self.data.join(SANDBOX_MARKER);
        std::fs::write(&path, b"").map_err(|why| HomeError::Unwritable { path, why })
    }
}

fn namespace_of(data: &Path) -> String {
    let digest = Sha256::digest(data.as_os_str().as_encoded_bytes());
    hex::encode(&digest[..6])
}

#[cfg(test)]
mod tests;
