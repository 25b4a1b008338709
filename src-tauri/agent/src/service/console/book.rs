//! How many sessions of the console a part of a browser may have: what was opened and may still be signed in. It is kept,
//! for a browser does not sign out when the agent ends.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hatrack_core::console::{BrowserPart, MOST_AT_ONCE};
use hatrack_store::kept::{Keep, Kept, KeptConsoleSession};
use jiff::{SignedDuration, Timestamp};

/// What was opened and may still be signed in, for the count.
pub struct ConsoleBook {
    files: Kept<KeptConsoleSession>,
    opened: Mutex<Vec<KeptConsoleSession>>,
}

impl ConsoleBook {
    /// With what was kept. Blocks shortly.
    pub fn new(files: Kept<KeptConsoleSession>, now: Timestamp) -> Self {
        let book = Self {
            opened: Mutex::new(files.all(now)),
            files,
        };
        book.clear(now);
        book
    }

    /// Notes a sign-in and says how many this part of the browser has had that may still last. Blocks shortly.
    pub(super) fn opened(&self, part: &BrowserPart, who: &str, now: Timestamp, lasts: Duration) -> usize {
        self.clear(now);
        let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::MAX);
        let opened = KeptConsoleSession {
            part: part.clone(),
            who: who.to_owned(),
            until: now.checked_add(lasts).unwrap_or(Timestamp::MAX),
        };
        if let Err(why) = self.files.put(&opened) {
            tracing::warn!(%why, "a console session is not remembered");
        }
        let mut book = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        book.retain(|other| other.name() != opened.name());
        book.push(opened);
        let here = book.iter().filter(|opened| opened.part == *part);
        here.map(|opened| opened.who.as_str())
            .collect::<HashSet<_>>()
            .len()
    }

    /// Forgets what has ended.
    fn clear(&self, now: Timestamp) {
        let mut book = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        for ended in book.extract_if(.., |opened| opened.until <= now) {
            if let Err(why) = self.files.forget(&ended.name()) {
                tracing::warn!(%why, "a console session that has ended stays remembered");
            }
        }
    }
}

/// A browser that keeps several sessions beside each other keeps five. It is said from the last but one on.
pub(super) fn near_the_most(here: usize) -> Option<String> {
    match here {
        _ if here + 1 < MOST_AT_ONCE => None,
        ..=MOST_AT_ONCE => Some(format!(
            "this is console session {here} of the {MOST_AT_ONCE} that AWS keeps at once in this part of the browser"
        )),
        _ => Some(format!(
            "this is console session number {here} that may still last in this part of the browser, and AWS keeps \
             {MOST_AT_ONCE} at once: sign out of one there, or give accounts a part of the browser to themselves"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::near_the_most;

    #[test]
    fn the_count_is_said_from_the_last_but_one_on() {
        assert_eq!(near_the_most(3), None);
        assert!(near_the_most(4).is_some_and(|said| said.contains("4 of the 5")));
        assert!(near_the_most(5).is_some_and(|said| said.contains("5 of the 5")));
        assert!(near_the_most(6).is_some_and(|said| said.contains("sign out of one")));
    }
}
