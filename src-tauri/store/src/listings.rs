//! What Identity Center portals listed, so that it is there at once, also without a network. Holds no secret.

use std::path::PathBuf;

use hatrack_core::identity_center::{Portal, PortalListing};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::home::Home;
use crate::kept::Keep;

/// A portal's listing and its age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// When it was complete.
    pub at: Timestamp,
    /// It.
    pub listing: PortalListing,
}

impl Listed {
    /// The name that a portal's listing is kept under.
    pub fn name_of(portal: &Portal) -> String {
        let Portal {
            session,
            start_url,
            region,
            ..
        } = portal;
        let session = session.as_deref().unwrap_or_default();
        format!("{session}\n{start_url}\n{region}")
    }
}

impl Keep for Listed {
    const WHAT: &'static str = "the list of a portal's roles";

    fn folder(home: &Home) -> PathBuf {
        home.listings()
    }

    fn name(&self) -> String {
        Self::name_of(&self.listing.portal)
    }
}

#[cfg(test)]
mod tests;
