//! One object to one file.
//!
//! Invariants: bytes go to a part file beside the target, which takes its name when all of them are there and match;
//! the bytes of two versions are never in one file; no key and no link leads out of the folder. What an order that may
//! go on later ([`Order::resumable`]) leaves is a part file and a journal, both hidden and named by what they are of.

mod asked;
mod chunk;
mod composite;
mod disk;
mod integrity;
mod journal;
mod naming;
mod own_names;
mod part;
mod passing;
mod target;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::transfer::{Range, Ranges, Version, WholeRange, part_size};
use hatrack_core::bucket::{BucketName, LocalPath};

pub(super) use self::disk::{blocking, failed as disk_failed};
pub use self::integrity::Integrity;
pub(super) use self::integrity::{Algorithm, sums_of};
pub(super) use self::own_names::is_own_name;
pub(super) use self::part::{Naming, new_file, own_file};
pub use self::passing::Passing;
pub use self::target::{Destination, Folder, Over, Synced};

use self::chunk::Source;
pub(super) use self::integrity::{Expected, corrupt};

use self::part::{Part, turn_name};
use super::browse::unquoted;
use super::failure::Call;
use super::preview::archived;
use super::{Progress, S3, S3Failure, Turn};

/// 8 MiB parts, as many in flight as [`S3`] has connections for large objects.
const CHUNK: u64 = 8 * 1024 * 1024;
const IN_FLIGHT: usize = 32;
/// What is noted as there at once: on a slow line a chunk takes long.
const PIECE: u64 = 1024 * 1024;
const MOST_PIECES: u64 = 16_384;
/// Up to here an object that comes in one go is held until it is there.
const SMALL: u64 = 1024 * 1024;
/// Up to here one connection is quicker than several, and nothing is kept to go on from.
pub(super) const ONE_STREAM: u64 = 12 * 1024 * 1024;

/// What to download, and where to.
#[derive(Debug, Clone)]
pub struct Order {
    /// From where.
    pub bucket: BucketName,
    /// What.
    pub key: String,
    /// Into which folder.
    pub folder: Folder,
    /// As which file.
    pub destination: Destination,
    /// Whether an unfinished download leaves what it has and goes on from there the next time: after a failure that
    /// passes, a drop or a kill. Otherwise it leaves nothing, except after a kill.
    pub resumable: bool,
}

/// What a download left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// The file's path below the folder: its name may carry a number, where nothing is overwritten.
    pub path: std::path::PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Whether its bytes were checked.
    pub integrity: Integrity,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
    /// The version ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// How many bytes were there already from an earlier run.
    pub resumed: u64,
}

impl S3 {
    /// Downloads `key` into `folder` as `path`, overwriting nothing and leaving nothing when it fails or is dropped.
    pub async fn download(
        &self,
        bucket: &BucketName,
        key: &str,
        folder: &Folder,
        path: &LocalPath,
        progress: &Progress<'_>,
    ) -> Result<Downloaded, S3Failure> {
        let order = Order {
            bucket: bucket.clone(),
            key: key.to_owned(),
            folder: folder.clone(),
            destination: Destination::Below(path.clone()),
            resumable: false,
        };
        self.fetch(&order, progress).await
    }

    /// Downloads what the order says. Large objects come in parts, in parallel, all of one version: if the object is
    /// written meanwhile, the download starts again, once.
    pub async fn fetch(&self, order: &Order, progress: &Progress<'_>) -> Result<Downloaded, S3Failure> {
        self.fetch_naming(order, progress, None).await
    }

    /// The same; `naming` hears of the file's name before it has it.
    pub(super) async fn fetch_naming(
        &self,
        order: &Order,
        progress: &Progress<'_>,
        naming: Option<Naming>,
    ) -> Result<Downloaded, S3Failure> {
        match self.fetch_version(order, progress, naming.clone()).await {
            Err(S3Failure::Changed { .. }) => self.fetch_version(order, progress, naming).await,
            done => done,
        }
    }

    /// Takes away what an unfinished download of this order left.
    pub async fn discard(&self, order: &Order) -> Result<(), S3Failure> {
        let turn = self.turn(turn_name(order)).await;
        if let Some(mut left) = Part::left(order, turn).await? {
            left.stays(false);
        }
        Ok(())
    }

    async fn fetch_version(
        &self,
        order: &Order,
        progress: &Progress<'_>,
        naming: Option<Naming>,
    ) -> Result<Downloaded, S3Failure> {
        let (client, region) = self.at(&order.bucket).await?;
        let call = self.call("s3:GetObject", &order.bucket, Some(&order.key), &region);
        let mut begun = self.begin(order, &client, &call).await?;
        let done = self.complete(&mut begun, order, &client, &call, progress).await;
        match done {
            Ok((integrity, resumed)) => {
                let version = begun.version;
                let path = begun.part.keep(&order.folder, &version, naming).await?;
                Ok(Downloaded {
                    path,
                    bytes: version.size,
                    integrity,
                    etag: version.etag.as_deref().map(unquoted),
                    version_id: version.version_id,
                    resumed,
                })
            }
            Err(failure) => {
                if !failure.passes() {
                    begun.part.stays(false);
                }
                Err(failure)
            }
        }
    }

