//! How much of the history is kept.

use std::num::NonZeroU32;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

const DAY_S: i64 = 86_400;

/// How much of the history is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum HistoryKeep {
    /// All of it.
    #[default]
    All,
    /// This many days, of 24 hours each.
    Days(NonZeroU32),
    /// This many of the newest rows.
    Rows(NonZeroU32),
}

impl HistoryKeep {
    /// The time before which rows go, where that is what decides. `None` also where it lies before any calendar.
    pub fn oldest(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days(days) => now
                .checked_sub(SignedDuration::from_secs(i64::from(days.get()) * DAY_S))
                .ok(),
            Self::All | Self::Rows(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_back_from_now() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let days = |n| HistoryKeep::Days(NonZeroU32::new(n).unwrap());
        assert_eq!(days(2).oldest(now).unwrap().to_string(), "2026-11-21T08:00:00Z");
        assert_eq!(days(u32::MAX).oldest(now), None);
        assert_eq!(HistoryKeep::All.oldest(now), None);
    }

    #[test]
    fn it_is_written_so_that_zero_cannot_be() {
        let read = |text| serde_json::from_str::<HistoryKeep>(text);
        assert_eq!(read("\"all\"").unwrap(), HistoryKeep::All);
        assert_eq!(
            read("{\"rows\":5}").unwrap(),
            HistoryKeep::Rows(NonZeroU32::new(5).unwrap())
        );
        assert!(read("{\"days\":0}").is_err());
    }
}
