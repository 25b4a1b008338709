//! Opening a terminal of the person's, in which something runs.

mod announce;
mod command;
mod find;
mod known;
mod open;

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

pub use announce::Announcer;
pub use command::{SessionShell, shell_of_person};
pub use find::{Terminal, Variables};
pub use open::{AwaitedCommand, OpenTerminal, TerminalOrder};

/// What runs in no terminal.
#[derive(Debug, thiserror::Error)]
pub enum TerminalNotOpened {
    /// There is none.
    #[error("no terminal was found; install one, or give the command that opens yours in the settings")]
    None,
    /// Not this one.
    #[error("the terminal \"{0}\" was not found; install it, or choose another in the settings")]
    NotHere(String),
    /// Its end could not be heard of.
    #[error("a terminal cannot be waited for: {0}; check the folder for Hatrack's own files")]
    NoSocket(io::Error),
    /// The system did not start it.
    #[error("{} could not be started: {why}; choose another terminal in the settings", program.display())]
    NotStarted {
        /// What was to be started.
        program: PathBuf,
        /// What the system said.
        why: io::Error,
    },
    /// It ended before anything ran in it.
    #[error("{label} opened no terminal ({how}){}", said_by(.said))]
    Ended {
        /// What people call it.
        label: String,
        /// How it ended.
        how: ExitStatus,
        /// Its last words.
        said: String,
    },
    /// Nothing came of it.
    #[error(
        "{label} did not run the command within a minute; look into its window, or choose another terminal in the settings"
    )]
    Silent {
        /// What people call it.
        label: String,
    },
    /// `hat` could not run the command; these are its words.
    #[error("{0}")]
    Refused(String),
}

fn said_by(words: &str) -> String {
    match words {
        "" => "; choose another in the settings".to_owned(),
        words => format!(". It said: {words}"),
    }
}