    /// Takes up what an earlier run left, or asks for the object and makes room for it.
    async fn begin(&self, order: &Order, client: &Client, call: &Call<'_>) -> Result<Begun, S3Failure> {
        let turn = match order.resumable {
            true => Some(self.turn(turn_name(order)).await),
            false => None,
        };
        if let Some(turn) = &turn
            && let Some(left) = Part::left(order, Arc::clone(turn)).await?
            && let Some((mut part, noted, whole)) = left.taken_up(&order.bucket, &order.key).await?
        {
            // What a file beside the target says is a hint: size and checksums are S3's to tell.
            match self.version_now(client, order, &noted, call).await {
                Ok(version) => {
                    return Ok(Begun {
                        part,
                        version,
                        whole,
                        fresh: 0,
                        body: None,
                    });
                }
                Err(failure) => {
                    part.stays(failure.passes());
                    return Err(failure);
                }
            }
        }
        let mut head = self
            .open(client, order, call)
            .await
            .map_err(|failure| archived(failure, &call.what))?;
        let size = head.content_length().and_then(|n| u64::try_from(n).ok());
        let size = size.ok_or_else(|| call.garbled("it does not say how long the object is"))?;
        let (sums, composite) = integrity::sums_of_get(&head);
        let version = Version {
            bucket: order.bucket.as_str().to_owned(),
            key: order.key.clone(),
            size,
            etag: head.e_tag().map(str::to_owned),
            version_id: head.version_id().map(str::to_owned),
            sums,
            composite,
        };
        let mut body = Some(std::mem::replace(&mut head.body, ByteStream::from_static(b"")));
        let small = !order.resumable && (1..=SMALL).contains(&size);
        // Opened and written in one trip to another thread. What does not come whole is asked for again below.
        let held = match body.take_if(|_| small) {
            Some(body) => all_of(body, size).await,
            None => None,
        };
        let algorithm = Expected::of(&version).range_crc();
        let whole = held.as_ref().map(|bytes| WholeRange {
            range: Range { start: 0, end: size },
            crc: crc_fast::checksum(algorithm, bytes),
        });
        let part = Part::make(order, &version, turn, held).await?;
        Ok(Begun {
            part,
            version,
            fresh: whole.map_or(0, |_| size),
            whole: whole.into_iter().collect(),
            body,
        })
    }

    /// Fetches what is missing and checks the whole. How far it was checked, and how many bytes were there before.
    async fn complete(
        &self,
        begun: &mut Begun,
        order: &Order,
        client: &Client,
        call: &Call<'_>,
        progress: &Progress<'_>,
    ) -> Result<(Integrity, u64), S3Failure> {
        let version = &begun.version;
        let total = version.size;
        let expected = Expected::of(version);
        let source = Source {
            s3: self,
            client,
            bucket: &order.bucket,
            key: &order.key,
            etag: version.etag.as_deref(),
            call,
            part: &begun.part,
            algorithm: expected.range_crc(),
            piece: PIECE.max(total.div_ceil(MOST_PIECES)),
        };
        let mut there = Ranges::default();
        for range in &begun.whole {
            there.insert(range.range);
        }
        let resumed = there.length();
        let done = AtomicU64::new(resumed);
        progress(resumed, Some(total));
        let moved = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, Some(total));
        let size = if total <= ONE_STREAM {
            ONE_STREAM
        } else {
            part_size(total, CHUNK)
        };
        let missing: Box<dyn Iterator<Item = Range> + Send> = if resumed == total && total > 0 {
            Box::new(std::iter::empty())
        } else {
            Box::new(there.missing(total, size))
        };
        let first = begun.body.take();
        let bodies = std::iter::once(first).chain(std::iter::repeat_with(|| None));
        let fetched: Vec<Vec<WholeRange>> = stream::iter(missing.zip(bodies))
            .map(|(range, body)| source.fetch(range, body, &moved))
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        begun.whole.extend(fetched.into_iter().flatten());
        begun.whole.sort_by_key(|whole| whole.range);
        let integrity = match expected {
            Expected::Composite(composite) => {
                self.parts_match(&composite, begun, order, client, call).await?
            }
            whole => whole.check(&begun.whole, begun.part.file(), &call.what).await?,
        };
        Ok((integrity, resumed - begun.fresh))
    }
}

/// All of a small body; `None` where the connection broke, or brought another number of bytes.
async fn all_of(mut body: ByteStream, size: u64) -> Option<Bytes> {
    let size = usize::try_from(size).ok()?;
    let mut all = BytesMut::with_capacity(size);
    while let Some(frame) = body.next().await {
        all.extend_from_slice(&frame.ok()?);
        if all.len() > size {
            return None;
        }
    }
    (all.len() == size).then(|| all.freeze())
}

/// A download under way.
struct Begun {
    part: Part,
    version: Version,
    whole: Vec<WholeRange>,
    /// How many bytes of `whole` have come just now.
    fresh: u64,
    /// The first answer's body, which starts at the object's first byte.
    body: Option<ByteStream>,
}

/// The part file, shared by the ranges that are written into it. Who comes next waits until the last of them has let
/// go of it.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<(std::fs::File, Option<Turn>)>);

impl Shared {
    fn new(file: std::fs::File, turn: Option<Turn>) -> Self {
        Self(Arc::new((file, turn)))
    }
}

impl std::ops::Deref for Shared {
    type Target = std::fs::File;

    fn deref(&self) -> &std::fs::File {
        &self.0.0
    }
}
