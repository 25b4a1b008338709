//! How far a copy is, on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hatrack_aws::s3::transfer::Status;

/// Rewrites one line of the terminal; says nothing anywhere else. The line goes when this is dropped.
pub struct Meter {
    on_terminal: bool,
    shown: AtomicBool,
}

const CLEAR: &str = "\r\u{1b}[K";

impl Meter {
    /// For standard error.
    pub fn new() -> Self {
        Self {
            on_terminal: std::io::stderr().is_terminal(),
            shown: AtomicBool::new(false),
        }
    }

    /// How it goes now. The transfer sees to it that this is not too often.
    pub fn show(&self, status: &Status) {
        if self.on_terminal {
            self.shown.store(true, Ordering::Relaxed);
            write(&format!("{CLEAR}{}", line(status)));
        }
    }

    /// Shows something else.
    pub fn say(&self, text: &str) {
        if self.on_terminal {
            self.shown.store(true, Ordering::Relaxed);
            write(&format!("{CLEAR}{text}"));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.shown.swap(false, Ordering::Relaxed) {
            write(CLEAR);
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.clear();
    }
}

fn write(text: &str) {
    // A terminal that has gone shows nothing.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// `3 of 12 files, 1.2 MB of 4.0 MB, 850.0 kB/s, 3 s left`
fn line(status: &Status) -> String {
    let mut parts = Vec::new();
    if status.files > 1 || !status.counted {
        let more = if status.counted { "" } else { " or more" };
        parts.push(format!("{} of {}{more} files", status.files_done, status.files));
    }
    parts.push(match status.total {
        Some(total) => format!("{} of {}", size(status.done), size(total)),
        None => size(status.done),
    });
    if status.rate > 0 {
        parts.push(format!("{}/s", size(status.rate)));
    }
    parts.extend(status.left.map(|left| format!("{} left", time(left))));
    parts.join(", ")
}

fn time(left: Duration) -> String {
    match left.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

/// Bytes for people, in decimal units.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    use hatrack_core::bucket::transfer::State;

    use super::*;

    #[test]
    fn a_line_says_what_is_known() {
        let mut status = Status {
            state: State::Running,
            done: 1_000,
            total: Some(4_000_000),
            files_done: 0,
            files: 1,
            counted: true,
            rate: 0,
            left: None,
            under_way: Vec::new(),
            way: None,
        };
        assert_eq!(line(&status), "1.0 kB of 4.0 MB");
        status.files = 12;
        status.rate = 850_000;
        status.left = Some(Duration::from_secs(125));
        assert_eq!(
            line(&status),
            "0 of 12 files, 1.0 kB of 4.0 MB, 850.0 kB/s, 2 min left"
        );
        status.counted = false;
        status.total = None;
        status.left = None;
        assert_eq!(line(&status), "0 of 12 or more files, 1.0 kB, 850.0 kB/s");
    }

    #[test]
    fn sizes_are_said_in_decimal_units() {
        let said: Vec<String> = [0, 999, 1000, 1_550, 999_999, 1_000_000, 5_000_000_000]
            .map(size)
            .into();
        assert_eq!(
            said,
            ["0 B", "999 B", "1.0 kB", "1.5 kB", "999.9 kB", "1.0 MB", "5.0 GB"]
        );
    }
}
