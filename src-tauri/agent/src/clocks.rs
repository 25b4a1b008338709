//! What a person is told of a clock that is wrong.

use std::sync::{Arc, Mutex, PoisonError};

use hatrack_aws::http::{HttpClients, LargeSkew};
use hatrack_core::expiry::{Clock, Moment};
use jiff::SignedDuration;

/// What AWS's answers say of this computer's clock, and what of it was told.
pub struct Clocks {
    http: Arc<HttpClients>,
    told: Mutex<Option<String>>,
}

impl Clocks {
    /// By the answers that come through `http`.
    pub fn new(http: Arc<HttpClients>) -> Self {
        Self {
            http,
            told: Mutex::default(),
        }
    }

    /// What is wrong and what to do; `None` while the clocks agree to five minutes.
    pub fn note(&self) -> Option<String> {
        self.http.skews().large().as_ref().map(sentence)
    }

    /// Whether there is something else to say than the last time.
    pub fn has_news(&self) -> bool {
        let note = self.note();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let news = *told != note;
        *told = note;
        news
    }
}

/// This computer's clock, its wall time corrected by AWS's: what AWS checks codes by.
pub struct AwsClock {
    /// This computer's.
    pub clock: Arc<dyn Clock>,
    /// What AWS's answers come through.
    pub http: Arc<HttpClients>,
}

impl Clock for AwsClock {
    fn now(&self) -> Moment {
        let now = self.clock.now();
        let ahead = self.http.skews().ahead_of_this_computer();
        Moment {
            wall: now.wall.checked_add(ahead).unwrap_or(now.wall),
            ..now
        }
    }

    fn boot_id(&self) -> String {
        self.clock.boot_id()
    }
}

fn sentence(skew: &LargeSkew) -> String {
    let far = roughly(skew.ahead);
    let is_behind = skew.ahead.is_positive();
    match &skew.server {
        None => format!(
            "This computer's clock is {far} {} AWS's. Hatrack signs with the right time; other programs may be refused. \
             Set the clock, or let the system keep it right.",
            if is_behind { "behind" } else { "ahead of" }
        ),
        // Only AWS's clock is known to be right.
        Some(server) => format!(
            "The clocks of this computer and of {server} differ by {far}; this computer's is {}. Hatrack signs for it with \
             its time; other programs may be refused. See which of the two is wrong, and set that one.",
            if is_behind { "behind" } else { "ahead" }
        ),
    }
}

fn roughly(time: SignedDuration) -> String {
    // To the nearest minute: answers a second apart must not read as news.
    let minutes = (time.as_secs().unsigned_abs() + 30) / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours @ 1..48, 0) => format!("{hours} h"),
        (hours @ 1..48, minutes) => format!("{hours} h {minutes} min"),
        (hours, _) => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h72_how_far_and_which_way_is_said() {
        let said = |seconds, server: Option<&str>| {
            sentence(&LargeSkew {
                ahead: SignedDuration::from_secs(seconds),
                server: server.map(str::to_owned),
            })
        };
        for (seconds, server, part) in [
            (300, None, "is 5 min behind AWS's."),
            (3599, None, "is 1 h behind AWS's."),
            (-3900, None, "is 1 h 5 min ahead of AWS's."),
            (400 * 86_400, None, "is 400 days behind AWS's."),
            (
                -600,
                Some("http://127.0.0.1:1"),
                "The clocks of this computer and of http://127.0.0.1:1 differ by 10 min; this computer's is ahead.",
            ),
        ] {
            let said = said(seconds, server);
            assert!(said.contains(part), "{said}");
        }
    }
}
