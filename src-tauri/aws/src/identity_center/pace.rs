//! How fast a portal is asked.
//!
//! AWS documents no limit; people have measured about twenty requests a second. So the pace is found: it starts there,
//! doubles for as long as nothing is throttled, and then halves the distance between what is let through and what is
//! not. A server that saves up some requests so gives nearly all it has, for a few refusals.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::patience::LONGEST_WAIT;

/// Requests a second, to begin with.
const FIRST: f64 = 20.0;
const SLOWEST: f64 = 1.0;
const FASTEST: f64 = 1000.0;
/// A pace is judged by the answers of about a second, or sooner by so many refusals.
const ENOUGH_ANSWERS: f64 = 5.0;
const ENOUGH_THROTTLED: u32 = 3;
/// Nothing slows down by more than this at once.
const HARDEST_CUT: f64 = 0.5;
/// Where what is let through and what is not are this close, the search ends.
const CLOSE: f64 = 1.015;
/// Limits may rise: after so many judgements without a refusal, a little more is tried again.
const HELD: u32 = 30;
const TRIED_AGAIN: f64 = 1.3;
/// Timers wake late; a turn taken late does not delay the next ones, up to this.
const CATCH_UP: Duration = Duration::from_millis(250);
/// Refusals without a single success between them, after which the portal is given up.
const MOST_IN_A_ROW: u32 = 40;

/// The pace of all calls to one portal.
#[derive(Debug)]
pub struct Pacer {
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

/// Leave to make one call.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Turn {
    /// The trial in which it was given.
    trial: u64,
}

/// Whether a call that was throttled is worth another turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Take another turn.
    Again,
    /// It was throttled too often, or is to stay away for too long.
    GiveUp,
}

#[derive(Debug)]
struct State {
    next: Instant,
    throttled_in_a_row: u32,
    /// The fastest pace at which all was let through.
    good: Option<f64>,
    /// The slowest at which not all was.
    bad: Option<f64>,
    /// Judgements without a refusal since the search ended.
    held: u32,
    trial: Trial,
}

/// A pace on trial. Answers to calls that were made at another pace say nothing about it.
#[derive(Debug)]
struct Trial {
    number: u64,
    per_second: f64,
    well: u32,
    throttled: u32,
    /// Whether calls had to wait for their turn: else the pace was not what held them up.
    held_up: bool,
}

impl Pacer {
    pub fn new() -> Self {
        Self {
            queue: tokio::sync::Mutex::default(),
            state: Mutex::new(State {
                next: Instant::now(),
                throttled_in_a_row: 0,
                good: None,
                bad: None,
                held: 0,
                trial: Trial::new(0, FIRST),
            }),
        }
    }

    /// Waits for the turn to make one call. Turns come in the order in which they were asked for.
    pub async fn turn(&self) -> Turn {
        let _first_in_line = self.queue.lock().await;
        loop {
            let next = match self.state().take(Instant::now()) {
                Ok(turn) => return turn,
                Err(next) => next,
            };
            // What is found meanwhile may have put it off.
            sleep_until(next).await;
        }
    }

    /// The call was answered by other than "too many".
    pub fn went_well(&self, turn: Turn) {
        let mut state = self.state();
        state.throttled_in_a_row = 0;
        if turn.trial == state.trial.number {
            state.trial.well += 1;
            state.judge();
        }
    }

    /// The call was throttled; `wait` is how long the server asks to be left alone.
    pub fn throttled(&self, turn: Turn, wait: Option<Duration>) -> Verdict {
        let mut state = self.state();
        state.throttled_in_a_row += 1;
        if turn.trial == state.trial.number {
            state.trial.throttled += 1;
            state.judge();
        }
        match wait {
            Some(wait) if wait > LONGEST_WAIT => return Verdict::GiveUp,
            Some(wait) => state.next = state.next.max(Instant::now() + wait),
            None => {}
        }
        if state.throttled_in_a_row < MOST_IN_A_ROW {
            return Verdict::Again;
        }
        // Who asks later begins anew.
        state.throttled_in_a_row = 0;
        Verdict::GiveUp
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Trial {
    fn new(number: u64, per_second: f64) -> Self {
        Self {
            number,
            per_second: per_second.clamp(SLOWEST, FASTEST),
            well: 0,
            throttled: 0,
            held_up: false,
        }
    }

    fn is_decided(&self) -> bool {
        let answers = f64::from(self.well + self.throttled);
        self.throttled >= ENOUGH_THROTTLED || answers >= self.per_second.max(ENOUGH_ANSWERS)
    }

    fn share_let_through(&self) -> f64 {
        f64::from(self.well) / f64::from(self.well + self.throttled)
    }
}

impl State {
    /// Takes the turn that is due at `now`, or says when the next one is.
    fn take(&mut self, now: Instant) -> Result<Turn, Instant> {
        if self.next > now {
            self.trial.held_up = true;
            return Err(self.next);
        }
        let earliest = now.checked_sub(CATCH_UP).unwrap_or(now);
        self.next = self.next.max(earliest) + Duration::from_secs_f64(1.0 / self.trial.per_second);
        Ok(Turn {
            trial: self.trial.number,
        })
    }

    fn judge(&mut self) {
        if !self.trial.is_decided() {
            return;
        }
        let pace = if self.trial.throttled > 0 {
            self.slower()
        } else if self.trial.held_up {
            self.faster()
        } else {
            self.trial.per_second
        };
        self.trial = Trial::new(self.trial.number + 1, pace);
    }

    /// The pace after one at which something was refused.
    fn slower(&mut self) -> f64 {
        let pace = self.trial.per_second;
        self.bad = Some(pace);
        self.held = 0;
        match self.good {
            Some(good) if good < pace => good,
            // What was good before is so no longer, or was only saved up.
            _ => {
                self.good = None;
                pace * self.trial.share_let_through().max(HARDEST_CUT)
            }
        }
    }

    /// The pace after one at which all was let through.
    fn faster(&mut self) -> f64 {
        let pace = self.trial.per_second;
        let good = self.good.map_or(pace, |good| good.max(pace));
        self.good = Some(good);
        match self.bad {
            Some(bad) if bad > good * CLOSE => f64::midpoint(good, bad),
            Some(_) if self.held < HELD => {
                self.held += 1;
                good
            }
            Some(_) => {
                self.held = 0;
                self.bad = Some(good * TRIED_AGAIN);
                f64::midpoint(good, good * TRIED_AGAIN)
            }
            None => good * 2.0,
        }
    }
}

#[cfg(test)]
mod tests;
