//! Waiting for another process: asked again until a deadline, never a fixed sleep.

use std::time::{Duration, Instant};

pub const LIMIT: Duration = Duration::from_secs(60);
pub const PAUSE: Duration = Duration::from_millis(25);

/// Asks until there is an answer.
#[track_caller]
pub fn eventually<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    within(LIMIT, what, ask)
}

/// Asks until there is an answer, or `limit` has passed.
#[track_caller]
pub fn within<T>(limit: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let since = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(since.elapsed() < limit, "waited {limit:?} in vain until {what}");
        std::thread::sleep(PAUSE);
    }
}

/// Asks until it holds.
#[track_caller]
pub fn holds(what: &str, mut ask: impl FnMut() -> bool) {
    eventually(what, || ask().then_some(()));
}
