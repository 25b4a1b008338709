//! Profiles that Hatrack writes into the shared files: what they are called, what may hold one, and how they are shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::access_key::FileChange;
use crate::account::AccountId;
use crate::shared_config::{Section, is_identifier};
use crate::view::{DenialView, NeedView};

/// The name that AWS's tools take where none is given.
pub const DEFAULT: &str = "default";

/// Where what stood under `default` is meanwhile: a profile like any other.
pub const BEFORE_DEFAULT: &str = "hatrack-before-default";

/// What a profile of ours is called where the person gives no name: `hatrack-<account>-<role>`. The account's number
/// tells accounts apart whatever they are called.
pub fn own_name(account: Option<AccountId>, role: &str) -> String {
    let role: String = role
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() || "_-.@+".contains(c) => c,
            _ => '-',
        })
        .collect();
    match account {
        Some(account) => format!("hatrack-{account}-{role}"),
        None => format!("hatrack-{role}"),
    }
}

/// Whether a person may give a profile this name. `default` is not written into but set, by a word of its own.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && is_identifier(name) && name != DEFAULT && name != BEFORE_DEFAULT
}

/// Whether a key of a profile makes it start somewhere: it would win over what is written, or clash with it.
pub fn is_start(key: &str) -> bool {
    const STARTS: [&str; 10] = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_security_token",
        "aws_session_token",
        "credential_process",
        "credential_source",
        "login_session",
        "role_arn",
        "source_profile",
        "web_identity_token_file",
    ];
    STARTS.contains(&key) || key.starts_with("sso_")
}

/// What keeps a profile that is there from being written into: the first of its keys that would win or clash.
pub fn in_the_way(section: &Section) -> Option<&str> {
    section
        .properties
        .keys()
        .map(String::as_str)
        .find(|key| is_start(key))
}

/// How a profile gets its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ProfileForm {
    /// A line that asks `hat`: no secret is in the file.
    Process,
    /// A session's own keys, in the clear.
    Keys,
}

/// A profile that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct WrittenProfileView {
    /// Its name.
    pub name: String,
    /// The file that it is in, as the person named it.
    pub file: String,
    /// How it gets its credentials.
    pub form: ProfileForm,
    /// The role, by the catalog's key.
    pub role_key: String,
    /// The role's name.
    pub role_name: String,
    /// The role's account.
    pub account_id: Option<AccountId>,
    /// The session that it was written for; `None` where it was written for the role.
    pub session_id: Option<String>,
    /// Until when its keys are good; `None` for a line, which renews.
    #[ts(type = "string | null")]
    pub expires_at: Option<Timestamp>,
    /// When it was written.
    #[ts(type = "string")]
    pub written_at: Timestamp,
}

/// What writing a profile would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ProfilePlan {
    /// The profile's name.
    pub name: String,
    /// What changes, file by file. Empty where it stands there already.
    pub changes: Vec<FileChange>,
    /// Whether it is a profile of ours that is written anew.
    pub ours: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProfileOutcome {
    /// It is written.
    Written {
        /// It.
        profile: WrittenProfileView,
        /// Where files were copied to before their first change.
        backed_up: Vec<String>,
    },
    /// Something only the person has is needed for its session.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused its session.
    Denied {
        /// How.
        denial: DenialView,
    },
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_own_name_is_a_name_whatever_the_role_is_called() {
        let account = "081278057606".parse().unwrap();
        assert_eq!(
            own_name(Some(account), "Team=Reader,EU"),
            "hatrack-081278057606-Team-Reader-EU"
        );
        for role in ["a b", "\u{2019}", "x]", "[y", "Reader"] {
            assert!(is_name(&own_name(None, role)), "{role}");
        }
    }

    #[test]
    fn names_that_aws_would_not_read_are_no_names() {
        for name in ["", "default", "a b", "a]", "é", BEFORE_DEFAULT, "a\nb"] {
            assert!(!is_name(name), "{name:?}");
        }
    }
}
