//! What the person chooses about the browser.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::shared_config::inert;

/// In which browser, and in which part of it, console pages open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsoleChoices {
    /// The browser, by the name of its program (`firefox`, `chromium`); `None` for the desktop's own.
    pub browser: Option<String>,
    /// Whether each account has a part of the browser to itself.
    pub separate: bool,
    /// Accounts whose part of the browser has a name of its own.
    pub parts: BTreeMap<AccountId, String>,
    /// Whether the session that the browser has is signed out first.
    pub log_out_first: bool,
}

/// A browser, and a part of it that has sign-ins of its own: a container of Firefox, a profile of Chromium.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct BrowserPart {
    /// By the name of its program; `None` for the desktop's own.
    pub browser: Option<String>,
    /// `None` for the part that is in front.
    pub part: Option<String>,
}

/// No name for a part of a browser.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{}\" cannot name a part of a browser; use letters, digits, spaces, - and _, 60 characters at most",
    inert(.0)
)]
pub struct NotAPart(pub String);

/// Whether a part may have this name: it becomes a folder's name and a word of a command line.
pub fn is_part_name(name: &str) -> bool {
    let legal = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    let ends = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    name.chars().count() <= 60
        && name.chars().all(legal)
        && ends(name.chars().next())
        && ends(name.chars().next_back())
}

impl ConsoleChoices {
    /// Where a page of `account` opens.
    pub fn part_for(&self, account: Option<AccountId>) -> BrowserPart {
        let named = account.and_then(|id| self.parts.get(&id).cloned());
        let own = || {
            account
                .filter(|_| self.separate)
                .map(|id| format!("Hatrack {id}"))
        };
        BrowserPart {
            browser: self.browser.clone(),
            part: named.or_else(own),
        }
    }
}
