//! The command of a `credential_process`.

mod split;

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use split::NotSplit;

/// The command line of a `credential_process`. Its arguments may hold secrets: only the program is ever printed.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessCommand(String);

impl ProcessCommand {
    /// Takes the line over as it is written in the profile.
    pub fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// The whole line, for the one place that may execute it, after the person's consent.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The program without its arguments, for people.
    pub fn program(&self) -> String {
        self.words().into_iter().next().unwrap_or_default()
    }

    /// Tells this exact line from any other without repeating it: SHA-256, in hexadecimal.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(self.0.as_bytes()))
    }

    /// The program and its arguments as the AWS SDK for Python starts them on this system: no shell, no expansion.
    pub fn arguments(&self) -> Result<Vec<String>, NotSplit> {
        if cfg!(windows) {
            split::windows(&self.0)
        } else {
            split::posix(&self.0)
        }
    }

    /// The words of the line, read leniently: for showing and recognising it on any system, not for starting it. Words
    /// are split as a POSIX shell does, without any expansion. An open quote ends with the line.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut word: Option<String> = None;
        let mut quote: Option<char> = None;
        let mut letters = self.0.chars();
        while let Some(c) = letters.next() {
            match (quote, c) {
                (Some(q), _) if c == q => quote = None,
                (None, '"' | '\'') => {
                    quote = Some(c);
                    word.get_or_insert_default();
                }
                // Windows paths are written with single backslashes: only a quote, a blank or another one is escaped.
                (None | Some('"'), '\\') => match letters.clone().next() {
                    Some(next @ ('"' | '\\')) => {
                        letters.next();
                        word.get_or_insert_default().push(next);
                    }
                    Some(next @ (' ' | '\'')) if quote.is_none() => {
                        letters.next();
                        word.get_or_insert_default().push(next);
                    }
                    _ => word.get_or_insert_default().push(c),
                },
                (None, ' ' | '\t' | '\n') => words.extend(word.take()),
                _ => word.get_or_insert_default().push(c),
            }
        }
        words.extend(word);
        words
    }

    /// The ROLE this command hands out, if the command is `hat credential-process ROLE`: then the profile is an
    /// alias for that role, never an identity, and never executed by Hatrack.
    pub fn hat_role(&self) -> Option<HatAlias> {
        let words = self.words();
        let program = words.first()?.rsplit(['/', '\\']).next()?;
        let name = program.strip_suffix(".exe").unwrap_or(program);
        if !name.eq_ignore_ascii_case("hat") {
            return None;
        }
        let place = words.iter().position(|w| w == "credential-process");
        let role = place.and_then(|at| role_among(&words[at + 1..])).cloned();
        Some(HatAlias { role })
    }
}

/// Splits a command line as a POSIX shell quotes, and does nothing else of a shell.
///
/// # Errors
/// It names no program, or a quote is left open.
pub fn split_words(line: &str) -> Result<Vec<String>, NotSplit> {
    split::posix(line)
}

/// The ROLE among the arguments of `hat credential-process`. The word after an option is that option's value, save
/// for the few options that take none.
fn role_among(arguments: &[String]) -> Option<&String> {
    const WITHOUT_VALUE: [&str; 2] = ["--raw", "--allow-endpoint"];
    let mut arguments = arguments.iter();
    while let Some(word) = arguments.next() {
        if word == "--" {
            return arguments.next();
        }
        if !word.starts_with('-') {
            return Some(word);
        }
        if !word.contains('=') && !WITHOUT_VALUE.contains(&word.as_str()) {
            arguments.next();
        }
    }
    None
}

/// A profile's command is `hat`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HatAlias {
    /// The role it names; `None` where `hat` would take it from `AWS_PROFILE`, or where it is no
    /// `credential-process` command.
    pub role: Option<String>,
}

impl fmt::Debug for ProcessCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ** arguments redacted **", self.program())
    }
}
