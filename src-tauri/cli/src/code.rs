//! Asking the person at the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

use zeroize::Zeroizing;

/// The terminal that the person sits at, whatever the standard streams are redirected to.
pub struct Terminal {
    read: BufReader<File>,
    write: File,
}

#[cfg(unix)]
const PATHS: (&str, &str) = ("/dev/tty", "/dev/tty");
#[cfg(windows)]
const PATHS: (&str, &str) = ("CONIN$", "CONOUT$");

impl Terminal {
    /// `None` where nobody sits: no terminal, or one that this program was started from but cut off of.
    pub fn open() -> Option<Self> {
        if !(io::stdin().is_terminal() || io::stderr().is_terminal()) {
            return None;
        }
        let read = OpenOptions::new().read(true).open(PATHS.0).ok()?;
        let write = OpenOptions::new().write(true).open(PATHS.1).ok()?;
        Some(Self {
            read: BufReader::new(read),
            write,
        })
    }

    /// Asks and waits for a line; `None` when the person ends the input (Ctrl-D) or enters nothing.
    pub fn ask(&mut self, question: &str) -> Option<Zeroizing<String>> {
        write!(self.write, "{question} ")
            .and_then(|()| self.write.flush())
            .ok()?;
        // Room from the start: a text that grows leaves copies behind.
        let mut line = Zeroizing::new(String::with_capacity(256));
        self.read.read_line(&mut line).ok()?;
        let answer = Zeroizing::new(line.trim().to_owned());
        (!answer.is_empty()).then_some(answer)
    }

    /// Says something without waiting.
    pub fn say(&mut self, text: &str) {
        // If the terminal has gone, the next question finds out.
        let _ = writeln!(self.write, "{text}");
    }
}
