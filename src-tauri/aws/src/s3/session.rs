//! The credentials that S3 calls are signed with, renewed while a transfer runs.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult};
use hatrack_core::secret::Credentials;
use jiff::Timestamp;

use super::locked;
use crate::identities::sdk_credentials;

/// Credentials with less life than this are asked for again.
const RENEW_BELOW: Duration = Duration::from_secs(60);

/// There are no credentials: the session has ended, or needs a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoCredentials(pub String);

/// The port to whoever owns the session: the agent.
#[async_trait]
pub trait SessionCredentials: Send + Sync {
    /// Its credentials now; renewed if that can be done without a person.
    async fn credentials(&self) -> Result<Credentials, NoCredentials>;
}

/// Credentials that nobody renews.
#[derive(Debug, Clone)]
pub struct FixedCredentials(pub Credentials);

#[async_trait]
impl SessionCredentials for FixedCredentials {
    async fn credentials(&self) -> Result<Credentials, NoCredentials> {
        Ok(self.0.clone())
    }
}

/// Signs with the owner's credentials, and asks again when they are about to end or were refused as expired.
#[derive(Clone)]
pub struct Signer {
    owner: Arc<dyn SessionCredentials>,
    held: Arc<Mutex<Option<Credentials>>>,
}

impl Signer {
    pub fn new(owner: Arc<dyn SessionCredentials>) -> Self {
        Self {
            owner,
            held: Arc::default(),
        }
    }

    /// S3 said that they have expired: the next call asks the owner.
    pub fn forget(&self) {
        *locked(&self.held) = None;
    }

    async fn current(&self) -> Result<Credentials, NoCredentials> {
        let soon = Timestamp::now() + RENEW_BELOW;
        let held = locked(&self.held).clone();
        if let Some(held) = held.filter(|held| held.expires_at.is_none_or(|end| end > soon)) {
            return Ok(held);
        }
        let fresh = self.owner.credentials().await?;
        *locked(&self.held) = Some(fresh.clone());
        Ok(fresh)
    }

    async fn provide(&self) -> ProviderResult {
        let credentials = self.current().await.map_err(CredentialsError::not_loaded)?;
        // Without the end: the SDK would refuse them by this computer's clock, and S3 knows better.
        Ok(sdk_credentials(&Credentials {
            expires_at: None,
            ..credentials
        }))
    }
}

impl ProvideCredentials for Signer {
    fn provide_credentials<'a>(&'a self) -> Provided<'a>
    where
        Self: 'a,
    {
        Provided::new(self.provide())
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signer")
    }
}
