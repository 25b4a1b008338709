//! One object to one file.
//!
//! Invariants: bytes go to a temporary file beside the target, which takes its name when all of them are there and
//! match; nothing is overwritten; nothing is left behind when it fails or is dropped; no key and no link leads out of
//! the folder. To cancel a download, drop it.

mod chunk;
mod integrity;
mod target;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::{BucketName, LocalPath};

pub use self::integrity::Integrity;
pub use self::target::Folder;

use self::chunk::{Chunk, Source};
use self::integrity::Expected;
use super::browse::unquoted;
use super::preview::archived;
use super::{Progress, S3, S3Failure};

/// 8 MiB parts, 32 in flight: S3 gives about 85 MB/s to a connection (measurements in the project's notes on S3).
const CHUNK: u64 = 8 * 1024 * 1024;
const IN_FLIGHT: usize = 32;
/// Up to here one connection is quicker than several.
const ONE_STREAM: u64 = 12 * 1024 * 1024;

/// What a download left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Downloaded {
    /// The file, below the folder: its name may carry a number, since nothing is overwritten.
    pub path: LocalPath,
    /// Its size.
    pub bytes: u64,
    /// Whether its bytes were checked.
    pub integrity: Integrity,
    /// The entity tag, unquoted.
    pub etag: Option<String>,
}

impl S3 {
    /// Downloads `key` into `folder` as `path`. Large objects come in parts, in parallel, all of one version: if the
    /// object is written meanwhile, the download starts again, once.
    pub async fn download(
        &self,
        bucket: &BucketName,
        key: &str,
        folder: &Folder,
        path: &LocalPath,
        progress: &Progress<'_>,
    ) -> Result<Downloaded, S3Failure> {
        match self.download_version(bucket, key, folder, path, progress).await {
            Err(S3Failure::Changed { .. }) => {
                self.download_version(bucket, key, folder, path, progress).await
            }
            done => done,
        }
    }

    async fn download_version(
        &self,
        bucket: &BucketName,
        key: &str,
        folder: &Folder,
        path: &LocalPath,
        progress: &Progress<'_>,
    ) -> Result<Downloaded, S3Failure> {
        let (client, region) = self.at(bucket).await?;
        let call = self.call("s3:GetObject", bucket, Some(key), &region);
        let mut head = self
            .open(&client, bucket, key)
            .await
            .map_err(|failure| archived(failure, &call.what))?;
        let total = head.content_length().and_then(|n| u64::try_from(n).ok());
        let total = total.ok_or_else(|| call.garbled("it does not say how long the object is"))?;
        let etag = head.e_tag().map(str::to_owned);
        let expected = Expected::of(&head);
        let body = std::mem::replace(&mut head.body, ByteStream::from_static(b""));
        let temporary = folder.temporary(path, total).await?;
        let source = Source {
            s3: self,
            client: &client,
            bucket,
            key,
            etag: etag.as_deref(),
            call: &call,
            file: temporary.file(),
            algorithm: expected.crc(),
        };
        let done = AtomicU64::new(0);
        progress(0, Some(total));
        let moved = |bytes: u64| progress(done.fetch_add(bytes, Ordering::Relaxed) + bytes, Some(total));
        let chunks = chunks(total)
            .into_iter()
            .zip(std::iter::once(Some(body)).chain(std::iter::repeat_with(|| None)));
        let mut sums: Vec<_> = stream::iter(chunks)
            .map(|(chunk, body)| source.fetch(chunk, body, &moved))
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        sums.sort_by_key(|sum| sum.chunk.start);
        let integrity = expected.check(&sums, temporary.file(), &call.what).await?;
        let path = temporary.keep().await?;
        Ok(Downloaded {
            path,
            bytes: total,
            integrity,
            etag: etag.as_deref().map(unquoted),
        })
    }

    /// The whole object's answer, its body not read yet: its head tells size, version and checksum in one round trip.
    async fn open(
        &self,
        client: &Client,
        bucket: &BucketName,
        key: &str,
    ) -> Result<GetObjectOutput, S3Failure> {
        let (_, region) = self.at(bucket).await?;
        let call = self.call("s3:GetObject", bucket, Some(key), &region);
        let send = || {
            client
                .get_object()
                .bucket(bucket.as_str())
                .key(key)
                .customize()
                // Set as a header: as a parameter the SDK would check by itself, and not tell a composite checksum.
                .mutate_request(|request| {
                    request.headers_mut().insert("x-amz-checksum-mode", "ENABLED");
                })
                .send()
        };
        let generation = self.signer.generation();
        match send().await.map_err(|error| call.failed(error)) {
            Err(S3Failure::Expired { .. }) => {
                self.signer.forget(generation).await;
                send().await.map_err(|error| call.failed(error))
            }
            done => done,
        }
    }
}

/// The object cut into chunks. The first is what the first answer's body brings.
fn chunks(total: u64) -> Vec<Chunk> {
    if total <= ONE_STREAM {
        return vec![Chunk { start: 0, end: total }];
    }
    (0..total.div_ceil(CHUNK))
        .map(|n| Chunk {
            start: n * CHUNK,
            end: total.min((n + 1) * CHUNK),
        })
        .collect()
}

/// The temporary file, shared by the chunks that write into it.
type Shared = Arc<std::fs::File>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_cover_every_byte_once() {
        for total in [0, 1, CHUNK, ONE_STREAM, ONE_STREAM + 1, 3 * CHUNK, 3 * CHUNK + 1] {
            let chunks = chunks(total);
            assert_eq!(chunks.first().map(|c| c.start), Some(0));
            assert_eq!(chunks.last().map(|c| c.end), Some(total));
            assert!(
                chunks
                    .windows(2)
                    .all(|pair| pair[0].end == pair[1].start && pair[0].start < pair[0].end)
            );
        }
    }
}
