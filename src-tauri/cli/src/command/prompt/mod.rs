//! `hat prompt`: the session in a shell's prompt.
//!
//! It is called for every prompt: it asks no agent, reads no file, and says what the environment tells.

mod segment;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;

use crate::failure::Failure;
use crate::out;

/// The arguments of `hat prompt`.
#[derive(Debug, Args)]
#[command(after_help = USE)]
pub struct Prompt {
    /// bash, zsh, fish or starship; the shell in use where left out
    #[arg(long, value_name = "SHELL")]
    shell: Option<PromptShell>,
    /// Print what a prompt shows now: account, role and the minutes left; nothing where there is no session
    #[arg(long)]
    segment: bool,
}

const USE: &str = "\
bash:      eval \"$(hat prompt --shell bash)\"      at the end of ~/.bashrc
zsh:       eval \"$(hat prompt --shell zsh)\"       at the end of ~/.zshrc
fish:      hat prompt --shell fish | source       in ~/.config/fish/config.fish
starship:  hat prompt --shell starship >> ~/.config/starship.toml";

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
