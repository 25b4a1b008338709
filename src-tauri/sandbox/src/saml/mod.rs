//! A SAML provider outside AWS, as a company's directory is one, and AWS's sign-in for what it issues.
//!
//! Source: OASIS, "Assertions and Protocols for SAML V2.0"; IAM User Guide, "Configure SAML assertions for the
//! authentication response".

mod issuer;
mod pages;

use http::Method;

pub use issuer::{AUDIENCE, Issued, SamlIssuer};
pub(crate) use pages::{answer, issue};

/// The provider's page: `?auto=USER` signs that user in without a question, `?auto` the first one.
pub const PROVIDER_PATH: &str = "/idp/aws";
/// Where AWS takes what providers issue.
pub const SIGN_IN_PATH: &str = "/saml";

/// What is asked of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The provider asks who signs in.
    Provider,
    /// The same, answered.
    AnswerProvider,
    /// AWS's sign-in takes an assertion.
    SignIn,
}

impl Page {
    /// The page of a request that nobody signed.
    pub fn of(method: &Method, path: &str) -> Option<Self> {
        match (method, path) {
            (&Method::GET, PROVIDER_PATH) => Some(Self::Provider),
            (&Method::POST, PROVIDER_PATH) => Some(Self::AnswerProvider),
            (&Method::POST, SIGN_IN_PATH) => Some(Self::SignIn),
            _ => None,
        }
    }
}
