//! What the window's own wire has for looking for roles.

use serde::Deserialize;
use ts_rs::TS;

/// Looks for roles.
#[derive(Clone, PartialEq, Eq, Deserialize, TS)]
pub struct DiscoverRequest {
    /// What reads: an identity's profile, or `RoleView::key`.
    pub start: String,
    /// By its own policies.
    pub policies: bool,
    /// In the accounts of its organization.
    pub organization: bool,
    /// The names to look for, with `{account}` and `{name}`; empty for those that AWS gives.
    pub role_names: Vec<String>,
    /// The code that the device shows, for who may read only with one.
    pub mfa_code: Option<String>,
}

/// Waits for a search to go on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct AwaitDiscoveryRequest {
    /// `DiscoveryView::start`.
    pub start: String,
    /// The `DiscoveryView::step` that is known.
    pub seen: u32,
}

/// Names a search.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct DiscoveryRequest {
    /// `DiscoveryView::start`.
    pub start: String,
}

/// Turns the daily reading on or off.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct DiscoveryDailyRequest {
    /// `DiscoveryView::start`.
    pub start: String,
    /// On or off.
    pub on: bool,
}
