//! Standard output: written once, whole.

use std::io::{self, ErrorKind, IsTerminal, Write};

use serde::Serialize;

use crate::failure::Failure;

/// Writes everything a command has to say. A reader that has gone away, such as `head`, is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::refused(format!(
            "standard output could not be written: {error}; free space or use another file"
        ))),
        _ => Ok(()),
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

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard output takes colours: a terminal, unless `NO_COLOR` is set (no-color.org).
pub fn is_coloured() -> bool {
    is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
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
