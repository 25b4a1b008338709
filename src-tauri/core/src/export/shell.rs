//! The languages that export lines are written in.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A language for export lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Shell {
    /// bash, zsh, dash, ksh and their kin.
    Posix,
    /// fish.
    Fish,
    /// PowerShell, of Windows and the newer `pwsh`.
    PowerShell,
    /// The Windows command prompt.
    Cmd,
    /// Nushell.
    Nu,
    /// A `.env` file. It can set, and not unset.
    Dotenv,
    /// One JSON object of names and values.
    Json,
}

/// The text names no shell that export lines are written for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no shell that Hatrack knows; use bash, zsh, fish, powershell, cmd, nu, dotenv or json")]
pub struct UnknownShell(pub String);

impl Shell {
    /// Whether a person types into it: files and data carry nothing for a prompt.
    pub(super) fn has_a_prompt(self) -> bool {
        !matches!(self, Self::Dotenv | Self::Json)
    }

    /// Every language, in the order menus show them.
    pub const ALL: [Self; 7] = [
        Self::Posix,
        Self::Fish,
        Self::PowerShell,
        Self::Cmd,
        Self::Nu,
        Self::Dotenv,
        Self::Json,
    ];

    /// The language of the shell whose program is at `path` (`$SHELL`); `None` for a program that is not known.
    pub fn of_program(path: &str) -> Option<Self> {
        let name = path.rsplit(['/', '\\']).next()?;
        name.strip_suffix(".exe").unwrap_or(name).parse().ok()
    }

    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Posix => "bash and zsh",
            Self::Fish => "fish",
            Self::PowerShell => "PowerShell",
            Self::Cmd => "cmd",
            Self::Nu => "nu",
            Self::Dotenv => ".env",
            Self::Json => "JSON",
        }
    }
}

impl FromStr for Shell {
    type Err = UnknownShell;

    fn from_str(text: &str) -> Result<Self, UnknownShell> {
        Ok(match text.to_ascii_lowercase().as_str() {
            "posix" | "bash" | "zsh" | "sh" | "dash" | "ash" | "ksh" | "mksh" | "ksh93" => Self::Posix,
            "fish" => Self::Fish,
            "powershell" | "pwsh" => Self::PowerShell,
            "cmd" => Self::Cmd,
            "nu" | "nushell" => Self::Nu,
            "dotenv" | ".env" | "env" => Self::Dotenv,
            "json" => Self::Json,
            _ => return Err(UnknownShell(text.to_owned())),
        })
    }
}

impl fmt::Display for Shell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Posix => "posix",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Cmd => "cmd",
            Self::Nu => "nu",
            Self::Dotenv => "dotenv",
            Self::Json => "json",
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_shell_is_known_by_its_program() {
        assert_eq!(Shell::of_program("/usr/bin/zsh"), Some(Shell::Posix));
        assert_eq!(Shell::of_program("/opt/homebrew/bin/fish"), Some(Shell::Fish));
        assert_eq!(
            Shell::of_program(r"C:\Program Files\PowerShell\7\pwsh.exe"),
            Some(Shell::PowerShell)
        );
        assert_eq!(Shell::of_program("/bin/xonsh"), None);
        assert_eq!(Shell::of_program(""), None);
    }

    #[test]
    fn the_wire_word_and_the_option_are_the_same_word() {
        for shell in Shell::ALL {
            let wire = serde_json::to_value(shell).unwrap();
            assert_eq!(wire, shell.to_string());
            assert_eq!(wire.as_str().unwrap().parse::<Shell>().unwrap(), shell);
        }
    }
}
