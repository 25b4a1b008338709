//! A command that opens a terminal, as a person writes it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::route::{NotSplit, split_words};
use crate::shared_config::{inert, inert_whole};

/// Stands for what runs in the terminal.
pub const COMMAND: &str = "{command}";
/// A line that is longer cannot be read whole where it is to be agreed to.
const LONGEST: usize = 1024;

/// A command line with a place for what runs in the terminal. It is split into words as a POSIX shell quotes, and no
/// shell ever sees it: nothing is expanded, and `;` or `|` mean themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(as = "String")]
pub struct TerminalTemplate(String);

/// No such command line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotATemplate {
    /// It cannot be split.
    #[error("the terminal's command cannot be split into words: {0}")]
    NotSplit(NotSplit),
    /// What runs has no place.
    #[error(
        "the terminal's command says nowhere what runs in it; write {COMMAND} there, as in: kitty {COMMAND}"
    )]
    NoPlace,
    /// What runs would be the program itself.
    #[error("\"{}\" names no terminal; begin with its program, as in: kitty {COMMAND}", inert(.0))]
    NoProgram(String),
    /// What is seen of it is not what it is.
    #[error("the terminal's command holds a character that is not seen; take it out: {}", inert(.0))]
    Unseen(String),
    /// It is too long to be read.
    #[error("the terminal's command has more than {LONGEST} characters; put it into a script")]
    Long,
}

impl TerminalTemplate {
    /// What starts a terminal that runs `command`. A [`COMMAND`] that is a word of its own becomes the command's words;
    /// inside another word it becomes one text, quoted for a POSIX shell.
    pub fn words(&self, command: &[String]) -> Vec<String> {
        let mut words = Vec::new();
        for word in split_words(&self.0).unwrap_or_default() {
            match word.as_str() {
                COMMAND => words.extend_from_slice(command),
                _ => words.push(word.replace(COMMAND, &shell_line(command))),
            }
        }
        words
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TerminalTemplate {
    type Error = NotATemplate;

    fn try_from(text: String) -> Result<Self, NotATemplate> {
        let text = text.trim();
        // A person agrees to what a dialog shows of it.
        if inert_whole(text) != text {
            return Err(NotATemplate::Unseen(text.to_owned()));
        }
        if text.chars().count() > LONGEST {
            return Err(NotATemplate::Long);
        }
        let words = split_words(text).map_err(NotATemplate::NotSplit)?;
        if !words.iter().any(|word| word.contains(COMMAND)) {
            return Err(NotATemplate::NoPlace);
        }
        match words.first() {
            Some(program) if program.contains(COMMAND) => Err(NotATemplate::NoProgram(program.clone())),
            _ => Ok(Self(text.to_owned())),
        }
    }
}

impl From<TerminalTemplate> for String {
    fn from(template: TerminalTemplate) -> Self {
        template.0
    }
}

/// `words` as one line that a POSIX shell reads back as the same words.
///
/// Source: POSIX.1-2024, Shell Command Language, 2.2.2 "Single-Quotes".
pub fn shell_line(words: &[String]) -> String {
    let quoted = |word: &String| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-+/:.,@".contains(c);
        let literal = !word.is_empty() && word.chars().all(plain);
        if literal {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn template(text: &str) -> Result<TerminalTemplate, NotATemplate> {
        text.to_owned().try_into()
    }

    fn words(text: &str, command: &[&str]) -> Vec<String> {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        template(text).unwrap().words(&command)
    }

    #[test]
    fn what_runs_takes_its_place_as_words_or_as_one_text() {
        let command = ["/opt/my apps/hat", "exec", "--", "it's"];
        assert_eq!(
            words("kitty --title 'AWS session' {command}", &command),
            [
                "kitty",
                "--title",
                "AWS session",
                "/opt/my apps/hat",
                "exec",
                "--",
                "it's"
            ]
        );
        assert_eq!(
            words("lxterminal --command={command}", &command),
            ["lxterminal", r"--command='/opt/my apps/hat' exec -- 'it'\''s'"]
        );
    }

    #[test]
    fn nothing_of_it_is_expanded() {
        assert_eq!(
            words("t $HOME `id` ; rm {command} > x", &["hat"]),
            ["t", "$HOME", "`id`", ";", "rm", "hat", ">", "x"]
        );
        // What the command itself holds is no place.
        assert_eq!(words("t {command}", &["{command}"]), ["t", "{command}"]);
    }

    #[test]
    fn what_would_start_no_terminal_is_refused() {
        assert_eq!(template("kitty"), Err(NotATemplate::NoPlace));
        assert!(matches!(template("{command}"), Err(NotATemplate::NoProgram(_))));
        assert!(matches!(template(" "), Err(NotATemplate::NotSplit(_))));
        assert!(matches!(
            template("kitty '{command}"),
            Err(NotATemplate::NotSplit(_))
        ));
        assert!(matches!(template("'' {command}"), Err(NotATemplate::NotSplit(_))));
        assert!(serde_json::from_str::<TerminalTemplate>("\"kitty\"").is_err());
    }

    #[test]
    fn what_a_person_cannot_see_in_a_dialog_is_refused() {
        for hidden in ["\n", "\u{1b}[8m", "\u{202e}", "\u{200b}", "\u{e0041}"] {
            let line = format!("kitty {hidden} {{command}}");
            assert_eq!(template(&line), Err(NotATemplate::Unseen(line)));
        }
        let long = format!("kitty {} {{command}}", " ".repeat(LONGEST));
        assert_eq!(template(&long), Err(NotATemplate::Long));
        assert!(template("kitty --title 'Größe 監査' {command}").is_ok());
    }

    #[test]
    fn a_shell_reads_the_same_words_back() {
        let given = [
            "a b",
            "",
            "it's",
            "$(id)",
            "`id`",
            "!x",
            "a=b",
            "~",
            "*",
            "plain-1.2/x",
        ];
        let given: Vec<String> = given.iter().map(|word| (*word).to_owned()).collect();
        let script = format!("printf '%s\\n' {}", shell_line(&given));
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .output()
            .unwrap();
        let read = String::from_utf8(output.stdout).unwrap();
        assert_eq!(read.lines().collect::<Vec<_>>(), given);
    }
}
