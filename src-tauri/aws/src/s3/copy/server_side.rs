//! S3 copies by itself: at once up to 5 GiB, in parts beyond.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{MetadataDirective, TaggingDirective};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{LARGEST_COPY, PartSent};

use super::super::failure::Call;
use super::super::kept::{Held, Start};
use super::super::lost::Lost;
use super::super::multipart::{Known, Made, Making, completed, crc_of, sending, signed, whole_crc};
use super::super::{Guard, Progress, S3, S3Failure};
use super::{BY_S3, Order, Ownership, Plan};

/// The least that one part copies: S3 does not move it through here, so it may be large.
const PART: u64 = 256 * 1024 * 1024;
const IN_FLIGHT: usize = 16;

impl Plan {
    /// By CopyObject, or by UploadPartCopy where it is too large for one.
    pub(super) async fn by_s3(
        &mut self,
        target: &S3,
        client: &Client,
        call: &Call<'_>,
        order: &Order,
        progress: &Progress<'_>,
        ownership: Ownership,
    ) -> Result<Made, S3Failure> {
        let first = self.once(target, client, call, order, progress).await;
        match first {
            // Giving the owner control is a permission of its own, and may not have been wanted.
            Err(S3Failure::Denied(_)) if ownership == Ownership::Unknown && self.stored.for_bucket_owner => {
                self.stored.for_bucket_owner = false;
                let second = self.once(target, client, call, order, progress).await;
                self.stored.for_bucket_owner = second.is_err();
                second
            }
            done => done,
        }
    }

    async fn once(
        &self,
        target: &S3,
        client: &Client,
        call: &Call<'_>,
        order: &Order,
        progress: &Progress<'_>,
    ) -> Result<Made, S3Failure> {
        let making = self.making(target, client, call, order);
        let source = source_header(&order.from);
        if self.size > LARGEST_COPY {
            return self.in_parts(&making, order, &source, progress).await;
        }
        let lost = Lost::default();
        let answer = target
            .signed(|| async {
                // Its metadata S3 takes along by itself; the tags only of who may read them.
                client
                    .copy_object()
                    .copy_source(&source)
                    .set_copy_source_if_match(self.etag.clone())
                    .metadata_directive(MetadataDirective::Copy)
                    .set_tagging_directive(self.tagging_directive())
                    .set_tagging(self.stored.tagging())
                    .set_storage_class(self.stored.class())
                    .set_server_side_encryption(self.stored.algorithm())
                    .set_ssekms_key_id(self.stored.kms_key())
                    .set_bucket_key_enabled(self.stored.bucket_key())
                    .set_website_redirect_location(self.stored.redirect.clone())
                    .set_acl(self.stored.acl())
                    .bucket(order.to.bucket.as_str())
                    .key(&order.to.key)
                    .set_if_match(order.guard.if_match())
                    .set_if_none_match(order.guard.if_none_match())
                    .customize()
                    .config_override(sending().interceptor(lost.clone()))
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        let made = match answer {
            Ok(answer) => Made {
                etag: answer
                    .copy_object_result()
                    .and_then(|result| result.e_tag())
                    .map(str::to_owned),
                version_id: answer.version_id,
            },
            // The try before may have made it, and its answer was lost.
            Err(changed @ S3Failure::Changed { .. }) if lost.any() && order.guard != Guard::Anything => {
                let known = Known::source(&self.version, self.size);
                match making.found(&known).await {
                    Ok(Some(made)) => made,
                    _ => return Err(changed),
                }
            }
            Err(failure) => return Err(failure),
        };
        progress(self.size, Some(self.size));
        Ok(made)
    }

    /// An object without tags needs no word of them, and those that no header takes S3 takes along by itself.
    fn tagging_directive(&self) -> Option<TaggingDirective> {
        (!self.tags_known || self.stored.tagging().is_some()).then_some(TaggingDirective::Replace)
    }

    async fn in_parts(
        &self,
        making: &Making<'_>,
        order: &Order,
        source: &str,
        progress: &Progress<'_>,
    ) -> Result<Made, S3Failure> {
        let keeping = self.keeping(making.s3, order, BY_S3);
        // The source is of the same version, and the parts are S3's own.
        let same = |part: PartSent, _| async move { Ok(Some(part)) };
        let size = making.s3.part_of(self.size, PART);
        let held = match Held::begin(making, &keeping, size, same).await? {
            Start::Held(held) => held,
            Start::There(made) => return Ok(made),
        };
        match self.parts(making, &held, source, progress).await {
            Ok(made) => {
                held.finished();
                Ok(made)
            }
            Err(failure) => {
                held.failed(making, &failure).await;
                Err(failure)
            }
        }
    }

    async fn parts(
        &self,
        making: &Making<'_>,
        held: &Held,
        source: &str,
        progress: &Progress<'_>,
    ) -> Result<Made, S3Failure> {
        let total = self.size;
        let done = AtomicU64::new(held.resumed(total));
        progress(held.resumed(total), Some(total));
        let copied: Vec<PartSent> = stream::iter(held.missing(total))
            .map(|number| {
                let done = &done;
                async move {
                    let start = u64::from(number - 1) * held.part_size;
                    let moved = held.length(number, total);
                    let part = self
                        .part(making, &held.id, source, number, start, start + moved)
                        .await?;
                    held.note(&part);
                    progress(done.fetch_add(moved, Ordering::Relaxed) + moved, Some(total));
                    Ok::<_, S3Failure>(part)
                }
            })
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        let all: Vec<PartSent> = held.parts.iter().cloned().chain(copied).collect();
        let crc = whole_crc(&all, held.part_size, total);
        let list = all.iter().map(completed).collect();
        making.finish(&held.id, list, total, crc).await
    }

    async fn part(
        &self,
        making: &Making<'_>,
        id: &str,
        source: &str,
        number: u32,
        start: u64,
        end: u64,
    ) -> Result<PartSent, S3Failure> {
        let answer = making
            .s3
            .signed(|| async {
                making
                    .client
                    .upload_part_copy()
                    .bucket(making.bucket.as_str())
                    .key(making.key)
                    .upload_id(id)
                    .part_number(signed(number))
                    .copy_source(source)
                    .copy_source_range(format!("bytes={start}-{}", end - 1))
                    .set_copy_source_if_match(self.etag.clone())
                    .customize()
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| making.call.failed(error))
            })
            .await?;
        let result = answer.copy_part_result();
        let etag = result.and_then(|part| part.e_tag()).unwrap_or_default();
        Ok(PartSent {
            number,
            etag: etag.to_owned(),
            crc: result
                .and_then(|part| part.checksum_crc64_nvme())
                .and_then(crc_of),
            source_crc: None,
        })
    }
}

/// `bucket/key`, escaped as in an address; an access point is named by its ARN.
pub(in crate::s3) fn source_header(from: &S3Location) -> String {
    let between = if from.bucket.as_str().starts_with("arn:") {
        "/object/"
    } else {
        "/"
    };
    let key: String = from
        .key
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect();
    format!("{}{between}{key}", from.bucket)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_escaped_once() {
        let place: S3Location = "s3://example-bucket/a b/c+%20\u{fc}?#".parse().unwrap();
        assert_eq!(
            source_header(&place),
            "example-bucket/a%20b/c%2B%2520%C3%BC%3F%23"
        );
        let point: S3Location = "s3://arn:aws:s3:eu-west-1:081278057606:accesspoint/readers/a/b"
            .parse()
            .unwrap();
        assert_eq!(
            source_header(&point),
            "arn:aws:s3:eu-west-1:081278057606:accesspoint/readers/object/a/b"
        );
    }
}
