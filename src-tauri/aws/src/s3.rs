//! S3: buckets listed, walked, read and written with a session's credentials.
//!
//! Invariants: one client for each region, so that connections are used again; a bucket's region comes from the
//! bucket itself; an object's bytes go to disk only through [`download`], which never leaves the folder it was given.

pub mod batch;
mod browse;
pub mod copy;
pub mod download;
mod failure;
mod kept;
mod lost;
mod multipart;
pub mod objects;
mod pages;
mod payer;
mod preview;
mod scan;
mod session;
mod sight;
mod stored;
pub mod sync;
pub mod transfer;
mod unfinished;
pub mod upload;
mod versions;
mod walk;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::{RetryConfig, RetryPartition, TokenBucket};
use aws_sdk_s3::config::{
    BehaviorVersion, Builder, Config, IdentityCache, Region, ResponseChecksumValidation,
};
use hatrack_core::account::Partition;
use hatrack_core::bucket::transfer::part_size;
use hatrack_core::sts::{AwsFailure, Reach};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, Semaphore, SemaphorePermit};

pub use failure::S3Failure;
pub use pages::Listed;
pub use preview::{ObjectBytes, ObjectHead, ObjectRef};
pub use scan::Scan;
pub use session::{FixedCredentials, NoCredentials, SessionCredentials};
pub use stored::{Encryption, Guard, Stored};
pub use walk::Found;

use crate::answer::Answer;
use crate::http::{HttpClients, Wire, check_endpoint, document_timeouts, is_loopback, stream_timeouts};
use crate::patience::{Patience, StaleClock, retries};
use payer::RequestPayer;
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
    /// By region, and whether the person pays for the requests.
    clients: Mutex<HashMap<(String, bool), Client>>,
    /// The buckets whose requests the person pays for.
    payers: Mutex<HashSet<String>>,
    regions: Mutex<HashMap<String, String>>,
    leftovers: multipart::Leftovers,
    /// Connections that move large objects, of all transfers together: each holds a buffer.
    bulk: Arc<Semaphore>,
    /// What all transfers together hold in memory to send, in MiB.
    held: Arc<Semaphore>,
    /// The least that a part has, where it is not left to the transfer.
    least_part: Option<u64>,
    /// What one order keeps on disk is used by one run at a time. A run that was dropped may still be writing there.
    turns: Mutex<HashMap<String, Weak<AsyncMutex<()>>>>,
    /// What was sent of each folder.
    sent_here: Mutex<HashMap<String, transfer::SentHere>>,
}

/// The right to what an order keeps on disk, for as long as any clone is held.
type Turn = Arc<OwnedMutexGuard<()>>;

/// Parts of large objects in flight: S3 gives about 85 MB/s to a connection.
const BULK: usize = 32;
/// What waits in memory to be sent, whatever the number and the size of the objects.
const HELD_MIB: u32 = 192;
/// From a quarter of a MiB on, it is rounded up to one.
const SMALL: u64 = 768 * 1024;

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
            payers: Mutex::default(),
            regions: Mutex::default(),
            leftovers: multipart::Leftovers::default(),
            bulk: Arc::new(Semaphore::new(BULK)),
            held: Arc::new(Semaphore::new(HELD_MIB as usize)),
            least_part: None,
            turns: Mutex::default(),
            sent_here: Mutex::default(),
        }
    }

    /// Makes objects of parts of at least so many bytes: fewer round trips on a far line. S3 takes 5 MiB to 5 GiB.
    pub fn with_parts_of(mut self, bytes: u64) -> Self {
        self.least_part = Some(bytes);
        self
    }

    /// How large the parts of an object of `total` bytes are, `least` at least where nothing else is wanted.
    fn part_of(&self, total: u64, least: u64) -> u64 {
        part_size(total, self.least_part.unwrap_or(least))
    }

    /// Whether the bytes of a body have to be signed: nothing else keeps them as they are on the way. The SDK signs those
    /// that it has in memory.
    fn signs_bodies(&self) -> bool {
        let endpoint = self.reach.endpoint.as_deref();
        Wire::to(endpoint, &self.reach).plain && !endpoint.is_some_and(is_loopback)
    }

    /// Waits until there is room in memory for so many bytes, and holds it. What is small is not counted.
    async fn room(&self, bytes: u64) -> Option<SemaphorePermit<'_>> {
        let mib = u32::try_from((bytes + SMALL) >> 20)
            .unwrap_or(HELD_MIB)
            .min(HELD_MIB);
        // Only closing it could fail this, and nobody does.
        self.held.acquire_many(mib).await.ok()
    }

    /// What was sent of the folder that is noted under this name.
    fn sent_here(&self, name: &str) -> transfer::SentHere {
        Arc::clone(locked(&self.sent_here).entry(name.to_owned()).or_default())
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
        let first = send().await;
        match &first {
            Err(S3Failure::Expired { .. }) => self.signer.forget(generation).await,
            Err(failure) if failure.may_be_expired() => self.signer.ask_again(generation).await,
            _ => return first,
        }
        send().await
    }

    /// Comes back when there is a session again, after calls failed for the want of one
    /// ([`S3Failure::wants_session`]).
    pub async fn session_back(&self) {
        self.signer.wait().await;
    }

    /// The client of `region`.
    fn client(&self, region: &str) -> Result<Client, AwsFailure> {
        self.client_for(region, false)
    }

    fn client_for(&self, region: &str, pays: bool) -> Result<Client, AwsFailure> {
        let mut clients = locked(&self.clients);
        let which = (region.to_owned(), pays);
        if let Some(client) = clients.get(&which) {
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
        if pays {
            config = config.interceptor(RequestPayer);
        }
        let client = Client::from_conf(config.build());
        clients.insert(which, client.clone());
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
