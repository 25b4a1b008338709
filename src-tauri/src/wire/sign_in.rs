//! What the window's own wire has for sign-ins.

use serde::Deserialize;
use ts_rs::TS;

/// Names a portal.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct PortalRequest {
    /// `PortalView::name`.
    pub portal: String,
}

/// Signs in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct SignInRequest {
    /// `PortalView::name`.
    pub portal: String,
    /// By device code.
    pub device: bool,
    /// Though the sign-in is still good.
    pub anew: bool,
}

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct PendingSignIn {
    /// `SignInView::id`.
    pub id: String,
}

/// Allows a command.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct CommandRequest {
    /// As `NeedView` showed it.
    pub command: String,
}
