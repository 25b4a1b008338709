//! Which terminal opens.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::TerminalTemplate;

/// In which terminal a session opens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TerminalChoice {
    /// The one that the system names, else the first that is found.
    #[default]
    System,
    /// One that is known.
    Known {
        /// By the name of its program: `kitty`.
        name: String,
    },
    /// By a command of the person's own.
    Command {
        /// The command, and where in it what runs goes.
        template: TerminalTemplate,
    },
}
