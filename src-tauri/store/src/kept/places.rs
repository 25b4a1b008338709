//! What is remembered of a role's buckets.

use std::collections::BTreeSet;
use std::path::PathBuf;

use hatrack_core::listing_view::{BookmarkView, RefusalView, SharedBucketView};
use serde::{Deserialize, Serialize};

use super::Keep;
use crate::home::Home;

/// Bookmarks, buckets opened by name, what was refused, and whose requests the person pays for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPlaces {
    /// Names the role; empty for what counts for all.
    pub role: String,
    /// In no order.
    #[serde(default)]
    pub bookmarks: Vec<BookmarkView>,
    /// The last used first.
    #[serde(default)]
    pub shared: Vec<SharedBucketView>,
    /// The last refused first.
    #[serde(default)]
    pub refused: Vec<RefusalView>,
    /// Buckets.
    #[serde(default)]
    pub payers: BTreeSet<String>,
}

impl Keep for KeptPlaces {
    const WHAT: &'static str = "what is remembered of buckets";

    fn folder(home: &Home) -> PathBuf {
        home.places()
    }

    fn name(&self) -> String {
        self.role.clone()
    }
}
