//! What is due now, and when to look again: two pure functions.

use std::time::Duration;

use super::{BootTime, Expiry};
use crate::session::SessionId;

/// A point in a session's life at which the person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// A quarter of an hour is left.
    FifteenMinutes,
    /// Five minutes are left.
    FiveMinutes,
    /// It has ended.
    End,
}

impl Mark {
    /// In the order in which they come.
    pub const ALL: [Self; 3] = [Self::FifteenMinutes, Self::FiveMinutes, Self::End];

    /// How much life is left at it.
    pub fn left(self) -> Duration {
        match self {
            Self::FifteenMinutes => Duration::from_secs(15 * 60),
            Self::FiveMinutes => Duration::from_secs(5 * 60),
            Self::End => Duration::ZERO,
        }
    }
}

/// What is watched of one session. A renewed session is a new watch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Which.
    pub id: SessionId,
    /// Its end.
    pub expiry: Expiry,
    /// The last mark that was told.
    pub told: Option<Mark>,
    /// Whether it is told of at all: a hop on the way, or one that is renewed by itself and so far could be, is not,
    /// until it ends.
    pub silent: bool,
    /// When it is to be renewed by itself; `None` where it is not.
    pub renew_at: Option<BootTime>,
}

impl Watch {
    /// The mark to be told at `now`: the latest reached. One that is not below the life at issue never comes, and of
    /// several reached at once (after a suspend) only the latest is told.
    fn reached(&self, now: BootTime) -> Option<Mark> {
        self.marks().filter(|mark| self.at(*mark) <= now).last()
    }

    fn marks(&self) -> impl Iterator<Item = Mark> {
        Mark::ALL
            .into_iter()
            .filter(|mark| mark.left() < self.expiry.life)
            .filter(|mark| *mark == Mark::End || !self.silent)
            .filter(|mark| self.told.is_none_or(|told| *mark > told))
    }

    fn at(&self, mark: Mark) -> BootTime {
        BootTime(self.expiry.deadline.0.saturating_sub(mark.left()))
    }

    fn is_over(&self, now: BootTime) -> bool {
        self.expiry.has_passed(now)
    }
}

/// Something to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// Tell the person. The watch's `told` becomes `mark`.
    Tell {
        /// Which session.
        id: SessionId,
        /// How near its end it is.
        mark: Mark,
    },
    /// Renew it. The watch's `renew_at` becomes `None`.
    Renew {
        /// Which session.
        id: SessionId,
    },
}

/// What is due at `now`, in the order of the sessions' ends. Asked again at the same moment, after what it said was
/// noted in the watches, it says nothing.
pub fn due<'w>(now: BootTime, watches: impl IntoIterator<Item = &'w Watch>) -> Vec<Due> {
    let mut found: Vec<(BootTime, Due)> = Vec::new();
    for watch in watches {
        let (id, ends) = (&watch.id, watch.expiry.deadline);
        if let Some(mark) = watch.reached(now) {
            found.push((ends, Due::Tell { id: id.clone(), mark }));
        }
        // One that has ended is the person's to get again: the keys may be gone by design.
        if watch.renew_at.is_some_and(|at| at <= now) && !watch.is_over(now) {
            found.push((ends, Due::Renew { id: id.clone() }));
        }
    }
    found.sort_by_key(|(ends, _)| *ends);
    found.into_iter().map(|(_, due)| due).collect()
}

/// When something is due next; `None` where nothing will be.
pub fn next_wakeup<'w>(now: BootTime, watches: impl IntoIterator<Item = &'w Watch>) -> Option<BootTime> {
    watches
        .into_iter()
        .flat_map(|watch| {
            let marks = watch.marks().map(|mark| watch.at(mark));
            let renew = watch.renew_at.filter(|_| !watch.is_over(now));
            marks.chain(renew).min()
        })
        .min()
        .map(|at| at.max(now))
}
