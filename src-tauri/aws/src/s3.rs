//! S3: buckets listed, walked, read and written with a session's credentials.
//!
//! Invariants: one client for each region, so that connections are used again; a bucket's region comes from the
//! bucket itself; an object's bytes go to disk only through [`download`], which never leaves the folder it was given.

mod browse;
pub mod copy;
pub mod download;
mod failure;
mod multipart;
mod preview;
mod session;
mod stored;
pub mod transfer;
pub mod upload;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, IdentityCache, Region, ResponseChecksumValidation,
};
use hatrack_core::account::Partition;
use hatrack_core::sts::{AwsFailure, Reach};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore};

pub use failure::S3Failure;
pub use session::{FixedCredentials, NoCredentials, SessionCredentials};
pub use stored::{Encryption, Guard, Stored};
pub use walk::Found;

use crate::answer::Answer;
use crate::http::{HttpClients, Wire, check_endpoint, document_timeouts, stream_timeouts};
use crate::patience::{Patience, StaleClock, retries};
use session::Signer;

/// Called while bytes move: how many are done, and how many there are where that is known.
pub type Progress<'a> = dyn Fn(u64, Option<u64>) + Send + Sync + 'a;

/// S3 as one session sees it.
#[derive(Debug)]
pub struct S3 {
    http: Arc<HttpClients>,
    reach: Reach,
    path_style: bool,
    signer: Signer,
    clients: Mutex<HashMap<String, Client>>,
    regions: Mutex<HashMap<String, String>>,
    leftovers: multipart::Leftovers,
    /// Connections that move large objects, of all transfers together: each holds a buffer.
    bulk: Arc<Semaphore>,
    /// What one order keeps on disk is used by one run at a time. A run that was dropped may still be writing there.
    turns: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
}

/// The right to what an order keeps on disk, for as long as any clone is held.
type Turn = Arc<OwnedMutexGuard<()>>;

/// Parts of large objects in flight: S3 gives about 85 MB/s to a connection.
const BULK: usize = 32;

impl S3 {
    /// S3 through `reach` (its `endpoint` is S3's, its `region` the one to start from), signed by `credentials`.
    /// Servers other than AWS are addressed by path, as is everything where `path_style` says so.
    pub fn new(
        http: Arc<HttpClients>,
        reach: Reach,
        path_style: bool,
        credentials: Arc<dyn SessionCredentials>,
    ) -> Self {
        let path_style = path_style || reach.endpoint.as_deref().is_some_and(|url| !is_aws(url));
        Self {
            http,
            reach,
            path_style,
            signer: Signer::new(credentials),
            clients: Mutex::default(),
            regions: Mutex::default(),
            leftovers: multipart::Leftovers::default(),
            bulk: Arc::new(Semaphore::new(BULK)),
            turns: Mutex::default(),
        }
    }

    /// Waits until no run holds the turn of this name.
    async fn turn(&self, name: String) -> Turn {
        let turn = {
            let mut turns = locked(&self.turns);
            turns.retain(|_, turn| turn.strong_count() > 0);
            match turns.get(&name).and_then(Weak::upgrade) {
                Some(turn) => turn,
                None => {
                    let turn = Arc::new(AsyncMutex::new(()));
                    turns.insert(name, Arc::downgrade(&turn));
                    turn
                }
            }
        };
        Arc::new(turn.lock_owned().await)
    }

    /// Sends what `send` makes. Refused as expired, it is made and signed once more, with the renewed session.
    async fn signed<T, F>(&self, send: impl Fn() -> F) -> Result<T, S3Failure>
    where
        F: Future<Output = Result<T, S3Failure>>,
    {
        let generation = self.signer.generation();
        match send().await {
            Err(S3Failure::Expired { .. }) => {
                self.signer.forget(generation).await;
                send().await
            }
            done => done,
        }
    }

    /// Comes back when there is a session again, after calls failed for the want of one
    /// ([`S3Failure::wants_session`]).
    pub async fn session_back(&self) {
        self.signer.wait().await;
    }

    /// The client of `region`.
    fn client(&self, region: &str) -> Result<Client, AwsFailure> {
        let mut clients = locked(&self.clients);
        if let Some(client) = clients.get(region) {
            return Ok(client.clone());
        }
        check_endpoint(self.reach.endpoint.as_deref())?;
        let http = self
            .http
            .client(&Wire::to(self.reach.endpoint.as_deref(), &self.reach))?;
        let mut config = Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region.to_owned()))
            .http_client(http)
            .credentials_provider(self.signer.clone())
            .identity_cache(IdentityCache::no_cache())
            .timeout_config(stream_timeouts())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(5)
                    .with_max_backoff(Duration::from_secs(4)),
            )
            .retry_partition(
                RetryPartition::custom("hatrack-s3")
                    .token_bucket(TokenBucket::unlimited())
                    .build(),
            )
            .retry_classifier(StaleClock)
            // Downloads are checked here, part by part; the SDK knows whole bodies only.
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .force_path_style(self.path_style);
        config.set_endpoint_url(self.reach.endpoint.clone());
        let client = Client::from_conf(config.build());
        clients.insert(region.to_owned(), client.clone());
        Ok(client)
    }

    fn partition(&self) -> Partition {
        partition_of(&self.reach.region)
    }
}

/// What a call that returns a document adds to its client's configuration.
fn document() -> Builder {
    Config::builder()
        .timeout_config(document_timeouts())
        .retry_config(retries())
        .interceptor(Answer::default())
        .retry_classifier(Patience::default())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn is_aws(url: &str) -> bool {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_ascii_lowercase))
        .is_some_and(|host| {
            [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"]
                .iter()
                .any(|end| host.ends_with(end))
        })
}

/// By the region's name: AWS General Reference, "Regions and endpoints".
fn partition_of(region: &str) -> Partition {
    match region {
        cn if cn.starts_with("cn-") => Partition::AwsCn,
        gov if gov.starts_with("us-gov-") => Partition::AwsUsGov,
        eusc if eusc.starts_with("eusc-") => Partition::AwsEusc,
        _ => Partition::Aws,
    }
}
