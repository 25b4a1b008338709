//! Through this machine: read with one session, written with another, never on disk.

mod flow;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use crc_fast::{CrcAlgorithm, checksum_combine};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::transfer::{PartSent, Range, Version};

use super::super::download::{Expected, Integrity, corrupt, sums_of};
use super::super::failure::Call;
use super::super::kept::{Held, Start};
use super::super::multipart::{CRC, Made, Making, completed, whole_crc};
use super::super::upload::LARGEST_HELD;
use super::super::{Progress, S3, S3Failure};
use super::{Order, Ownership, Plan, STREAMED};

/// Up to here one request does.
const ONE_REQUEST: u64 = 16 * 1024 * 1024;
const PART: u64 = 8 * 1024 * 1024;
const IN_FLIGHT: usize = 16;
/// How often a connection may break within one part without bringing a byte.
const MOST_BREAKS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(100);

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
        };
        if self.size <= ONE_REQUEST {
            let _room = target.room(self.size).await;
            let whole = Range {
                start: 0,
                end: self.size,
            };
            let bytes = stream.bytes(whole).await?;
            let crc = crc_fast::checksum(CRC, &bytes);
            let other = stream.other.map(|other| crc_fast::checksum(other, &bytes));
            let integrity = match expected.of_all(&bytes, &stream.read.what)? {
                Some(integrity) => integrity,
                None => stream.check(expected, crc, other)?,
            };
            let made = stream
                .making
                .whole(|| ByteStream::from(bytes.clone()), crc)
                .await?;
            progress(self.size, Some(self.size));
            return Ok((made, integrity));
        }
        let keeping = self.keeping(target, order, STREAMED);
        // The source is of the same version. A part whose sum is not known would leave the whole unchecked.
        let summed = stream.other.is_some();
        let same =
            |part: PartSent, _| async move { Ok((!summed || part.source_crc.is_some()).then_some(part)) };
        let size = target.part_of(self.size, PART);
        let held = match Held::begin(&stream.making, &keeping, size, same).await? {
            Start::Held(held) => held,
            // It was compared before the object was made of its parts.
            Start::There(made) => return Ok((made, expected.was_compared())),
        };
        match stream.parts(&held, self.size, expected, progress).await {
            Ok(done) => {
                held.finished();
                Ok(done)
            }
            Err(failure) => {
                held.failed(&stream.making, &failure).await;
                Err(failure)
            }
        }
    }
}

impl Stream<'_> {
    async fn parts(
        &self,
        held: &Held,
        total: u64,
        expected: Expected,
        progress: &Progress<'_>,
    ) -> Result<(Made, Integrity), S3Failure> {
        let done = AtomicU64::new(held.resumed(total));
        progress(held.resumed(total), Some(total));
        let sent: Vec<PartSent> = stream::iter(held.missing(total))
            .map(|number| {
                let done = &done;
                async move {
                    let start = u64::from(number - 1) * held.part_size;
                    let moved = held.length(number, total);
                    let end = start + moved;
                    let part = self.part(&held.id, number, Range { start, end }).await?;
                    held.note(&part);
                    progress(done.fetch_add(moved, Ordering::Relaxed) + moved, Some(total));
                    Ok::<_, S3Failure>(part)
                }
            })
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        let all: Vec<PartSent> = held.parts.iter().cloned().chain(sent).collect();
        let crc = whole_crc(&all, held.part_size, total);
        let other = self.other.and_then(|other| combined(other, &all, held, total));
        // Before the object is made of them.
        let integrity = self.check(expected, crc.unwrap_or_default(), other)?;
        let list = all.iter().map(completed).collect();
        Ok((self.making.finish(&held.id, list, total, crc).await?, integrity))
    }

    /// Sends one part: a large one as it comes, so that memory stays bounded.
    async fn part(&self, id: &str, number: u32, range: Range) -> Result<PartSent, S3Failure> {
        let most = match self.making.s3.signs_bodies() {
            true => u64::MAX,
            false => LARGEST_HELD,
        };
        let _room = self.making.s3.room(range.length().min(most)).await;
        if range.length() > most {
            return self.flow(id, number, range).await;
        }
        let bytes = self.bytes(range).await?;
        let crc = crc_fast::checksum(CRC, &bytes);
        let body = || ByteStream::from(bytes.clone());
        let sent = self.making.part(id, number, body, crc).await?;
        Ok(PartSent {
            source_crc: self.other.map(|other| crc_fast::checksum(other, &bytes)),
            ..sent
        })
    }

    /// Compares what came with the source's own checksum, where that is one of the whole.
    fn check(&self, expected: Expected, crc: u64, other: Option<u64>) -> Result<Integrity, S3Failure> {
        let (name, matches) = match expected {
            Expected::Crc(name, CRC, sum) => (name, crc == sum),
            Expected::Crc(name, _, sum) => (name, other == Some(sum)),
            Expected::Composite(_) => return Ok(Integrity::CompositeUnchecked),
            Expected::Sha(..) | Expected::None | Expected::Unreadable(_) => return Ok(Integrity::NotOffered),
        };
        if matches {
            Ok(Integrity::Verified(name))
        } else {
            Err(corrupt(&self.read.what, name))
        }
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
            if bytes.len() < length {
                pause(breaks).await;
            }
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

/// Waits before a connection that broke is taken up, longer each time that it brought nothing.
async fn pause(breaks: u32) {
    tokio::time::sleep(FIRST_PAUSE * (1 << breaks)).await;
}

/// The CRC of the whole of the source's own kind.
fn combined(algorithm: CrcAlgorithm, parts: &[PartSent], held: &Held, total: u64) -> Option<u64> {
    let mut parts: Vec<&PartSent> = parts.iter().collect();
    parts.sort_by_key(|part| part.number);
    let mut whole = None;
    for part in parts {
        let (crc, length) = (part.source_crc?, held.length(part.number, total));
        whole = Some(match whole {
            None => (crc, length),
            Some((before, had)) => (checksum_combine(algorithm, before, crc, length), had + length),
        });
    }
    whole.map(|(crc, _)| crc)
}
