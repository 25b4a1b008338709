//! How `hat exec` tells who opened its terminal that it runs, and that it has ended.
//!
//! A terminal is often a word to a process that runs already: its own end says nothing of what runs in it. So `hat`
//! connects to a socket of who asked, says one line, and holds the connection until its command has ended, however it
//! ends.

use std::io::{self, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use hatrack_core::shared_config::inert_whole;

const STARTED: &str = "started";
const FAILED: &str = "failed ";

/// What comes of the command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// It runs.
    Started,
    /// It cannot run, and why.
    Failed(String),
}

impl Said {
    /// Reads a line.
    pub(super) fn read(line: &str) -> Option<Self> {
        let line = line.trim_end();
        match line.strip_prefix(FAILED) {
            Some(why) => Some(Self::Failed(inert_whole(why))),
            None => (line == STARTED).then_some(Self::Started),
        }
    }
}

/// The connection of `hat exec` to who opened its terminal.
#[derive(Debug)]
pub struct Announcer(UnixStream);

impl Announcer {
    /// Connects to the socket at `path`.
    pub fn connect(path: &Path) -> io::Result<Self> {
        UnixStream::connect(path).map(Self)
    }

    /// Says that the command runs. That it has ended is said by dropping this.
    pub fn started(&mut self) -> io::Result<()> {
        self.0.write_all(format!("{STARTED}\n").as_bytes())
    }

    /// Says why there is no command.
    pub fn failed(&mut self, why: &str) -> io::Result<()> {
        self.0
            .write_all(format!("{FAILED}{}\n", inert_whole(why)).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_is_taken_for_a_start() {
        assert_eq!(Said::read("started\n"), Some(Said::Started));
        assert_eq!(
            Said::read("failed no role\n"),
            Some(Said::Failed("no role".to_owned()))
        );
        assert_eq!(Said::read("started twice\n"), None);
        assert_eq!(Said::read(""), None);
    }
}
