//! What is shown of sign-ins, at IAM Identity Center and at SAML providers. As in `view`, no type here can hold a secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::identity_center::Portal;
use crate::saml::SamlProvider;
use crate::view::NeedView;

/// What kind of place one signs in at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInKind {
    /// IAM Identity Center, in the person's browser.
    #[default]
    IdentityCenter,
    /// A SAML provider, in a window of its own.
    Saml,
}

/// Where one signs in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PortalView {
    /// The `[sso-session …]`, else the address; of a SAML provider what the person calls it. `hat login` takes it.
    pub name: String,
    /// The portal's address, or that of the provider's page.
    pub start_url: String,
    /// The region of the Identity Center instance, or whose STS a SAML provider's roles are had from; empty where that
    /// is the caller's own.
    pub region: String,
    /// What kind it is.
    #[serde(default)]
    pub kind: SignInKind,
}

impl From<&Portal> for PortalView {
    fn from(portal: &Portal) -> Self {
        Self {
            name: portal.name().to_owned(),
            start_url: portal.start_url.clone(),
            region: portal.region.clone(),
            kind: SignInKind::IdentityCenter,
        }
    }
}

impl From<&SamlProvider> for PortalView {
    fn from(provider: &SamlProvider) -> Self {
        Self {
            name: provider.name.clone(),
            start_url: provider.start_url.clone(),
            region: provider.region.clone().unwrap_or_default(),
            kind: SignInKind::Saml,
        }
    }
}

/// A portal of the shared config, and how one stands with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PortalStateView {
    /// Which.
    pub portal: PortalView,
    /// Until when the sign-in serves; `None` when one is signed out.
    #[ts(type = "string | null")]
    pub signed_in_until: Option<Timestamp>,
    /// Whether a sign-in is left where they are not kept now, shared or in the vault: signing out ends it too.
    pub left_elsewhere: bool,
    /// Whether it is renewed by itself.
    pub refreshes: bool,
    /// How many accounts the last listing had; `None` before the first.
    pub accounts: Option<u32>,
    /// How many roles it had.
    pub roles: Option<u32>,
    /// When that was.
    #[ts(type = "string | null")]
    pub listed_at: Option<Timestamp>,
    /// Whether it is being listed now.
    pub listing: bool,
    /// Why the last listing failed, if it did.
    pub error: Option<String>,
}

/// A sign-in that waits for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignInView {
    /// To wait for it, or to cancel it.
    pub id: String,
    /// Where.
    pub portal: PortalView,
    /// The page to open in a browser.
    pub url: String,
    /// The code that the page shows or asks for, in a sign-in by device code.
    pub user_code: Option<String>,
    /// Seconds until the page is of no use.
    pub seconds_left: u32,
    /// Whether this request began it: who began it opens the page.
    pub begun: bool,
}

/// What becomes of a request to sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignInOutcome {
    /// The person is to finish it in a browser.
    Waiting {
        /// It.
        sign_in: SignInView,
    },
    /// One is signed in, without anybody being asked.
    SignedIn,
    /// Something else is needed first: consent to a portal that is not on a host of AWS.
    Needs {
        /// What.
        need: NeedView,
    },
}
