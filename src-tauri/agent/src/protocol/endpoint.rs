//! Endpoints that hand out sessions to programs of this computer.

pub use hatrack_core::endpoint_view::{EndpointUse, EndpointView, UseOutcome, UseProcess};
use hatrack_core::secret::Secret;
use hatrack_core::session::SwitchOptions;
use hatrack_core::sts_limits::TokenCode;
use hatrack_core::view::{DenialView, NeedView, SessionView};
use serde::{Deserialize, Serialize};

use super::on_wire;
use super::session::SessionRef;

/// Opens the endpoint of a session, or gives the one that is open. Switches where no live session serves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenEndpoint {
    /// Of what.
    pub of: SessionRef,
    /// Open until it is closed or its session goes; otherwise until nobody waits in `HoldEndpoint` any more.
    pub keep: bool,
    /// What is asked beyond the catalog's own values.
    #[serde(default)]
    pub options: SwitchOptions,
    /// The code the device shows, where one is needed.
    #[serde(with = "on_wire::code", default)]
    pub mfa_code: Option<TokenCode>,
    /// Lets requests be signed for a non-AWS endpoint in this request alone.
    #[serde(default)]
    pub allow_endpoint: bool,
}

/// What came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EndpointOutcome {
    /// It is open.
    Open(Box<OpenedEndpoint>),
    /// Something only the person has is needed for its session.
    Needs {
        /// What.
        need: NeedView,
    },
    /// AWS refused its session.
    Denied {
        /// How.
        denial: DenialView,
    },
}

/// How programs reach an endpoint.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenedEndpoint {
    /// What people see of it.
    pub endpoint: EndpointView,
    /// Its session.
    pub session: SessionView,
    /// What is sent to it as `Authorization`.
    #[serde(with = "on_wire::secret")]
    pub token: Secret,
    /// The region to use.
    pub region: String,
    /// What the person should know.
    pub notes: Vec<String>,
}
