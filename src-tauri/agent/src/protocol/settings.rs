//! What the person has chosen for the app as a whole.

use serde::{Deserialize, Serialize};

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

/// Light, dark, or as the desktop has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// The settings, as a whole: read, change, write back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// What Quit does with live sessions.
    pub quit_choice: QuitChoice,
    /// The looks.
    pub theme: Theme,
}
