//! The AWS console, and the browsers it opens in.

use hatrack_core::account::AccountId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A page of the console, as a session's role.
#[derive(Debug, Deserialize, TS)]
pub struct ConsolePageRequest {
    /// The session.
    pub session_id: String,
    /// Which page it is.
    pub page: ConsolePageChoice,
    /// The browser for this once; `null` for the one that the settings name.
    pub browser: Option<String>,
}

/// Which page of the console.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConsolePageChoice {
    /// Where the console starts.
    #[default]
    Home,
    /// A service's.
    Service {
        /// By its name.
        name: String,
    },
    /// By its address, which has to be of the partition's own console.
    Url {
        /// The address.
        url: String,
    },
}

/// A service that has a page in the console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct ConsoleServiceView {
    /// What it is asked for by.
    pub name: String,
    /// What the console calls it.
    pub label: String,
}

/// How a browser keeps accounts apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum BrowserParts {
    /// By containers, with an extension.
    Containers,
    /// By profiles.
    Profiles,
}

/// A browser that is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct FoundBrowser {
    /// What settings call it.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// How it keeps accounts apart.
    pub parts: BrowserParts,
}

/// An account whose part of the browser has a name of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountPart {
    /// The account.
    pub account_id: AccountId,
    /// The container's or profile's name.
    pub name: String,
}

/// In which browser console pages open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct BrowserSettings {
    /// Those that are installed.
    pub found: Vec<FoundBrowser>,
    /// Which one; `null` for the desktop's own.
    pub browser: Option<String>,
    /// The desktop's own, where it is a known one.
    pub system: Option<FoundBrowser>,
    /// Whether each account has a part of the browser to itself.
    pub separate: bool,
    /// Accounts whose part has a name of its own.
    pub parts: Vec<AccountPart>,
    /// Whether the browser is signed out of the console before each sign-in.
    pub log_out_first: bool,
}

/// Changes what is given, and leaves the rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, TS)]
pub struct SetBrowserRequest {
    /// A known browser, or `default` for the desktop's own.
    pub browser: Option<String>,
    /// Whether each account has a part of the browser to itself.
    pub separate: Option<bool>,
    /// Whether the browser is signed out first.
    pub log_out_first: Option<bool>,
    /// The part of one account; an empty name takes it back.
    pub part: Option<AccountPart>,
}
