//! The credentials that S3 calls are signed with, renewed while a transfer runs.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Provided;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult};
use hatrack_core::secret::Credentials;
use jiff::Timestamp;
use tokio::sync::Mutex;

use super::locked;
use crate::identities::sdk_credentials;

/// Credentials with less life than this are asked for again.
const RENEW_BELOW: Duration = Duration::from_secs(60);
/// Between two looks whether there is a session again.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

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
    /// Locked while the owner is asked: many requests in flight ask once.
    held: Arc<Mutex<Option<Credentials>>>,
    /// Counts the sets of credentials held.
    generation: Arc<AtomicU64>,
    /// The access key ID that S3 refused last: the same keys again are no session.
    refused: Arc<std::sync::Mutex<Option<String>>>,
}

impl Signer {
    pub fn new(owner: Arc<dyn SessionCredentials>) -> Self {
        Self {
            owner,
            held: Arc::default(),
            generation: Arc::default(),
            refused: Arc::default(),
        }
    }

    /// Names the credentials that the next request is signed with.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// S3 said that the credentials of `generation` have expired: the next request asks the owner, unless another
    /// has done so since.
    pub async fn forget(&self, generation: u64) {
        let mut held = self.held.lock().await;
        if self.generation() == generation
            && let Some(ended) = held.take()
        {
            *locked(&self.refused) = Some(ended.access_key_id);
        }
    }

    /// The credentials of `generation` may have expired: the next request asks the owner, who may give the same.
    pub async fn ask_again(&self, generation: u64) {
        let mut held = self.held.lock().await;
        if self.generation() == generation {
            *held = None;
        }
    }

    /// Asks the owner now and then, until there are credentials that S3 has not refused.
    pub async fn wait(&self) {
        let mut pause = FIRST_PAUSE;
        loop {
            if let Ok(fresh) = self.owner.credentials().await {
                let mut held = self.held.lock().await;
                if locked(&self.refused).as_ref() != Some(&fresh.access_key_id) {
                    self.generation.fetch_add(1, Ordering::AcqRel);
                    *held = Some(fresh);
                    return;
                }
            }
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }

    /// The credentials that the next request is signed with.
    pub async fn current(&self) -> Result<Credentials, NoCredentials> {
        let mut held = self.held.lock().await;
        let soon = Timestamp::now() + RENEW_BELOW;
        if let Some(held) = held
            .as_ref()
            .filter(|held| held.expires_at.is_none_or(|end| end > soon))
        {
            return Ok(held.clone());
        }
        let fresh = self.owner.credentials().await?;
        if held.as_ref() != Some(&fresh) {
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        *held = Some(fresh.clone());
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
