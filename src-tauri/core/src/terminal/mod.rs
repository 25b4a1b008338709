//! Which terminal the person wants, and how a command line is written down.

mod choice;
mod template;

pub use choice::TerminalChoice;
pub use template::{COMMAND, NotATemplate, TerminalTemplate, shell_line};
