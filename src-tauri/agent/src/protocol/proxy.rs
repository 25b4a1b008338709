//! The name and password of a proxy.

use hatrack_core::secret::Secret;
use serde::{Deserialize, Serialize};

use super::on_wire;

/// Leaves the login of a proxy with Hatrack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct GiveProxyLogin {
    /// `host:port`, as the need named it.
    pub proxy: String,
    /// The name.
    pub name: String,
    /// The password.
    #[serde(with = "on_wire::secret")]
    pub password: Secret,
}
