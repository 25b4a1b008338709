//! What the person has chosen for the app as a whole.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::session::CodeUse;
use hatrack_core::sts_limits::MfaSerial;
use serde::{Deserialize, Serialize};

pub use hatrack_store::settings::{QuitChoice, Theme};

/// The settings, as a whole: read, change, write back.
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
    /// Where downloads go; `None` for the desktop's own folder.
    pub download_folder: Option<PathBuf>,
    /// Things said once and not again, by their names.
    pub said: Vec<String>,
}
