//! Through this machine: read with one session, written with another, never on disk.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use crc_fast::{CrcAlgorithm, checksum_combine};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::transfer::{PartSent, Range, Version, WholeRange, part_size};

use super::super::download::{Expected, Integrity, corrupt, sums_of};
use super::super::failure::Call;
use super::super::multipart::{CRC, Made, Making, completed, whole_crc};
use super::super::{Progress, S3, S3Failure, locked};
use super::{Order, Ownership, Plan};

/// Up to here one request does.
const ONE_REQUEST: u64 = 16 * 1024 * 1024;
const PART: u64 = 8 * 1024 * 1024;
/// What all parts in flight may take of memory.
const HELD: u64 = 192 * 1024 * 1024;
/// How often a connection may break within one part without bringing a byte.
const MOST_BREAKS: u32 = 4;

/// One object between two sessions.
struct Stream<'a> {
    source: &'a S3,
    from: Client,
    read: Call<'a>,
    making: Making<'a>,
    order: &'a Order,
    etag: Option<&'a str>,
    /// The source's own CRC, where it has one that is not ours.
    other: Option<CrcAlgorithm>,
    sums: Mutex<Vec<WholeRange>>,
}

impl Plan {
    #[expect(clippy::too_many_arguments, reason = "both sides of the copy")]
    pub(super) async fn through_here(
        &mut self,
        target: &S3,
        source: &S3,
        client: &Client,
        call: &Call<'_>,
        order: &Order,
        progress: &Progress<'_>,
        ownership: Ownership,
    ) -> Result<(Made, Integrity), S3Failure> {
        let first = self.stream(target, source, client, call, order, progress).await;
        match first {
            Err(S3Failure::Denied(denial))
                if ownership == Ownership::Unknown
                    && self.stored.for_bucket_owner
                    && denial.action == "s3:PutObject" =>
            {
                self.stored.for_bucket_owner = false;
                self.stream(target, source, client, call, order, progress).await
            }
            done => done,
        }
    }

    async fn stream(
        &self,
        target: &S3,
        source: &S3,
        client: &Client,
        call: &Call<'_>,
        order: &Order,
        progress: &Progress<'_>,
    ) -> Result<(Made, Integrity), S3Failure> {
        let (sums, composite) = sums_of(&self.version);
        let expected = Expected::of(&Version {
            bucket: order.from.bucket.as_str().to_owned(),
            key: order.from.key.clone(),
            size: self.size,
            etag: self.etag.clone(),
            version_id: None,
            sums,
            composite,
        });
        let (from, region) = source.at(&order.from.bucket).await?;
        let stream = Stream {
            source,
            from,
            read: source.call("s3:GetObject", &order.from.bucket, Some(&order.from.key), &region),
            making: self.making(target, client, call, order),
            order,
            etag: self.etag.as_deref(),
            other: expected.own_crc().filter(|crc| *crc != CRC),
            sums: Mutex::default(),
        };
        if self.size <= ONE_REQUEST {
            let bytes = stream
                .bytes(Range {
                    start: 0,
                    end: self.size,
                })
                .await?;
            let crc = crc_fast::checksum(CRC, &bytes);
            let integrity = stream.check(expected, crc)?;
            let made = stream
                .making
                .whole(|| ByteStream::from(bytes.clone()), crc)
                .await?;
            progress(self.size, Some(self.size));
            return Ok((made, integrity));
        }
        let id = stream.making.create().await?;
        let unfinished = stream.making.unfinished(&id);
        match stream.parts(&id, self.size, expected, progress).await {
            Ok(done) => {
                unfinished.let_be();
                Ok(done)
            }
            Err(failure) => {
                unfinished.abort().await;
                Err(failure)
            }
        }
    }
}

