//! What sign-ins at SAML providers gave the last time, so that it is there at once. Holds no secret.

use std::path::PathBuf;

use hatrack_core::saml::SamlListing;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::home::Home;
use crate::kept::Keep;

/// What a sign-in gave, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamlListed {
    /// When.
    pub at: Timestamp,
    /// It.
    pub listing: SamlListing,
}

/// It is kept under its provider's name.
impl Keep for SamlListed {
    const WHAT: &'static str = "the list of a provider's roles";

    fn folder(home: &Home) -> PathBuf {
        home.saml()
    }

    fn name(&self) -> String {
        self.listing.provider.name.clone()
    }
}

#[cfg(test)]
mod tests;
