//! Standard output: written once, whole.

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Writes everything a command has to say. A reader that has gone away, such as `head`, is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .or_else(unless_gone)
}

/// What failed in writing to standard output, unless its reader has gone away.
pub fn unless_gone(error: io::Error) -> Result<(), Failure> {
    match error.kind() {
        ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Failure::refused(format!(
            "standard output could not be written: {error}; free space or use another file"
        ))),
    }
}

/// Writes a value as JSON, for scripts.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| {
        Failure::refused(format!(
            "this cannot be written as JSON: {error}; leave out --json"
        ))
    })?;
    text.push('\n');
    print(&text)
}

/// Tells the person something that is no result, on standard error. Where nobody can be told, nothing is: that must
/// not change what the command does.
pub fn note(text: &str) {
    let line = format!("hat: {}\n", tame(text));
    let _ = io::stderr().write_all(line.as_bytes());
}

/// `text` with what steers a terminal spelled out: messages repeat what servers and files say.
fn tame(text: &str) -> String {
    let mut tame = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() && c != '\n' {
            tame.extend(c.escape_unicode());
        } else {
            tame.push(c);
        }
    }
    tame
}

/// What a table for people is written on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paper {
    /// Whether it takes colours.
    pub coloured: bool,
    /// The columns of a line; `None` where lines may be as long as they like.
    pub columns: Option<usize>,
}

impl Paper {
    /// Standard output. Colours are for terminals that know them, as `TERM` says; `NO_COLOR` (no-color.org) and
    /// `CLICOLOR_FORCE` (bixense.com/clicolors) overrule that. What a program reads is never broken into lines.
    pub fn of_stdout() -> Self {
        let out = io::stdout();
        Self {
            coloured: anstream::AutoStream::choice(&out) != anstream::ColorChoice::Never,
            columns: out.is_terminal().then(columns).flatten(),
        }
    }
}

/// As the terminal tells, else as `COLUMNS` does: some serial lines know no size.
fn columns() -> Option<usize> {
    let told = rustix::termios::tcgetwinsize(io::stdout()).map(|size| usize::from(size.ws_col));
    let set = || std::env::var("COLUMNS").ok()?.parse().ok();
    let some = |columns: &usize| *columns > 0;
    told.ok().filter(some).or_else(|| set().filter(some))
}

#[cfg(test)]
mod tests {
    use super::tame;

    #[test]
    fn a_message_steers_no_terminal() {
        assert_eq!(
            tame("a\u{1b}]0;b\u{7}\r\u{9b}c\n  d\u{e9}"),
            "a\\u{1b}]0;b\\u{7}\\u{d}\\u{9b}c\n  d\u{e9}"
        );
    }
}
