//! Expiry: reminders, ends and renewals on a clock that nobody can set.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod clocks;
mod properties;
mod reminders;

use std::time::Duration;

use hatrack_core::expiry::{BootTime, Due, Expiry, Mark, Moment, Watch, due};
use hatrack_core::session::SessionId;
use jiff::{SignedDuration, Timestamp};

pub fn wall() -> Timestamp {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub fn boot(seconds: u64) -> BootTime {
    BootTime(Duration::from_secs(seconds))
}

pub fn moment(seconds: u64) -> Moment {
    Moment {
        wall: wall() + Duration::from_secs(seconds),
        boot: boot(seconds),
    }
}

/// Issued at second 0 of the boot clock, to last `life` seconds.
pub fn expiry(life: i64) -> Expiry {
    Expiry::of_answer(wall() + SignedDuration::from_secs(life), Some(wall()), moment(0)).unwrap()
}

pub fn watch(life: i64) -> Watch {
    Watch {
        id: SessionId("session1".into()),
        expiry: expiry(life),
        told: None,
        silent: false,
        renew_at: None,
    }
}

/// What is due, noted in the watch as its reader has to.
pub fn step(watch: &mut Watch, now: u64) -> Vec<Due> {
    let due = due(boot(now), [&*watch]);
    for due in &due {
        match due {
            Due::Tell { mark, .. } => watch.told = Some(*mark),
            Due::Renew { .. } => watch.renew_at = None,
        }
    }
    due
}

pub fn marks(due: &[Due]) -> Vec<Mark> {
    due.iter()
        .filter_map(|due| match due {
            Due::Tell { mark, .. } => Some(*mark),
            Due::Renew { .. } => None,
        })
        .collect()
}
