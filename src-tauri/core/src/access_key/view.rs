//! Access keys as people see them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OLD_AFTER_DAYS, Stage};
use crate::account::AccountId;
use crate::view::{NeedView, PlaceView};

/// Where a key is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeyStanding {
    /// In a shared file, in the clear.
    File,
    /// In the vault, sealed.
    Vault,
    /// In both.
    Both,
}

/// A long-term access key that Hatrack knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccessKeyView {
    /// The profile.
    pub profile: String,
    /// Where it is.
    pub standing: KeyStanding,
    /// The last four characters of its ID: enough to tell keys apart.
    pub id_ends: String,
    /// Its account, where that is known.
    pub account_id: Option<AccountId>,
    /// The user's name, where AWS has told it.
    pub user: Option<String>,
    /// When AWS made it; `None` where AWS was not asked or does not let the user know.
    #[ts(type = "string | null")]
    pub created_at: Option<Timestamp>,
    /// Whole days since then.
    #[ts(type = "number | null")]
    pub age_days: Option<i64>,
    /// Whether it is older than 90 days.
    pub old: bool,
    /// When it was last used, as far as AWS tells.
    #[ts(type = "string | null")]
    pub last_used: Option<Timestamp>,
    /// Why its age is not known, for people.
    pub age_unknown: Option<String>,
    /// Where its file names it.
    pub defined_at: Option<PlaceView>,
    /// Whether a rotation was begun and is not finished.
    pub unfinished: bool,
    /// How far a rotation is that runs now.
    pub rotating: Option<Stage>,
}

/// A key that is in the vault now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct KeyKept {
    /// The last four characters of its ID.
    pub id_ends: String,
    /// Its account, where AWS was asked.
    pub account_id: Option<AccountId>,
    /// Its user's ARN, where AWS was asked.
    pub arn: Option<String>,
}

/// What a change does to one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileChange {
    /// The file, as the person named it.
    pub file: String,
    /// The lines that go, without their values.
    pub removed: Vec<FileLine>,
    /// The lines that come.
    pub added: Vec<FileLine>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FileLine {
    /// Counted from 1, in the file as it is.
    pub line: u32,
    /// What it says.
    pub text: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RotateOutcome {
    /// The new key is in use.
    Rotated {
        /// The last four characters of the new key's ID.
        new_ends: String,
        /// Of the old one's.
        old_ends: String,
        /// Whether the old one is kept, inactive.
        kept_old: bool,
        /// Whether this finished one that was begun before.
        resumed: bool,
        /// The other profiles that had the old key and have the new one now.
        also: Vec<String>,
    },
    /// Something only the person has is needed.
    Needs {
        /// What.
        need: NeedView,
    },
}

/// A rotation that was given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RotationGivenUp {
    /// The last four characters of the ID of the key that is in use.
    pub in_use_ends: String,
    /// What is left at AWS, as far as is known: to be deleted by hand.
    pub left: Vec<LeftKey>,
}

/// A key that is left at AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LeftKey {
    /// The last four characters of its ID.
    pub id_ends: String,
    /// The profiles that still have it.
    pub profiles: Vec<String>,
}

impl AccessKeyView {
    /// Says when the key was made, as of `now`.
    pub fn aged(&mut self, created_at: Option<Timestamp>, now: Timestamp) {
        self.created_at = created_at;
        self.age_days = created_at.map(|at| now.duration_since(at).as_hours() / 24);
        self.old = self.age_days.is_some_and(|days| days > OLD_AFTER_DAYS);
    }
}

/// The last four characters of an access key ID.
pub fn id_ends(id: &str) -> String {
    let from = id.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    id[from..].to_owned()
}

#[cfg(test)]
mod tests {
    use super::id_ends;

    #[test]
    fn four_characters_of_an_id_are_shown_and_a_short_one_whole() {
        assert_eq!(id_ends("AKIAIOSFODNN7EXAMPLE"), "MPLE");
        assert_eq!((id_ends("AB"), id_ends("")), ("AB".to_owned(), String::new()));
    }
}
