//! One file to one object.
//!
//! Invariants: an object appears whole or not at all; a file that changes while it is sent is not stored; the parts of
//! an upload that fails or is dropped are removed, unless it may go on later and has a journal to do so. To cancel an
//! upload, drop it; a program that then ends waits for [`S3::settled`] first.

mod source;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{Journals, PartSent};

pub use super::unfinished::Unfinished;

pub(super) use self::source::Found;
use self::source::Source;
use super::browse::unquoted;
use super::failure::Call;
use super::kept::{Held, Keeping, Start, id_of};
use super::multipart::{CRC, Known, Made, Making, completed, whole_crc};
use super::{Guard, Progress, S3, S3Failure, Stored, locked};

/// Up to here one request does. S3 takes 5 GB in one, and parts of 5 MiB or more.
pub const ONE_REQUEST: u64 = 16 * 1024 * 1024;
pub(super) const PART: u64 = 8 * 1024 * 1024;
/// Parts of copies that go through here are held in memory up to this.
pub(super) const LARGEST_HELD: u64 = 16 * 1024 * 1024;
/// Parts larger than this are read while they are sent, so that many may be in flight.
const READ_BEFORE: u64 = 1024 * 1024;
const IN_FLIGHT: usize = 32;

/// What to upload, and where to.
#[derive(Clone)]
pub struct Order {
    /// The file.
    pub path: PathBuf,
    /// Into which bucket.
    pub bucket: BucketName,
    /// As what.
    pub key: String,
    /// What it is stored with.
    pub stored: Stored,
    /// What it may replace.
    pub guard: Guard,
    /// Where is kept what an unfinished upload needs to go on; without, it leaves nothing.
    pub journals: Option<Arc<dyn Journals>>,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order")
            .field("path", &self.path)
            .field("bucket", &self.bucket)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// What an upload left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uploaded {
    /// The object's size.
    pub bytes: u64,
    /// Its entity tag, unquoted.
    pub etag: Option<String>,
    /// Its version ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// How many bytes S3 had already from an earlier run.
    pub resumed: u64,
}

impl Uploaded {
    fn of(bytes: u64, made: Made, resumed: u64) -> Self {
        Self {
            bytes,
            etag: made.etag.as_deref().map(unquoted),
            version_id: made.version_id,
            resumed,
        }
    }
}

impl S3 {
    /// Stores the file at `path` as `key`, replacing what is there and leaving no parts when it fails or is dropped.
    pub async fn upload(
        &self,
        path: &Path,
        bucket: &BucketName,
        key: &str,
        progress: &Progress<'_>,
    ) -> Result<Uploaded, S3Failure> {
        let order = Order {
            path: path.to_owned(),
            bucket: bucket.clone(),
            key: key.to_owned(),
            stored: Stored::default(),
            guard: Guard::Anything,
            journals: None,
        };
        self.send(&order, progress).await
    }

    /// Stores what the order says. Large files go in parts, in parallel; with a journal, those that S3 has already are
    /// not sent again.
    pub async fn send(&self, order: &Order, progress: &Progress<'_>) -> Result<Uploaded, S3Failure> {
        self.send_found(order, Found::Named, progress).await
    }

    /// The same, of a file that was found otherwise than by its path.
    pub(super) async fn send_found(
        &self,
        order: &Order,
        found: Found,
        progress: &Progress<'_>,
    ) -> Result<Uploaded, S3Failure> {
        let source = Source::open(&order.path, found).await?;
        let (client, region) = self.at(&order.bucket).await?;
        let call = self.call("s3:PutObject", &order.bucket, Some(&order.key), &region);
        let making = self.making(&client, &call, order);
        progress(0, Some(source.size));
        if source.size > ONE_REQUEST {
            return in_parts(&making, order, &source, progress).await;
        }
        let _turn = self.room(source.size).await;
        let bytes = match &source.whole {
            Some(bytes) => bytes.clone(),
            None => {
                let bytes = source.read(0, source.size).await?;
                // Before the request: afterwards the object would be there.
                source.unchanged().await?;
                bytes
            }
        };
        let crc = crc_fast::checksum(CRC, &bytes);
        let made = making.whole(|| ByteStream::from(bytes.clone()), crc).await?;
        progress(source.size, Some(source.size));
        Ok(Uploaded::of(source.size, made, 0))
    }

