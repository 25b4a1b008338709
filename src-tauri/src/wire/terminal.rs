//! What the window's own wire has for terminals and shells. Nothing here holds a secret.

use hatrack_core::terminal::TerminalChoice;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A terminal that was opened with a session, and whose shell still runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TerminalView {
    /// Tells it from the others.
    pub id: u32,
    /// Whose credentials it has.
    pub session_id: String,
    /// What people call the terminal.
    pub label: String,
    /// When it was opened.
    #[ts(type = "string")]
    pub opened_at: Timestamp,
}

/// A terminal that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundTerminal {
    /// What settings call it.
    pub name: String,
    /// What people call it.
    pub label: String,
}

/// A shell whose prompt can show the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ShellSetupView {
    /// What it is called.
    pub name: String,
    /// Where its lines go.
    pub file: String,
    /// The line for the prompt.
    pub prompt: String,
    /// The line for completions; `null` where it has none.
    pub completions: Option<String>,
}

/// What there is to say of terminals and shells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct TerminalSettings {
    /// Which one the person wants.
    pub choice: TerminalChoice,
    /// The one that opens where none is chosen; `null` where there is none.
    pub system: Option<String>,
    /// Those that are installed.
    pub found: Vec<FoundTerminal>,
    /// Where `hat` is; `null` where it was not found.
    pub hat: Option<String>,
    /// Whether a shell finds it by its name.
    pub hat_on_path: bool,
    /// The shells.
    pub shells: Vec<ShellSetupView>,
}

/// Chooses a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SetTerminalRequest {
    /// The system's.
    System,
    /// A known one.
    Known {
        /// By its name.
        name: String,
    },
    /// A command of the person's own, who is asked once more: it will be run.
    Command {
        /// The command.
        template: String,
    },
}
