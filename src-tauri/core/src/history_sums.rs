//! What the history comes to: by day and account, and by role. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::AccountId;

/// The longest that a calendar of a month shows, six weeks, and then some.
const MOST_DAYS: usize = 62;

/// When each day begins, and where the last one ends, in the zone of who asks: days of 23 and 25 hours are as long as
/// they are, whatever zone the agent was started in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(try_from = "Vec<Timestamp>", into = "Vec<Timestamp>")]
#[ts(as = "Vec<String>")]
pub struct DayStarts(Vec<Timestamp>);

/// These are no days in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "give the beginnings of 1 to {MOST_DAYS} days and the end of the last, each later than the one before"
)]
pub struct NoDays;

impl TryFrom<Vec<Timestamp>> for DayStarts {
    type Error = NoDays;

    fn try_from(starts: Vec<Timestamp>) -> Result<Self, NoDays> {
        let rising = starts.is_sorted_by(|a, b| a < b);
        if rising && (2..=MOST_DAYS + 1).contains(&starts.len()) {
            Ok(Self(starts))
        } else {
            Err(NoDays)
        }
    }
}

impl From<DayStarts> for Vec<Timestamp> {
    fn from(days: DayStarts) -> Self {
        days.0
    }
}

impl DayStarts {
    /// Each day's beginning and end.
    pub fn days(&self) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        self.0.windows(2).filter_map(|day| match day {
            [from, to] => Some((*from, *to)),
            _ => None,
        })
    }
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryDay {
    /// When it begins.
    #[ts(type = "string")]
    pub start: Timestamp,
    /// The accounts in which something was done, by name.
    pub accounts: Vec<AccountDay>,
}

/// What was done in one account on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountDay {
    /// The account; `None` for what belongs to no account, such as a sign-in.
    pub account_id: Option<AccountId>,
    /// Its name at that time.
    pub account_name: Option<String>,
    /// Sessions that began.
    pub sessions: u32,
    /// Refusals.
    pub denials: u32,
    /// Rows of every kind.
    pub entries: u32,
}

/// Which part of the history the report is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct RoleUseQuery {
    /// Not before this.
    #[ts(type = "string | null")]
    pub since: Option<Timestamp>,
    /// Before this.
    #[ts(type = "string | null")]
    pub until: Option<Timestamp>,
}

/// How one role was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoleUse {
    /// The account.
    pub account_id: Option<AccountId>,
    /// Its name, as last known.
    pub account_name: Option<String>,
    /// The role's name.
    pub role_name: String,
    /// Its ARN, where one is known.
    pub arn: Option<String>,
    /// Sessions that began.
    pub switches: u32,
    /// Refusals.
    pub denials: u32,
    /// How long sessions that have ended were held, in seconds. One that is still open counts when it ends.
    #[ts(type = "number")]
    pub held_s: u64,
    /// When it last did or tried something.
    #[ts(type = "string")]
    pub last_use: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_rise_and_are_not_too_many() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap();
        // A day of 23 hours, and one of 24.
        let days = DayStarts::try_from(vec![at(0), at(23), at(47)]).unwrap();
        assert_eq!(
            days.days().collect::<Vec<_>>(),
            [(at(0), at(23)), (at(23), at(47))]
        );
        for wrong in [
            vec![],
            vec![at(0)],
            vec![at(0), at(0)],
            vec![at(1), at(0)],
            (0..64).map(at).collect(),
        ] {
            assert_eq!(DayStarts::try_from(wrong), Err(NoDays));
        }
        assert!(DayStarts::try_from((0..63).map(at).collect::<Vec<_>>()).is_ok());
    }
}
