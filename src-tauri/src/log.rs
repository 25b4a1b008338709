//! The window's log: warnings and a few milestones, without secrets.
//!
//! Only Hatrack's own crates are heard: AWS's SDK writes requests, and with them secrets, to its finer levels.

use std::fs::{File, OpenOptions};
use std::path::Path;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// A longer log is set aside at start.
const LONGEST: u64 = 1024 * 1024;

/// Opens the log at `path` with `level` (`off`, `error`, `warn`, `info`, `debug`), and has panics written to it.
pub fn open(path: &Path, level: Option<&str>) {
    let level = level
        .and_then(|level| level.parse().ok())
        .unwrap_or(LevelFilter::INFO);
    if let Ok(file) = file(path) {
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(std::sync::Arc::new(file));
        let _ = tracing_subscriber::registry()
            .with(lines)
            .with(Targets::new().with_target("hatrack", level))
            .try_init();
    }
    // A panic's message may quote what it was working on: only its place is told.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(target: "hatrack", "a fault in the program at {place}");
        eprintln!("hatrack: a fault in the program at {place}");
    }));
}

fn file(path: &Path) -> std::io::Result<File> {
    if std::fs::metadata(path).is_ok_and(|found| found.len() > LONGEST) {
        std::fs::rename(path, path.with_extension("log.1"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn g70_a_panic_that_quotes_a_secret_leaves_only_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.log");
        let before = std::panic::take_hook();
        open(&path, None);
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let fault = std::panic::catch_unwind(|| panic!("could not use {secret}"));
        std::panic::set_hook(before);
        assert!(fault.is_err());
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.contains(file!()), "{written:?}");
        assert!(!written.contains(secret), "{written}");
    }

    #[test]
    fn a_long_log_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("window.log");
        std::fs::write(&path, vec![b'x'; usize::try_from(LONGEST).unwrap() + 1]).unwrap();
        file(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        assert!(folder.path().join("window.log.1").exists());
    }
}
