//! The ways out of this computer, and what stays on it.

use hatrack_core::choice::{ProxyChoice, SignInStore};
use hatrack_core::secret::Secret;
use serde::Deserialize;
use ts_rs::TS;

/// Sets through which proxy AWS is reached.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct ProxyChoiceRequest {
    pub choice: ProxyChoice,
}

/// Sets where sign-ins are kept.
#[derive(Debug, Deserialize, TS)]
#[allow(missing_docs)]
pub struct SignInStoreRequest {
    pub store: SignInStore,
}

/// The login that a proxy asked for.
#[derive(Debug, Deserialize, TS)]
pub struct ProxyLoginRequest {
    /// `host:port`.
    pub proxy: String,
    /// The name.
    pub name: String,
    /// The password: a secret that comes in and never goes out again.
    #[serde(deserialize_with = "super::secret")]
    #[ts(type = "string")]
    pub password: Secret,
}
