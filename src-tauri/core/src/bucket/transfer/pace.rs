//! How fast bytes come, and when the rest will be there.

use std::time::Duration;

/// What is believed of a transfer's speed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Estimate {
    /// Bytes a second, over the last seconds.
    pub rate: u64,
    /// Until the end, at this rate; unknown without a total or while nothing moves.
    pub left: Option<Duration>,
}

/// Follows a transfer. Times are on any clock that only goes forward.
#[derive(Debug, Clone, Default)]
pub struct Pace {
    last: Option<(Duration, u64)>,
    rate: f64,
}

/// A sample counts half after this many seconds.
const HALF_LIFE: f64 = 3.0;

impl Pace {
    /// At `now`, `done` bytes of `total` are there.
    pub fn sample(&mut self, now: Duration, done: u64, total: Option<u64>) -> Estimate {
        match self.last {
            Some((before, had)) if now > before => {
                let seconds = (now - before).as_secs_f64();
                // A transfer that starts again has fewer bytes than before.
                let rate = done.saturating_sub(had) as f64 / seconds;
                let weight = 0.5f64.powf(seconds / HALF_LIFE);
                self.rate = if self.rate == 0.0 {
                    rate
                } else {
                    self.rate * weight + rate * (1.0 - weight)
                };
                self.last = Some((now, done));
            }
            Some(_) => {}
            None => self.last = Some((now, done)),
        }
        let left = total
            .filter(|_| self.rate >= 1.0)
            .map(|total| total.saturating_sub(done) as f64 / self.rate)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Estimate {
            rate: self.rate as u64,
            left,
        }
    }

    /// Forgets the speed: it pauses, and the time until it goes on is no part of it.
    pub fn pause(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: u64) -> Duration {
        Duration::from_secs(n)
    }

    #[test]
    fn a_steady_transfer_has_its_rate_and_its_end() {
        let mut pace = Pace::default();
        assert_eq!(pace.sample(seconds(0), 0, Some(1000)), Estimate::default());
        for n in 1..5 {
            let seen = pace.sample(seconds(n), n * 100, Some(1000));
            assert_eq!(seen.rate, 100);
            assert_eq!(seen.left, Some(seconds(10 - n)));
        }
    }

    #[test]
    fn nothing_that_moves_has_no_end() {
        let mut pace = Pace::default();
        pace.sample(seconds(0), 0, Some(10));
        assert_eq!(pace.sample(seconds(9), 0, Some(10)).left, None);
        assert_eq!(pace.sample(seconds(9), 0, None).left, None);
    }
}
