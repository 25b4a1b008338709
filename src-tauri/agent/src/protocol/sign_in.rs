//! Signing in to IAM Identity Center, and out.

pub use hatrack_core::portal_view::SignInOutcome;
use serde::{Deserialize, Serialize};

/// Asks to sign in. One sign-in at a time is under way for each portal; who asks meanwhile gets the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRequest {
    /// `PortalView::name`, or a profile of that portal.
    pub portal: String,
    /// By device code, for where no browser can be opened on this machine.
    #[serde(default)]
    pub device: bool,
    /// Sign in though the sign-in is still good.
    #[serde(default)]
    pub anew: bool,
}
