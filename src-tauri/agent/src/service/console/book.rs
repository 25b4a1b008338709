//! How many sessions of the console a part of a browser may have: what was opened since the agent started.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hatrack_core::console::{BrowserPart, MOST_AT_ONCE};
use jiff::{SignedDuration, Timestamp};

/// What was opened and may still be signed in, for the count.
#[derive(Debug, Default)]
pub struct ConsoleBook(Mutex<Vec<Opened>>);

#[derive(Debug)]
struct Opened {
    part: BrowserPart,
    who: String,
    until: Timestamp,
}

impl ConsoleBook {
    /// Notes a sign-in and says how many this part of the browser has had that may still last.
    pub(super) fn opened(&self, part: &BrowserPart, who: &str, now: Timestamp, lasts: Duration) -> usize {
        let lasts = SignedDuration::try_from(lasts).unwrap_or(SignedDuration::MAX);
        let until = now.checked_add(lasts).unwrap_or(Timestamp::MAX);
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        book.retain(|opened| opened.until > now);
        book.push(Opened {
            part: part.clone(),
            who: who.to_owned(),
            until,
        });
        let here = book.iter().filter(|opened| opened.part == *part);
        here.map(|opened| opened.who.as_str())
            .collect::<HashSet<_>>()
            .len()
    }
}

/// A browser that keeps several sessions beside each other keeps five.
pub(super) fn too_many(here: usize) -> Option<String> {
    (here > MOST_AT_ONCE).then(|| {
        format!(
            "this is console session number {here} that may still last in this part of the browser, and AWS keeps \
             {MOST_AT_ONCE} at once: sign out of one there, or give accounts a part of the browser to themselves"
        )
    })
}
