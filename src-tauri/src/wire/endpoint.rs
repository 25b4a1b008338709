//! What the window's own wire has for endpoints.
//!
//! Invariant: no endpoint's token crosses.

use hatrack_core::endpoint_view::EndpointView;
use serde::Serialize;
use ts_rs::TS;

/// An endpoint that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
pub struct OpenedEndpointView {
    /// It.
    pub endpoint: EndpointView,
    /// What the person should know.
    pub notes: Vec<String>,
}
