//! SAML providers.

use hatrack_core::secret::Secret;
use serde::{Deserialize, Serialize};

use super::on_wire;

/// Names a provider, or changes the one of that name where that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddSaml {
    /// What to call it.
    pub name: String,
    /// The provider's page where a sign-in to AWS starts.
    pub start_url: String,
    /// The region whose STS is asked; `None` for the caller's own.
    #[serde(default)]
    pub region: Option<String>,
    /// Whether it takes the place of a provider of that name; else that is
    /// [`ErrorCode::AlreadyThere`](super::ErrorCode::AlreadyThere).
    #[serde(default)]
    pub replace: bool,
}

/// Hands over what a provider gave.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GiveAssertion {
    /// By the page of a sign-in under way, which then ends, well or badly.
    OfPage {
        /// `SignInView::id`.
        id: String,
        /// `SAMLResponse`.
        #[serde(with = "on_wire::secret")]
        response: Secret,
    },
    /// By the person's hand, whether a page is open or not.
    Pasted {
        /// `PortalView::name`.
        portal: String,
        /// `SAMLResponse`.
        #[serde(with = "on_wire::secret")]
        response: Secret,
    },
}
