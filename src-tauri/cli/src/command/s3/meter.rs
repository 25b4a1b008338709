//! How far a copy is, on a terminal.

use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Rewrites one line of the terminal; says nothing anywhere else. The line goes when this is dropped.
pub struct Meter {
    shown: Option<Mutex<Shown>>,
}

#[derive(Default)]
struct Shown {
    at: Option<Instant>,
}

const PAUSE: Duration = Duration::from_millis(100);
const CLEAR: &str = "\r\u{1b}[K";

impl Meter {
    /// For standard error.
    pub fn new() -> Self {
        Self {
            shown: std::io::stderr().is_terminal().then(Mutex::default),
        }
    }

    /// Called while bytes move.
    pub fn show(&self, done: u64, total: Option<u64>) {
        let Some(shown) = &self.shown else { return };
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        if shown.at.is_some_and(|at| at.elapsed() < PAUSE) {
            return;
        }
        shown.at = Some(Instant::now());
        let line = match total {
            Some(total) => format!("{CLEAR}{} of {}", size(done), size(total)),
            None => format!("{CLEAR}{}", size(done)),
        };
        // A terminal that has gone shows nothing.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if self
            .shown
            .as_ref()
            .is_some_and(|shown| shown.lock().is_ok_and(|shown| shown.at.is_some()))
        {
            let _ = std::io::stderr().write_all(CLEAR.as_bytes());
        }
    }
}

/// Bytes for people, in decimal units.
fn size(bytes: u64) -> String {
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
    use super::size;

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
