//! SAML: an identity provider of an organisation says who somebody is and which roles they may have, and STS believes
//! it.
//!
//! Source: IAM User Guide, "Configure SAML assertions for the authentication response"; AWS STS API Reference,
//! "AssumeRoleWithSAML"; OASIS, "Assertions and Protocols for SAML V2.0".

mod assertion;
mod endpoint;
mod provider;

pub use assertion::{Assertion, LONGEST_RESPONSE, NotUsable, Told};
pub use endpoint::is_sign_in_of_aws;
pub use provider::{NotAProvider, SamlProvider, SamlProviderArn};

use serde::{Deserialize, Serialize};

use crate::arn::RoleArn;
use crate::sts_limits::{SessionDuration, SessionName};

/// A role that a sign-in at a SAML provider gives.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SamlRole {
    /// Where one signs in: `SamlProvider::name`.
    pub provider: String,
    /// The role.
    pub role: RoleArn,
    /// The provider as the role's account knows it. Sent as `PrincipalArn`.
    pub provider_arn: SamlProviderArn,
    /// What the assertion calls the session: STS takes no other name.
    pub session_name: SessionName,
    /// How long the provider has sessions last, where it says.
    pub duration: Option<SessionDuration>,
}

/// What the last sign-in at a provider gave. Holds no secret: the assertion is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlListing {
    /// Where.
    pub provider: SamlProvider,
    /// The roles and what goes with them.
    pub told: Told,
}
