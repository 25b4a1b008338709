//! What the person has chosen: one JSON file.
//!
//! Invariants: it holds no secret; it is written in one step and under a lock, after reading it again, so that the
//! window and `hat` never lose each other's changes; fields that this version does not know stay as they are; a
//! broken file is set aside and said, and the defaults hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use hatrack_core::account::AccountId;
use hatrack_core::arn::RoleArn;
pub use hatrack_core::catalog::AddedRole;
use hatrack_core::catalog::{AccountSettings, Accounts, RoleSettings};
pub use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::console::ConsoleChoices;
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::saml::SamlProvider;
use hatrack_core::session::CodeUse;
use hatrack_core::sts_limits::{MfaSerial, SessionDuration};
use hatrack_core::terminal::TerminalChoice;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::home::Home;
use crate::private;

/// The person's choices.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Names, hats, the mark of production, notes and defaults, by account.
    pub accounts: BTreeMap<AccountId, AccountSettings>,
    /// Names, notes and defaults, by the catalog's key of the role.
    pub roles: BTreeMap<String, RoleSettings>,
    /// The starred roles, by the catalog's key.
    pub favourites: BTreeSet<String>,
    /// The roles that the person added here.
    pub added_roles: Vec<AddedRole>,
    /// The roles, by the catalog's key, whose sessions are renewed by themselves.
    pub auto_renew: BTreeSet<String>,
    /// Light, dark or the system's.
    pub theme: Theme,
    /// What Quit does with live sessions.
    pub quit: QuitChoice,
    /// What an MFA code is spent on.
    pub codes: CodeUse,
    /// The OATH account on a YubiKey, by the MFA device that it is.
    pub yubikeys: BTreeMap<MfaSerial, String>,
    /// Endpoints, not AWS's own, that may receive signed requests.
    pub consented_endpoints: BTreeSet<String>,
    /// The commands that may be run for credentials, each by its fingerprint: the command itself may hold secrets.
    pub consented_commands: BTreeSet<String>,
    /// The SAML providers that the person signs in at.
    pub saml_providers: Vec<SamlProvider>,
    /// The longest session each role is known to give, in seconds.
    pub role_maximums: BTreeMap<RoleArn, SessionDuration>,
    /// Through which proxy AWS is reached.
    pub proxy: ProxyChoice,
    /// Where sign-ins to Identity Center are kept.
    pub sign_ins: SignInStore,
    /// Whether no session's keys may be written into the shared files.
    pub no_keys_in_profiles: bool,
    /// Where downloads go.
    pub download_folder: Option<PathBuf>,
    /// In which browser console pages open.
    pub console: ConsoleChoices,
    /// In which terminal a session opens.
    pub terminal: TerminalChoice,
    /// How much of the history is kept.
    pub keep_history: HistoryKeep,
    /// Things said once and not again, by their names.
    pub said: BTreeSet<String>,
    /// What another version wrote: kept.
    #[serde(flatten)]
    pub unknown: serde_json::Map<String, Value>,
}

impl Settings {
    /// The accounts, as the catalog takes them.
    pub fn accounts(&self) -> Accounts {
        self.accounts
            .iter()
            .map(|(id, said)| (*id, said.clone()))
            .collect()
    }
}

/// Which looks the window has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// What Quit does with live sessions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum QuitChoice {
    #[default]
    Ask,
    Keep,
    EndAll,
}

/// The settings could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("the settings {} could not be {doing}: {why}; check the file's permissions and the free space", path.display())]
pub struct SettingsFailure {
    /// The file.
    pub path: PathBuf,
    /// `read` or `written`.
    pub doing: &'static str,
    /// What the system said.
    pub why: io::Error,
}

/// The settings as read, and what to say about them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Loaded {
    /// The settings; the defaults where there were none.
    pub settings: Settings,
    /// Where the old file is, if it was broken and has been set aside.
    pub set_aside: Option<PathBuf>,
}

/// The file of one home.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    path: PathBuf,
}

impl SettingsFile {
    /// Of this home.
    pub fn of(home: &Home) -> Self {
        Self {
            path: home.settings(),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the settings. Blocks shortly. `now` names the file that a broken one is moved to.
    pub fn load(&self, now: Timestamp) -> Result<Loaded, SettingsFailure> {
        let failed = |doing| move |why| self.failure(doing, why);
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Loaded::default()),
            Err(why) => return Err(self.failure("read", why)),
        };
        match serde_json::from_slice(&bytes) {
            Ok(settings) => Ok(Loaded {
                settings,
                set_aside: None,
            }),
            Err(why) => {
                let aside =
                    private::set_aside(&self.path, &private::broken_at(now)).map_err(failed("written"))?;
                tracing::warn!(path = %aside.display(), %why, "the settings were broken and have been set aside");
                Ok(Loaded {
                    settings: Settings::default(),
                    set_aside: Some(aside),
                })
            }
        }
    }

    /// Reads the settings again under the lock, lets `change` at them, and writes them in one step. Blocks shortly.
    pub fn update(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Settings),
    ) -> Result<Settings, SettingsFailure> {
        let failed = |why| self.failure("written", why);
        let lock = self.lock().map_err(failed)?;
        let mut settings = self.load(now)?.settings;
        change(&mut settings);
        let mut text = serde_json::to_vec_pretty(&settings).map_err(|why| failed(io::Error::other(why)))?;
        text.push(b'\n');
        private::replace(&self.path, &text).map_err(failed)?;
        drop(lock);
        Ok(settings)
    }

    /// The lock is a file of its own: the settings themselves are replaced, and a lock on a replaced file holds
    /// nothing. The system lets go of it when the process ends, however it ends.
    fn lock(&self) -> io::Result<fs::File> {
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(self.path.with_extension("lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn failure(&self, doing: &'static str, why: io::Error) -> SettingsFailure {
        SettingsFailure {
            path: self.path.clone(),
            doing,
            why,
        }
    }
}

#[cfg(test)]
mod tests;
