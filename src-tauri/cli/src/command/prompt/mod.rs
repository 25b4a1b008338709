//! `hat prompt`: the session in a shell's prompt.
//!
//! It is called for every prompt: it asks no agent, reads no file, and says what the environment tells.

mod segment;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use hatrack_core::shell_setup::{SHELL_SETUPS, ShellSetup};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::out;

/// The arguments of `hat prompt`.
#[derive(Debug, Args)]
#[command(after_help = usage())]
pub struct Prompt {
    /// bash, zsh, fish or starship; the shell in use where left out
    #[arg(long, value_name = "SHELL")]
    shell: Option<PromptShell>,
    /// Print what a prompt shows now: account, role and the minutes left; nothing where there is no session
    #[arg(long)]
    segment: bool,
}

/// The lines that people write into their shells' files.
fn usage() -> String {
    let line = |shell: &ShellSetup| {
        format!(
            "{:<11}{:<56}{}",
            format!("{}:", shell.name),
            shell.prompt,
            shell.file
        )
    };
    SHELL_SETUPS.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Whose prompt it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PromptShell {
    Bash,
    Zsh,
    Fish,
    Starship,
}

impl Prompt {
    /// Prints the snippet, or the segment.
    pub fn run(self) -> Result<ExitCode, Failure> {
        if self.segment {
            let shown = segment::of(|name| std::env::var(name).ok(), Timestamp::now());
            out::print(&shown.map(|text| text + "\n").unwrap_or_default())?;
            return Ok(ExitCode::SUCCESS);
        }
        let in_use = || {
            let login = std::env::var("SHELL").unwrap_or_default();
            let name = login.rsplit('/').next().unwrap_or_default();
            PromptShell::from_str(name, true).ok()
        };
        let shell = self.shell.or_else(in_use).ok_or_else(|| {
            Failure::usage(
                "$SHELL is none that has a prompt here; name one: --shell bash, zsh, fish or starship",
            )
        })?;
        out::print(shell.snippet())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl PromptShell {
    /// What the shell is to read. Where there is no session, a prompt costs a look at a variable and starts nothing.
    fn snippet(self) -> &'static str {
        match self {
            Self::Bash => include_str!("hatrack.bash"),
            Self::Zsh => include_str!("hatrack.zsh"),
            Self::Fish => include_str!("hatrack.fish"),
            Self::Starship => include_str!("hatrack.toml"),
        }
    }
}