impl Stream<'_> {
    async fn parts(
        &self,
        id: &str,
        total: u64,
        expected: Expected,
        progress: &Progress<'_>,
    ) -> Result<(Made, Integrity), S3Failure> {
        let size = part_size(total, PART);
        let count = u32::try_from(total.div_ceil(size)).unwrap_or(u32::MAX);
        let at_once = usize::try_from((HELD / size).clamp(1, 16)).unwrap_or(1);
        let done = AtomicU64::new(0);
        let parts: Vec<PartSent> = stream::iter(1..=count)
            .map(|number| {
                let done = &done;
                async move {
                    let start = u64::from(number - 1) * size;
                    let end = total.min(start + size);
                    let bytes = self.bytes(Range { start, end }).await?;
                    let crc = crc_fast::checksum(CRC, &bytes);
                    let body = || ByteStream::from(bytes.clone());
                    let part = self.making.part(id, number, body, crc).await?;
                    let moved = end - start;
                    progress(done.fetch_add(moved, Ordering::Relaxed) + moved, Some(total));
                    Ok::<_, S3Failure>(part)
                }
            })
            .buffer_unordered(at_once)
            .try_collect()
            .await?;
        let crc = whole_crc(&parts, size, total);
        // Before the object is made of them.
        let integrity = self.check(expected, crc)?;
        let list = parts.iter().map(completed).collect();
        Ok((self.making.finish(id, list, total, Some(crc)).await?, integrity))
    }

    /// Compares what came with the source's own checksum, where that is one of the whole.
    fn check(&self, expected: Expected, crc: u64) -> Result<Integrity, S3Failure> {
        let (name, matches) = match expected {
            Expected::Crc(name, CRC, sum) => (name, crc == sum),
            Expected::Crc(name, other, sum) => (name, self.combined(other) == Some(sum)),
            Expected::Composite(_) => return Ok(Integrity::CompositeUnchecked),
            Expected::Sha(..) | Expected::None | Expected::Unreadable(_) => return Ok(Integrity::NotOffered),
        };
        if matches {
            Ok(Integrity::Verified(name))
        } else {
            Err(corrupt(&self.read.what, name))
        }
    }

    fn combined(&self, algorithm: CrcAlgorithm) -> Option<u64> {
        let mut sums = locked(&self.sums);
        sums.sort_by_key(|sum| sum.range);
        let pieces = sums.iter().map(|sum| (sum.crc, sum.range.length()));
        pieces
            .reduce(|(before, had), (crc, length)| {
                (checksum_combine(algorithm, before, crc, length), had + length)
            })
            .map(|(crc, _)| crc)
    }

    /// All bytes of a range; a connection that breaks is taken up where it broke.
    async fn bytes(&self, range: Range) -> Result<Bytes, S3Failure> {
        let length = usize::try_from(range.length()).unwrap_or(usize::MAX);
        let mut bytes = BytesMut::with_capacity(length);
        let mut breaks = 0;
        while bytes.len() < length {
            let start = range.start + bytes.len() as u64;
            let mut body = self.range(Range { start, ..range }).await?;
            let before = bytes.len();
            while let Some(Ok(more)) = body.next().await {
                let take = more.len().min(length - bytes.len());
                bytes.extend_from_slice(&more[..take]);
            }
            breaks = if bytes.len() > before { 0 } else { breaks + 1 };
            if bytes.len() < length && breaks > MOST_BREAKS {
                return Err(self.read.unreachable("the connection broke again and again"));
            }
        }
        if let Some(other) = self.other {
            let crc = crc_fast::checksum(other, &bytes);
            locked(&self.sums).push(WholeRange { range, crc });
        }
        Ok(bytes.freeze())
    }

    async fn range(&self, range: Range) -> Result<ByteStream, S3Failure> {
        let answer = self
            .source
            .signed(|| async {
                self.from
                    .get_object()
                    .bucket(self.order.from.bucket.as_str())
                    .key(&self.order.from.key)
                    .range(format!("bytes={}-{}", range.start, range.end - 1))
                    .set_if_match(self.etag.map(str::to_owned))
                    .send()
                    .await
                    .map_err(|error| self.read.failed(error))
            })
            .await?;
        let given = answer
            .content_range()
            .and_then(|range| range.strip_prefix("bytes ")?.split_once('-'));
        if given.and_then(|(first, _)| first.parse().ok()) != Some(range.start) {
            return Err(self.read.garbled("it is not the range that was asked for"));
        }
        if self.etag.is_some() && answer.e_tag() != self.etag {
            return Err(S3Failure::Changed {
                what: self.read.what.clone(),
            });
        }
        Ok(answer.body)
    }
}
