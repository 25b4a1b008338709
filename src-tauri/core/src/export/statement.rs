//! One statement of an export text, in the pieces that both the text and its masked form are put together from.

use zeroize::Zeroizing;

use super::Shell;
use super::{cmd, dotenv, fish, json, nu, posix, powershell};

/// A value cannot be written so that the shell takes it literally.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unquotable {
    /// The value holds a character that the shell would act on, and that nothing escapes.
    #[error("{name} holds {character}, which cannot be written safely for {}; use another --shell", shell.label())]
    Character {
        /// The variable.
        name: &'static str,
        /// The character, named; never the value around it.
        character: String,
        /// The shell.
        shell: Shell,
    },
    /// The format has no way to say that a variable shall not be set.
    #[error("a {} file has no way to unset a variable; delete the file, or use another --shell", shell.label())]
    CannotUnset {
        /// The format.
        shell: Shell,
    },
}

/// What stands around the name and the value when a variable is set.
pub(super) struct Frame {
    pub before: &'static str,
    pub between: &'static str,
    pub after: &'static str,
}

/// What stands around the name when a variable is unset.
pub(super) struct UnsetFrame {
    pub before: &'static str,
    pub after: &'static str,
}

impl Shell {
    pub(super) fn frame(self) -> Frame {
        match self {
            Self::Posix => posix::SET,
            Self::Fish => fish::SET,
            Self::PowerShell => powershell::SET,
            Self::Cmd => cmd::SET,
            Self::Nu => nu::SET,
            Self::Dotenv => dotenv::SET,
            Self::Json => json::SET,
        }
    }

    pub(super) fn unset_frame(self) -> Option<UnsetFrame> {
        match self {
            Self::Posix => Some(posix::UNSET),
            Self::Fish => Some(fish::UNSET),
            Self::PowerShell => Some(powershell::UNSET),
            Self::Cmd => Some(cmd::UNSET),
            Self::Nu => Some(nu::UNSET),
            Self::Dotenv => None,
            Self::Json => Some(json::UNSET),
        }
    }

    /// The same for the unset lines of an export: JSON has none there, since its readers expect text values.
    pub(super) fn unset_frame_beside_set(self) -> Option<UnsetFrame> {
        if self == Self::Json {
            None
        } else {
            self.unset_frame()
        }
    }

    /// The first and the last line of the whole, and what separates the lines between them.
    pub(super) fn wrapping(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Json => ("{", "}", ","),
            _ => ("", "", ""),
        }
    }

    /// The value as it stands between the quotes of the frame.
    pub(super) fn escape(self, name: &'static str, value: &str) -> Result<Zeroizing<String>, Unquotable> {
        if let Some(c) = value.chars().find(|c| !self.takes(*c)) {
            return Err(Unquotable::Character {
                name,
                character: name_of(c),
                shell: self,
            });
        }
        // Escaping makes at most six characters of one byte: reserved, so that no half-written copy is left behind.
        let mut escaped = Zeroizing::new(String::with_capacity(value.len() * 6));
        for c in value.chars() {
            match self {
                Self::Posix => posix::escape(c, &mut escaped),
                Self::Fish => fish::escape(c, &mut escaped),
                Self::PowerShell => powershell::escape(c, &mut escaped),
                Self::Nu => nu::escape(c, &mut escaped),
                Self::Json => json::escape(c, &mut escaped),
                Self::Cmd | Self::Dotenv => escaped.push(c),
            }
        }
        Ok(escaped)
    }

    /// Whether a value may hold `c`. Control characters may not, except in JSON, which names them: the text is
    /// pasted into terminals, and a terminal acts on them before any quote counts.
    fn takes(self, c: char) -> bool {
        match self {
            Self::Json => true,
            Self::Cmd => cmd::takes(c),
            Self::Dotenv => dotenv::takes(c),
            Self::Posix | Self::Fish | Self::PowerShell | Self::Nu => !c.is_control(),
        }
    }
}

/// The character for people: as itself where it can be seen, by its code point too.
fn name_of(c: char) -> String {
    match c {
        '\n' => "a line break".to_owned(),
        '\0' => "a NUL byte".to_owned(),
        ' ' => "a blank".to_owned(),
        c if c.is_ascii_graphic() => format!("the character {c}"),
        c => format!("the character U+{:04X}", u32::from(c)),
    }
}
