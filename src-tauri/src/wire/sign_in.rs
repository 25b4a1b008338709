//! What the window's own wire has for sign-ins.

use hatrack_core::secret::Secret;
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

/// Names a SAML provider.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct SamlRequest {
    /// What to call it.
    pub name: String,
    /// The provider's page where a sign-in to AWS starts.
    pub start_url: String,
    /// The region whose STS is asked.
    pub region: Option<String>,
    /// Whether it takes the place of the provider of that name.
    pub replace: bool,
}

/// What a SAML provider gave, pasted.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, TS)]
pub struct SamlResponse {
    /// `PortalView::name`.
    pub portal: String,
    /// `SAMLResponse`.
    #[serde(deserialize_with = "super::secret")]
    #[ts(type = "string")]
    pub response: Secret,
}
