//! What an identity found, so that it is listed at once after a start.

use std::path::PathBuf;

use hatrack_core::catalog::Discovered;
use hatrack_core::discover::Searched;
use hatrack_core::discovery_view::DiscoveryReport;
use serde::{Deserialize, Serialize};

use super::Keep;
use crate::home::Home;

/// What was found for one start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDiscovery {
    /// The roles.
    pub found: Discovered,
    /// What people are told of it, with the times of reading.
    pub report: DiscoveryReport,
    /// What was looked for: the same is looked for again.
    pub searched: Searched,
    /// Whether it is read anew once a day.
    #[serde(default)]
    pub daily: bool,
    /// The shared files of who looked, config before credentials: by itself it is read anew only with the same.
    #[serde(default)]
    pub files: Option<[String; 2]>,
}

impl Keep for KeptDiscovery {
    const WHAT: &'static str = "the list of roles that were found";

    fn folder(home: &Home) -> PathBuf {
        home.discoveries()
    }

    fn name(&self) -> String {
        self.found.start.clone()
    }
}
