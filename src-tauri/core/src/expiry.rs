//! When a session ends, on a clock that nobody can set.
//!
//! Time left is AWS's `Expiration` minus AWS's `Date` at receipt, counted from then on by a clock that runs
//! through suspend and that no wall-clock step moves.

mod watch;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use watch::{Due, Mark, Watch, due, next_wakeup};

/// Time since this computer booted, suspend included (`CLOCK_BOOTTIME`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BootTime(pub Duration);

/// One reading of both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The wall clock: may be wrong, may jump.
    pub wall: Timestamp,
    /// The clock that only moves on.
    pub boot: BootTime,
}

/// The port for time.
pub trait Clock: Send + Sync {
    /// Reads both clocks.
    fn now(&self) -> Moment;
    /// Names this boot: a `BootTime` means something only beside the same one.
    fn boot_id(&self) -> String;
}

/// The longest life that is believed: STS grants 36 h at most (GetSessionToken), Identity Center 12 h.
/// A longer one is shown capped.
const LONGEST_LIFE: Duration = Duration::from_secs(36 * 3600);

/// The end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// When AWS stops accepting it, by AWS's clock; never later than a believable life allows.
    pub at: Timestamp,
    /// The same on the boot clock.
    pub deadline: BootTime,
    /// From issue to end.
    pub life: Duration,
}

/// AWS's answer names an end that has passed already.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the credentials came with an expiry in the past ({at}); check the endpoint, or this computer's clock"
)]
pub struct AlreadyExpired {
    /// What the answer said.
    pub at: Timestamp,
}

impl Expiry {
    /// Of an answer that arrived at `received`, which AWS dated `aws_date` (its `Date` header; without one the
    /// wall clock has to do).
    pub fn of_answer(
        expiration: Timestamp,
        aws_date: Option<Timestamp>,
        received: Moment,
    ) -> Result<Self, AlreadyExpired> {
        let from = aws_date.unwrap_or(received.wall);
        let left = expiration.duration_since(from);
        let life = Duration::try_from(left).map_err(|_| AlreadyExpired { at: expiration })?;
        if life.is_zero() {
            return Err(AlreadyExpired { at: expiration });
        }
        let life = life.min(LONGEST_LIFE);
        Ok(Self {
            // Capped like the life: clients that are told a far end never refresh.
            at: from
                .checked_add(life)
                .map_or(expiration, |end| end.min(expiration)),
            deadline: BootTime(received.boot.0 + life),
            life,
        })
    }

    /// The same session read back from the vault: the boot clock counts if it is still the same boot, else the
    /// wall clock has to do; it never gains life.
    pub fn restored(self, same_boot: bool, now: Moment) -> Self {
        if same_boot {
            return self;
        }
        let left = self.at.duration_since(now.wall).max(SignedDuration::ZERO);
        let left = Duration::try_from(left).unwrap_or_default().min(self.life);
        Self {
            deadline: BootTime(now.boot.0 + left),
            ..self
        }
    }

    /// What is left; zero when it has ended.
    pub fn left(&self, now: BootTime) -> Duration {
        self.deadline.0.saturating_sub(now.0)
    }

    /// Whether it has ended.
    pub fn has_passed(&self, now: BootTime) -> bool {
        self.left(now).is_zero()
    }

    /// How much life a hand-out to an SDK needs: less than min(10 min, a quarter of its life) is renewed first.
    /// botocore refreshes under 15 min; a 900 s session would otherwise be asked for on each request.
    pub fn renew_below(&self) -> Duration {
        (self.life / 4).min(Duration::from_secs(600))
    }
}
