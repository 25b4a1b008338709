//! What was revoked, so that it can be taken back, and so that no session is used that AWS denies everything.

use std::path::PathBuf;

use hatrack_core::arn::RoleArn;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Keep;
use crate::home::Home;

/// The revocation of one role's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRevocation {
    /// The role.
    pub role: RoleArn,
    /// AWS has taken this: sessions issued before it are denied.
    pub in_force: Option<Timestamp>,
    /// This was sent last. Whether AWS took it is not known where `in_force` is another.
    pub sent: Timestamp,
    /// The policy of the same name that stood there before, which is somebody else's revocation.
    pub stood: Option<String>,
}

impl Keep for KeptRevocation {
    const WHAT: &'static str = "what is remembered of a revocation";

    fn folder(home: &Home) -> PathBuf {
        home.revocations()
    }

    fn name(&self) -> String {
        self.role.to_string()
    }
}
