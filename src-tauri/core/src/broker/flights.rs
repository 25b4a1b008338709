//! Identical requests under way become one call, whatever comes of it.

use std::collections::HashMap;

use crate::session::SessionKey;
use crate::sts_limits::{SessionDuration, TokenCode};

/// The calls under way and who waits for each. A call that has landed is forgotten: a failure is shared with those
/// who waited, and never cached.
#[derive(Debug)]
pub struct Flights<W> {
    under_way: HashMap<SessionKey, Flight<W>>,
}

#[derive(Debug)]
struct Flight<W> {
    code: Option<TokenCode>,
    seconds: u32,
    waiting: Vec<W>,
    after: Vec<W>,
}

/// What becomes of a request that no live session serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Boarding {
    /// Nobody asks this yet: make the call.
    Departs,
    /// It waits for the call under way.
    Joined,
    /// The call under way will not do (another code, a longer duration): decide again when it has landed.
    Queued,
}

impl<W> Default for Flights<W> {
    fn default() -> Self {
        Self {
            under_way: HashMap::new(),
        }
    }
}

impl<W> Flights<W> {
    /// Takes a request for a session of `key` that would last `seconds`. `asked` is its duration where one was given,
    /// and `code` its MFA code.
    pub fn board(
        &mut self,
        key: &SessionKey,
        seconds: u32,
        asked: Option<SessionDuration>,
        code: Option<&TokenCode>,
        waiter: W,
    ) -> Boarding {
        let Some(flight) = self.under_way.get_mut(key) else {
            let flight = Flight {
                code: code.cloned(),
                seconds,
                waiting: vec![waiter],
                after: Vec::new(),
            };
            self.under_way.insert(key.clone(), flight);
            return Boarding::Departs;
        };
        let same_code = code.is_none() || code == flight.code.as_ref();
        if same_code && asked.is_none_or(|asked| asked.seconds() <= flight.seconds) {
            flight.waiting.push(waiter);
            Boarding::Joined
        } else {
            flight.after.push(waiter);
            Boarding::Queued
        }
    }

    /// The call for `key` has landed: those who share its outcome, and those to be decided again.
    pub fn land(&mut self, key: &SessionKey) -> (Vec<W>, Vec<W>) {
        match self.under_way.remove(key) {
            Some(flight) => (flight.waiting, flight.after),
            None => (Vec::new(), Vec::new()),
        }
    }

    /// How many calls are under way.
    pub fn count(&self) -> usize {
        self.under_way.len()
    }
}
