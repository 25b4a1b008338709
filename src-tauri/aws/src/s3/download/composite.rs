//! Checksums made of the checksums of parts, checked once the parts' bounds are known.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::ObjectAttributes;
use futures::stream::{self, StreamExt, TryStreamExt};

use super::super::failure::Call;
use super::super::{S3, S3Failure, document};
use super::integrity::{Composite, Integrity, corrupt};
use super::{Begun, Order, Shared};

/// Parts asked for one by one, where S3 does not list them.
const MOST_ASKED: u32 = 2_000;
const ASKED_AT_ONCE: usize = 16;

impl S3 {
    /// Compares part by part. What the parts are S3 tells who may read the object's attributes, and else whoever may
    /// read the object, one part at a time.
    pub(super) async fn parts_match(
        &self,
        composite: &Composite,
        begun: &Begun,
        order: &Order,
        client: &Client,
        call: &Call<'_>,
    ) -> Result<Integrity, S3Failure> {
        let asked = Asked {
            s3: self,
            order,
            client,
            call,
            etag: begun.version.etag.as_deref(),
        };
        let sizes = match asked.listed().await? {
            Some(sizes) => Some(sizes),
            None => asked.one_by_one(composite.parts).await?,
        };
        let Some(sizes) = sizes.filter(|sizes| sizes.iter().sum::<u64>() == begun.version.size) else {
            return Ok(Integrity::CompositeUnchecked);
        };
        let found = of_parts(begun.part.file(), composite.clone(), sizes).await;
        if found.as_ref() == Some(&composite.sum) {
            Ok(Integrity::VerifiedByParts(composite.name))
        } else {
            Err(corrupt(&call.what, composite.name))
        }
    }
}

/// The composite checksum of a file cut into parts of these sizes.
async fn of_parts(file: Shared, composite: Composite, sizes: Vec<u64>) -> Option<Vec<u8>> {
    let algorithm = composite.algorithm;
    let mut at = 0;
    let bounds: Vec<(u64, u64)> = sizes
        .into_iter()
        .map(|size| {
            at += size;
            (at - size, at)
        })
        .collect();
    let sums: Option<Vec<Vec<u8>>> = stream::iter(bounds)
        .map(|(start, end)| {
            let file = file.clone();
            async move {
                let read = move || algorithm.of_range(&file, start, end);
                tokio::task::spawn_blocking(read).await.ok().flatten().ok_or(())
            }
        })
        // In their order, some at once.
        .buffered(4)
        .try_collect()
        .await
        .ok();
    Some(algorithm.of_bytes(&sums?.concat()))
}

struct Asked<'a> {
    s3: &'a S3,
    order: &'a Order,
    client: &'a Client,
    call: &'a Call<'a>,
    etag: Option<&'a str>,
}

impl Asked<'_> {
    /// The parts' sizes by GetObjectAttributes; `None` where that is refused, or does not tell.
    async fn listed(&self) -> Result<Option<Vec<u64>>, S3Failure> {
        let mut sizes = Vec::new();
        let mut after = None::<String>;
        loop {
            let page = self
                .s3
                .signed(|| async {
                    self.client
                        .get_object_attributes()
                        .bucket(self.order.bucket.as_str())
                        .key(&self.order.key)
                        .object_attributes(ObjectAttributes::ObjectParts)
                        .object_attributes(ObjectAttributes::Etag)
                        .max_parts(1000)
                        .set_part_number_marker(after.clone())
                        .customize()
                        .config_override(document())
                        .send()
                        .await
                        .map_err(|error| self.call.failed(error))
                })
                .await;
            let page = match page {
                Ok(page) => page,
                Err(failure) if failure.passes() => return Err(failure),
                Err(_) => return Ok(None),
            };
            let same = |tag: &str| Some(tag) == self.etag.map(|etag| etag.trim_matches('"'));
            if page.e_tag().is_some_and(|tag| !same(tag.trim_matches('"'))) {
                return Ok(None);
            }
            let Some(parts) = page.object_parts() else {
                return Ok(None);
            };
            for part in parts.parts() {
                let Some(size) = part.size().and_then(|size| u64::try_from(size).ok()) else {
                    return Ok(None);
                };
                sizes.push(size);
            }
            let next = parts.next_part_number_marker().map(str::to_owned);
            match next {
                Some(next) if parts.is_truncated() == Some(true) && Some(&next) != after.as_ref() => {
                    after = Some(next);
                }
                _ => return Ok((!sizes.is_empty()).then_some(sizes)),
            }
        }
    }

    /// The parts' sizes by a HEAD for each; `None` where there are too many, or the server knows no parts.
    async fn one_by_one(&self, count: Option<u32>) -> Result<Option<Vec<u64>>, S3Failure> {
        let (first, told) = match self.part(1).await {
            Ok(told) => told,
            Err(failure) if failure.passes() || matches!(failure, S3Failure::Changed { .. }) => {
                return Err(failure);
            }
            Err(_) => return Ok(None),
        };
        let Some(count) = told.or(count).filter(|count| (1..=MOST_ASKED).contains(count)) else {
            return Ok(None);
        };
        let rest: Result<Vec<u64>, S3Failure> = stream::iter(2..=count)
            .map(|number| async move { Ok(self.part(number).await?.0) })
            .buffered(ASKED_AT_ONCE)
            .try_collect()
            .await;
        match rest {
            Ok(rest) => Ok(Some(std::iter::once(first).chain(rest).collect())),
            Err(failure) if failure.passes() || matches!(failure, S3Failure::Changed { .. }) => Err(failure),
            Err(_) => Ok(None),
        }
    }

    /// A part's size, and how many there are.
    async fn part(&self, number: u32) -> Result<(u64, Option<u32>), S3Failure> {
        let head = self
            .s3
            .signed(|| async {
                self.client
                    .head_object()
                    .bucket(self.order.bucket.as_str())
                    .key(&self.order.key)
                    .part_number(i32::try_from(number).unwrap_or(i32::MAX))
                    .set_if_match(self.etag.map(str::to_owned))
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await?;
        let size = head.content_length().and_then(|n| n.try_into().ok());
        let size = size.ok_or_else(|| self.call.garbled("it does not say how long a part is"))?;
        Ok((size, head.parts_count().and_then(|n| n.try_into().ok())))
    }
}
