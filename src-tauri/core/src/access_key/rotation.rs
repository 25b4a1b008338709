//! A rotation under way, as it is remembered: without secrets, so that a killed one is found and finished.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::ListedKey;

/// A rotation that was begun.
///
/// Invariant: it is written before the first key is made and removed after the last one is gone, so that whatever was
/// done in between is known to be ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// The profile.
    pub profile: String,
    /// The key that is replaced.
    pub old_id: String,
    /// The key in its place; `None` until AWS has answered.
    pub new_id: Option<String>,
    /// The user's keys before; `None` where they may not be listed.
    pub before: Option<Vec<String>>,
    /// When it was begun.
    pub started_at: Timestamp,
    /// Whether the old key is kept, inactive.
    pub keep_old: bool,
}

/// How far a rotation is, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// AWS is asked for a new key.
    Making,
    /// The new key is stored; AWS does not take it everywhere yet.
    Proving,
    /// The new key works and takes the old one's place.
    Swapping,
    /// The old key is made inactive, and deleted.
    Retiring,
}

impl Rotation {
    /// The keys that this rotation made and whose secret nobody has: made when it asked for one, and not the one known.
    /// One that was made later is the person's. `None` where it is not known which there were.
    pub fn orphans<'a>(&self, now: &'a [ListedKey]) -> Option<Vec<&'a ListedKey>> {
        let before = self.before.as_ref()?;
        let since = self
            .started_at
            .checked_sub(CLOCKS_DIFFER)
            .unwrap_or(self.started_at);
        let until = self
            .started_at
            .checked_add(CALL + CLOCKS_DIFFER)
            .unwrap_or(self.started_at);
        let is_ours = |key: &&ListedKey| {
            !before.contains(&key.id)
                && self.new_id.as_ref() != Some(&key.id)
                && key.created_at.is_some_and(|at| at >= since && at <= until)
        };
        Some(now.iter().filter(is_ours).collect())
    }
}

/// AWS's clock and this computer's may differ by so much before AWS refuses what is signed.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(15);
/// A call to AWS is given up before this.
const CALL: SignedDuration = SignedDuration::from_mins(1);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::access_key::KeyStatus;

    fn key(id: &str, at: &str) -> ListedKey {
        ListedKey {
            id: id.to_owned(),
            status: KeyStatus::Active,
            created_at: Some(at.parse().unwrap()),
        }
    }

    #[test]
    fn only_keys_made_since_and_not_known_are_orphans() {
        let mut rotation = Rotation {
            profile: "troy".to_owned(),
            old_id: "OLD".to_owned(),
            new_id: None,
            before: Some(vec!["OLD".to_owned()]),
            started_at: "2026-11-22T12:00:00Z".parse().unwrap(),
            keep_old: false,
        };
        let keys = [
            key("OLD", "2026-11-22T12:00:01Z"),
            key("NEW", "2026-11-22T11:50:00Z"),
            key("THEIRS", "2026-11-22T11:40:00Z"),
            key("LATER", "2026-11-22T12:17:00Z"),
        ];
        assert_eq!(rotation.orphans(&keys).unwrap(), [&keys[1]]);
        rotation.new_id = Some("NEW".to_owned());
        assert!(rotation.orphans(&keys).unwrap().is_empty());
        rotation.before = None;
        assert_eq!(rotation.orphans(&keys), None);
    }
}
