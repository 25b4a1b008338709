//! What GetRole told of a role.

use std::path::PathBuf;

use hatrack_core::arn::RoleArn;
use hatrack_core::iam::RoleFacts;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Keep;
use crate::home::Home;

/// What is known of a role, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRole {
    /// The role.
    pub role: RoleArn,
    /// When AWS was asked last.
    pub asked_at: Timestamp,
    /// What AWS told, and when; `None` where it never did.
    pub facts: Option<(Timestamp, RoleFacts)>,
}

impl Keep for KeptRole {
    const WHAT: &'static str = "what is known of a role";

    fn folder(home: &Home) -> PathBuf {
        home.roles()
    }

    fn name(&self) -> String {
        self.role.to_string()
    }
}
