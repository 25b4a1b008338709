//! `hat completions`: scripts for shells.

use std::process::ExitCode;

use clap::builder::PossibleValue;
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;
use clap_complete_nushell::Nushell;

use super::Hat;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat completions`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell
    shell: Completed,
}

/// A shell that completes.
#[derive(Debug, Clone, Copy)]
enum Completed {
    Common(Shell),
    Nu,
}

impl ValueEnum for Completed {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [Completed; 6] = [
            Completed::Common(Shell::Bash),
            Completed::Common(Shell::Zsh),
            Completed::Common(Shell::Fish),
            Completed::Common(Shell::PowerShell),
            Completed::Common(Shell::Elvish),
            Completed::Nu,
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Common(shell) => shell.to_possible_value(),
            Self::Nu => Some(PossibleValue::new("nu").alias("nushell")),
        }
    }
}

impl Completions {
    /// Prints the script.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut command = Hat::command();
        let mut script = Vec::new();
        match self.shell {
            Completed::Common(shell) => clap_complete::generate(shell, &mut command, "hat", &mut script),
            Completed::Nu => clap_complete::generate(Nushell, &mut command, "hat", &mut script),
        }
        out::print(&String::from_utf8_lossy(&script))?;
        Ok(ExitCode::SUCCESS)
    }
}
