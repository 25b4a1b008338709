//! One range of an object, fetched until all of it is there.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use crc_fast::{CrcAlgorithm, Digest};
use hatrack_core::bucket::BucketName;

use super::super::failure::Call;
use super::super::{S3, S3Failure};
use super::{Shared, target};

/// How often a connection may break within one chunk without bringing a byte.
const MOST_BREAKS: u32 = 4;
/// Bytes gathered before they are written: a frame brings some KiB, and each write is a trip to another thread.
const GATHERED: usize = 1024 * 1024;

/// Bytes `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chunk {
    pub start: u64,
    pub end: u64,
}

/// A chunk that is there, with the checksum of its bytes.
#[derive(Debug)]
pub struct Sum {
    pub chunk: Chunk,
    pub crc: Option<u64>,
}

/// The object that chunks come from and the file they go to.
pub struct Source<'a> {
    pub s3: &'a S3,
    pub client: &'a Client,
    pub bucket: &'a BucketName,
    pub key: &'a str,
    pub etag: Option<&'a str>,
    pub call: &'a Call<'a>,
    pub file: Shared,
    pub algorithm: Option<CrcAlgorithm>,
}

impl Source<'_> {
    /// Fetches one chunk. `body` is an answer already under way that starts at the chunk's start and may go on beyond
    /// its end. Connections that break are taken up again at the byte they broke at.
    pub async fn fetch(
        &self,
        chunk: Chunk,
        mut body: Option<ByteStream>,
        moved: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<Sum, S3Failure> {
        let mut digest = self.algorithm.map(Digest::new);
        let (mut at, mut breaks) = (chunk.start, 0);
        while at < chunk.end {
            let stream = match body.take() {
                Some(stream) => stream,
                None => {
                    self.range(Chunk {
                        start: at,
                        end: chunk.end,
                    })
                    .await?
                }
            };
            let before = at;
            self.read(stream, &mut at, chunk.end, digest.as_mut(), moved)
                .await?;
            breaks = if at > before { 0 } else { breaks + 1 };
            if at < chunk.end && breaks > MOST_BREAKS {
                return Err(self.call.unreachable("the connection broke again and again"));
            }
            if at < chunk.end {
                tokio::time::sleep(Duration::from_millis(100) * (1 << breaks)).await;
            }
        }
        Ok(Sum {
            chunk,
            crc: digest.map(|digest| digest.finalize()),
        })
    }

    /// Asks for a range of the very version that was opened.
    async fn range(&self, chunk: Chunk) -> Result<ByteStream, S3Failure> {
        let send = || {
            self.client
                .get_object()
                .bucket(self.bucket.as_str())
                .key(self.key)
                .range(format!("bytes={}-{}", chunk.start, chunk.end - 1))
                .set_if_match(self.etag.map(str::to_owned))
                .send()
        };
        let generation = self.s3.signer.generation();
        let answer = match send().await.map_err(|error| self.call.failed(error)) {
            Err(S3Failure::Expired { .. }) => {
                self.s3.signer.forget(generation).await;
                send().await.map_err(|error| self.call.failed(error))
            }
            done => done,
        }?;
        // A server that ignores ranges would fill each part with the object's beginning.
        let given = answer
            .content_range()
            .and_then(|range| range.strip_prefix("bytes ")?.split_once('-'));
        if given.and_then(|(first, _)| first.parse().ok()) != Some(chunk.start) {
            return Err(self.call.garbled("it is not the range that was asked for"));
        }
        // Servers that do not know If-Match still name the version.
        if self.etag.is_some() && answer.e_tag() != self.etag {
            return Err(S3Failure::Changed {
                what: self.call.what.clone(),
            });
        }
        Ok(answer.body)
    }

    /// Reads until the chunk's end, or until the connection breaks; `at` says how far it came.
    async fn read(
        &self,
        mut stream: ByteStream,
        at: &mut u64,
        end: u64,
        mut digest: Option<&mut Digest>,
        moved: &(dyn Fn(u64) + Send + Sync),
    ) -> Result<(), S3Failure> {
        let mut gathered = BytesMut::new();
        let mut open = true;
        while open && *at < end {
            match stream.next().await {
                Some(Ok(bytes)) => gathered.extend_from_slice(&bytes),
                Some(Err(_)) | None => open = false,
            }
            let left = end - *at;
            let whole = gathered.len() as u64 >= left;
            if gathered.len() < GATHERED && open && !whole {
                continue;
            }
            let take = gathered.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let bytes: Bytes = gathered.split_to(take).freeze();
            if bytes.is_empty() {
                continue;
            }
            if let Some(digest) = digest.as_deref_mut() {
                digest.update(&bytes);
            }
            target::write_at(&self.file, bytes.clone(), *at, &self.call.what).await?;
            *at += bytes.len() as u64;
            moved(bytes.len() as u64);
        }
        Ok(())
    }
}
