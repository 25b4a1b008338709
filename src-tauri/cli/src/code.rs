//! Asking the person at the terminal.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};

use zeroize::Zeroizing;

/// The terminal that the person sits at, whatever the standard streams are redirected to.
pub struct Terminal {
    read: BufReader<File>,
    write: File,
}

/// While this lives, the terminal shows nothing of what is typed.
#[cfg(unix)]
struct Hidden {
    terminal: File,
    before: rustix::termios::Termios,
}

#[cfg(unix)]
impl Hidden {
    /// `None` where the terminal cannot be told so: then nothing secret is to be typed.
    fn on(terminal: &File) -> Option<Self> {
        Self::without(terminal, rustix::termios::LocalModes::ECHO)
    }

    /// The same for a text that is longer than a line of the terminal may be (4,095 characters on Linux).
    fn on_without_lines(terminal: &File) -> Option<Self> {
        use rustix::termios::LocalModes;
        Self::without(terminal, LocalModes::ECHO | LocalModes::ICANON)
    }

    fn without(terminal: &File, modes: rustix::termios::LocalModes) -> Option<Self> {
        use rustix::termios::{OptionalActions, SpecialCodeIndex, tcgetattr, tcsetattr};
        let terminal = terminal.try_clone().ok()?;
        let before = tcgetattr(&terminal).ok()?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(modes);
        // Without lines, a read waits for one character at least and for no time.
        if modes.contains(rustix::termios::LocalModes::ICANON) {
            hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
            hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        }
        tcsetattr(&terminal, OptionalActions::Flush, &hidden).ok()?;
        Some(Self { terminal, before })
    }
}

#[cfg(unix)]
impl Drop for Hidden {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // A terminal that has gone needs no mode.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
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

    /// As [`Terminal::ask`], and what is typed is not shown.
    pub fn ask_hidden(&mut self, question: &str) -> Option<Zeroizing<String>> {
        let hidden = Hidden::on(self.read.get_ref())?;
        let answer = self.ask(question);
        drop(hidden);
        // The person's own end of line was not shown either.
        self.say("");
        answer
    }

    /// As [`Terminal::ask_hidden`], for a pasted text of up to `most` characters. It ends with a line's end, or with the
    /// end of the input (Ctrl-D).
    pub fn ask_hidden_long(&mut self, question: &str, most: usize) -> Option<Zeroizing<String>> {
        const END_OF_INPUT: u8 = 4;
        let hidden = Hidden::on_without_lines(self.read.get_ref())?;
        write!(self.write, "{question} ")
            .and_then(|()| self.write.flush())
            .ok()?;
        // Room from the start: a text that grows leaves copies behind.
        let mut typed = Zeroizing::new(Vec::with_capacity(most));
        let mut byte = [0];
        while self.read.read_exact(&mut byte).is_ok() {
            match byte[0] {
                END_OF_INPUT => break,
                b'\n' | b'\r' if typed.is_empty() => {}
                b'\n' | b'\r' => break,
                _ if typed.len() == most => {}
                other => typed.push(other),
            }
        }
        drop(hidden);
        // The person's own end of line was not shown either.
        self.say("");
        let text = std::str::from_utf8(&typed).ok()?.trim();
        (!text.is_empty()).then(|| Zeroizing::new(text.to_owned()))
    }

    /// Says something without waiting.
    pub fn say(&mut self, text: &str) {
        // If the terminal has gone, the next question finds out.
        let _ = writeln!(self.write, "{text}");
    }
}
