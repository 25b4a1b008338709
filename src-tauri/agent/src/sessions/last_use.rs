//! When each role was last tried, as the history tells it.

use std::collections::HashMap;

use hatrack_core::account::AccountId;
use hatrack_core::catalog::RoleEntry;
use hatrack_core::history::{HistoryFailure, HistoryLog, event};
use hatrack_core::history_view::{HistoryQuery, HistoryRow};
use hatrack_core::view::LastUseView;

/// How far back is looked for at start.
const ROWS: u32 = 1000;

/// The last try of each role. A role is a profile and an ARN, or an account and a name where no ARN is known: two
/// profiles may name one role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastUses(HashMap<(Option<String>, String), LastUseView>);

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
            let role = row.arn.clone().unwrap_or_else(|| {
                let role_name = row.role_name.as_deref().unwrap_or_default();
                row.account_id
                    .map_or_else(String::new, |account| named(account, role_name))
            });
            self.0.insert((row.profile.clone(), role), last);
        }
    }

    /// What is known already wins over what was read of earlier days.
    pub(super) fn learn(&mut self, earlier: Self) {
        for (role, last) in earlier.0 {
            self.0.entry(role).or_insert(last);
        }
    }

    /// The last try of a role.
    pub fn of(&self, role: &RoleEntry) -> Option<&LastUseView> {
        if self.0.is_empty() {
            return None;
        }
        let name = match &role.arn {
            Some(arn) => arn.to_string(),
            None => named(role.account_id, &role.role_name),
        };
        self.0.get(&(role.profile.clone(), name))
    }
}

fn named(account: AccountId, role_name: &str) -> String {
    format!("{account}/{role_name}")
}
