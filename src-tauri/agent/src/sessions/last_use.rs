//! When each role was last tried, as the history tells it.

use std::collections::HashMap;

use hatrack_core::history::{HistoryFailure, HistoryLog, event};
use hatrack_core::view::{HistoryQuery, HistoryRow, LastUseView};

/// How far back is looked for at start.
const ROWS: u32 = 1000;

/// The last try of each role. A role is a profile and an ARN: two profiles may name one role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastUses(HashMap<(Option<String>, Option<String>), LastUseView>);

impl LastUses {
    /// Reads the newest of the history.
    pub async fn read(history: &dyn HistoryLog) -> Result<Self, HistoryFailure> {
        let query = HistoryQuery {
            limit: ROWS,
            ..HistoryQuery::default()
        };
        let mut uses = Self::default();
        for row in history.page(&query).await?.rows.iter().rev() {
            uses.note(row);
        }
        Ok(uses)
    }

    /// Takes one row into account.
    pub fn note(&mut self, row: &HistoryRow) {
        if row.event == event::SWITCH || row.event == event::RENEW {
            let last = LastUseView {
                at: row.at,
                outcome: row.outcome.clone(),
            };
            self.0.insert((row.profile.clone(), row.arn.clone()), last);
        }
    }

    /// What is known already wins over what was read of earlier days.
    pub(super) fn learn(&mut self, earlier: Self) {
        for (role, last) in earlier.0 {
            self.0.entry(role).or_insert(last);
        }
    }

    /// The last try of a role.
    pub fn of(&self, profile: Option<&str>, arn: Option<&str>) -> Option<&LastUseView> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&(profile.map(str::to_owned), arn.map(str::to_owned)))
    }
}