    fn making<'a>(&'a self, client: &'a Client, call: &'a Call<'a>, order: &'a Order) -> Making<'a> {
        Making {
            s3: self,
            client,
            bucket: &order.bucket,
            key: &order.key,
            call,
            stored: &order.stored,
            guard: &order.guard,
        }
    }

    /// What is there already, if its bytes are those of the order's file: an upload may have stored it and been stopped
    /// before the answer came.
    ///
    /// # Errors
    /// The file's, and S3's.
    pub(super) async fn sent_before(&self, order: &Order) -> Result<Option<Uploaded>, S3Failure> {
        let source = Source::open(&order.path, Found::Named).await?;
        let (client, region) = self.at(&order.bucket).await?;
        let call = self.call("s3:GetObject", &order.bucket, Some(&order.key), &region);
        let making = self.making(&client, &call, order);
        let crc = match &source.whole {
            Some(bytes) => crc_fast::checksum(CRC, bytes),
            None => source.crc(0, source.size).await?,
        };
        let made = making.found(&Known::Crc(crc)).await?;
        Ok(made.map(|made| Uploaded::of(source.size, made, source.size)))
    }

    /// Gives up what an unfinished upload of this order left.
    pub async fn abandon(&self, order: &Order) -> Result<(), S3Failure> {
        let id = kept_as(self, order);
        self.give_up(order.journals.as_ref(), id, &order.path).await
    }

    /// Comes back when the parts of every upload that was dropped have been removed.
    pub async fn settled(&self) {
        let removals = std::mem::take(&mut *locked(&self.leftovers));
        for removal in removals {
            // One that was itself ended has removed nothing, and nothing more can be done.
            let _ = removal.await;
        }
    }

    /// Stores `bytes` as `key`, replacing what is there.
    pub async fn put(&self, bucket: &BucketName, key: &str, bytes: Vec<u8>) -> Result<Uploaded, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:PutObject", bucket, Some(key), &region);
        let making = Making {
            s3: self,
            client: &client,
            bucket,
            key,
            call: &call,
            stored: &Stored::default(),
            guard: &Guard::Anything,
        };
        let (size, crc) = (bytes.len() as u64, crc_fast::checksum(CRC, &bytes));
        let bytes = bytes::Bytes::from(bytes);
        let made = making.whole(|| ByteStream::from(bytes.clone()), crc).await?;
        Ok(Uploaded::of(size, made, 0))
    }
}

/// What an unfinished upload of the order is noted as.
fn kept_as(s3: &S3, order: &Order) -> String {
    let path = std::path::absolute(&order.path).unwrap_or_else(|_| order.path.clone());
    let path = path.as_os_str().as_encoded_bytes();
    id_of(s3, &order.bucket, &order.key, path, &order.stored)
}

async fn in_parts(
    making: &Making<'_>,
    order: &Order,
    source: &Source,
    progress: &Progress<'_>,
) -> Result<Uploaded, S3Failure> {
    let keeping = Keeping {
        journals: order.journals.as_ref(),
        id: kept_as(making.s3, order),
        path: order.path.clone(),
        source: source.described(),
        by_s3: false,
    };
    let same = |part: PartSent, size: u64| async move {
        let start = u64::from(part.number.saturating_sub(1)) * size;
        let end = source.size.min(start + size);
        let same = start < end && Some(source.crc(start, end).await?) == part.crc;
        Ok(same.then_some(part))
    };
    let held = match Held::begin(making, &keeping, making.s3.part_of(source.size, PART), same).await? {
        Start::Held(held) => held,
        Start::There(made) => {
            progress(source.size, Some(source.size));
            return Ok(Uploaded::of(source.size, made, source.size));
        }
    };
    let resumed = held.resumed(source.size);
    match parts(making, &held, source, resumed, progress).await {
        Ok(made) => {
            held.finished();
            Ok(Uploaded::of(source.size, made, resumed))
        }
        Err(failure) => {
            held.failed(making, &failure).await;
            Err(failure)
        }
    }
}

async fn parts(
    making: &Making<'_>,
    held: &Held,
    source: &Source,
    resumed: u64,
    progress: &Progress<'_>,
) -> Result<Made, S3Failure> {
    let (total, size) = (source.size, held.part_size);
    let done = AtomicU64::new(resumed);
    progress(resumed, Some(total));
    let sent: Vec<PartSent> = stream::iter(held.missing(total))
        .map(|number| {
            let done = &done;
            async move {
                let start = u64::from(number - 1) * size;
                let length = held.length(number, total);
                let held_before = match making.s3.signs_bodies() {
                    true => u64::MAX,
                    false => READ_BEFORE,
                };
                let _turn = making.s3.room(length.min(held_before)).await;
                let (body, crc) = source.part(start, start + length, held_before).await?;
                let part = match making.part(&held.id, number, body, crc).await {
                    Ok(part) => part,
                    // S3 refuses what is not what the CRC was made of.
                    Err(failure) => {
                        source.unchanged().await?;
                        return Err(failure);
                    }
                };
                held.note(&part);
                progress(done.fetch_add(length, Ordering::Relaxed) + length, Some(total));
                Ok::<_, S3Failure>(part)
            }
        })
        .buffer_unordered(IN_FLIGHT)
        .try_collect()
        .await?;
    source.unchanged().await?;
    let all: Vec<PartSent> = held.parts.iter().cloned().chain(sent).collect();
    let crc = whole_crc(&all, size, total);
    let list = all.iter().map(completed).collect();
    making.finish(&held.id, list, total, crc).await
}
