//! How many requests a second the access portal takes.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// A token bucket of one second's requests, on this computer's steady clock; without a rate it takes all.
#[derive(Debug, Default)]
pub struct RateLimit(Mutex<Option<Bucket>>);

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    /// What may be taken at once.
    left: f64,
    filled_at: Instant,
}

impl RateLimit {
    /// Takes at most so many requests a second from here on; `None` takes all.
    pub fn set(&self, per_second: Option<u32>) {
        let bucket = per_second.map(|rate| Bucket {
            per_second: f64::from(rate),
            left: f64::from(rate),
            filled_at: Instant::now(),
        });
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bucket;
    }

    /// Whether a request may come in now.
    pub fn takes(&self) -> bool {
        let mut limit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        limit.as_mut().is_none_or(|bucket| bucket.takes(Instant::now()))
    }
}

impl Bucket {
    fn takes(&mut self, now: Instant) -> bool {
        let since = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.left = (self.left + since * self.per_second).min(self.per_second);
        self.filled_at = now;
        let takes = self.left >= 1.0;
        if takes {
            self.left -= 1.0;
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_second_fills_it_and_no_more() {
        let start = Instant::now();
        let mut bucket = Bucket {
            per_second: 20.0,
            left: 20.0,
            filled_at: start,
        };
        let taken = |bucket: &mut Bucket, at| (0..100).filter(|_| bucket.takes(at)).count();
        assert_eq!(taken(&mut bucket, start), 20);
        assert_eq!(taken(&mut bucket, start + Duration::from_millis(501)), 10);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(60)), 20);
    }
}
