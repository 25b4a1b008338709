//! What the person has chosen for the app as a whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::console::ConsoleChoices;
use hatrack_core::history_keep::HistoryKeep;
use hatrack_core::session::CodeUse;
use hatrack_core::sts_limits::MfaSerial;
use hatrack_core::terminal::TerminalChoice;
use serde::{Deserialize, Serialize};

use hatrack_store::settings::Settings as Stored;
pub use hatrack_store::settings::{QuitChoice, Theme};

/// The settings, as a whole. They are changed one by one: see [`ChangeSettings`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What Quit does with live sessions.
    pub quit_choice: QuitChoice,
    /// The looks.
    pub theme: Theme,
    /// What an MFA code is spent on.
    pub codes: CodeUse,
    /// The OATH account on a YubiKey, by the MFA device that it is.
    pub yubikeys: BTreeMap<MfaSerial, String>,
    /// Through which proxy AWS is reached.
    pub proxy: ProxyChoice,
    /// Where sign-ins to Identity Center are kept.
    pub sign_ins: SignInStore,
    /// Whether no session's keys may be written into the shared files.
    pub no_keys_in_profiles: bool,
    /// Where downloads go; `None` for the desktop's own folder.
    pub download_folder: Option<PathBuf>,
    /// In which browser console pages open.
    pub console: ConsoleChoices,
    /// In which terminal a session opens.
    pub terminal: TerminalChoice,
    /// Things said once and not again, by their names.
    pub said: Vec<String>,
    /// How much of the history is kept.
    pub keep_history: HistoryKeep,
}

/// Changes what is given of the settings, and leaves the rest: who knows less of them, or has read them a moment ago,
/// takes nothing back that another has said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeSettings {
    /// What Quit does with live sessions.
    pub quit_choice: Option<QuitChoice>,
    /// The looks.
    pub theme: Option<Theme>,
    /// What an MFA code is spent on.
    pub codes: Option<CodeUse>,
    /// The OATH accounts that change, by their MFA devices; `None` takes one back.
    pub yubikeys: BTreeMap<MfaSerial, Option<String>>,
    /// Through which proxy AWS is reached.
    pub proxy: Option<ProxyChoice>,
    /// Where sign-ins to Identity Center are kept.
    pub sign_ins: Option<SignInStore>,
    /// Whether no session's keys may be written into the shared files.
    pub no_keys_in_profiles: Option<bool>,
    /// Where downloads go.
    pub download_folder: Option<PathBuf>,
    /// In which browser console pages open.
    pub console: Option<ConsoleChoices>,
    /// In which terminal a session opens.
    pub terminal: Option<TerminalChoice>,
    /// How much of the history is kept; what is not goes soon after.
    pub keep_history: Option<HistoryKeep>,
    /// Things said once and not again, which add to those said before.
    pub said: Vec<String>,
}

impl ChangeSettings {
    /// Does it to `stored`.
    pub fn apply(self, stored: &mut Stored) {
        stored.quit = self.quit_choice.unwrap_or(stored.quit);
        stored.theme = self.theme.unwrap_or(stored.theme);
        stored.codes = self.codes.unwrap_or(stored.codes);
        stored.proxy = self.proxy.unwrap_or(stored.proxy);
        stored.sign_ins = self.sign_ins.unwrap_or(stored.sign_ins);
        stored.no_keys_in_profiles = self.no_keys_in_profiles.unwrap_or(stored.no_keys_in_profiles);
        for (serial, account) in self.yubikeys {
            match account {
                Some(account) => drop(stored.yubikeys.insert(serial, account)),
                None => drop(stored.yubikeys.remove(&serial)),
            }
        }
        if self.download_folder.is_some() {
            stored.download_folder = self.download_folder;
        }
        if let Some(console) = self.console {
            stored.console = console;
        }
        if let Some(terminal) = self.terminal {
            stored.terminal = terminal;
        }
        stored.keep_history = self.keep_history.unwrap_or(stored.keep_history);
        stored.said.extend(self.said);
    }
}
