//! An object stored in parts, or in one request: whole or not at all.
//!
//! Each part carries its CRC64NVME, and the whole object the one put together from them, so that S3 refuses what is
//! not the bytes that were meant.

mod known;
mod removal;

use std::sync::{Arc, Mutex};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::StalledStreamProtectionConfig;
use aws_sdk_s3::config::{Builder, Config};
use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::PartSent;
use hatrack_core::sts::AwsFailure;
use tokio::task::JoinHandle;

pub(super) use self::known::Known;
pub(super) use self::removal::Unfinished;
use super::failure::Call;
use super::lost::Lost;
use super::stored::stored_with;
use super::{Guard, S3, S3Failure, Stored, document};
use crate::http::sending_timeouts;

/// The CRC that what Hatrack stores carries.
pub(super) const CRC: CrcAlgorithm = CrcAlgorithm::Crc64Nvme;

/// Removals of parts that go on after their upload was dropped.
pub(super) type Leftovers = Arc<Mutex<Vec<JoinHandle<()>>>>;

/// The object that is made.
pub(super) struct Making<'a> {
    pub s3: &'a S3,
    pub client: &'a Client,
    pub bucket: &'a BucketName,
    pub key: &'a str,
    pub call: &'a Call<'a>,
    pub stored: &'a Stored,
    pub guard: &'a Guard,
}

/// What S3 says of the object that it stored.
#[derive(Debug, Clone, Default)]
pub(super) struct Made {
    pub etag: Option<String>,
    pub version_id: Option<String>,
}

/// What a call that sends bytes, or has S3 copy them, adds to its client's configuration. The SDK takes a part that waits
/// for a slow line for one that stalls, and an answer that S3 has begun while it still works likewise; both are
/// watched by [`crate::http`], with more patience.
pub(super) fn sending() -> Builder {
    Config::builder()
        .timeout_config(sending_timeouts())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
}

pub(super) fn crc_text(crc: u64) -> String {
    STANDARD.encode(crc.to_be_bytes())
}

/// A CRC as S3 writes it.
pub(super) fn crc_of(text: &str) -> Option<u64> {
    let bytes = STANDARD.decode(text).ok()?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

impl Making<'_> {
    /// All of it in one request. `body` is made anew for each try.
    pub async fn whole(&self, body: impl Fn() -> ByteStream, crc: u64) -> Result<Made, S3Failure> {
        let lost = Lost::default();
        let sent = self
            .s3
            .signed(|| async {
                let request = self.client.put_object();
                stored_with!(request, self.stored)
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .checksum_crc64_nvme(crc_text(crc))
                    .set_if_match(self.guard.if_match())
                    .set_if_none_match(self.guard.if_none_match())
                    .body(body())
                    .customize()
                    .config_override(sending().interceptor(lost.clone()))
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await;
        let made = match sent {
            Ok(answer) => Made {
                etag: answer.e_tag,
                version_id: answer.version_id,
            },
            Err(failure) => self.unless_it_is_there(failure, &lost, &Known::Crc(crc)).await?,
        };
        self.tagged(made).await
    }

    /// Gives it the tags that did not go with it.
    pub async fn tagged(&self, made: Made) -> Result<Made, S3Failure> {
        let Some(tags) = self.stored.tags_apart() else {
            return Ok(made);
        };
        let call = self.s3.call(
            "s3:PutObjectTagging",
            self.bucket,
            Some(self.key),
            self.call.region,
        );
        self.s3
            .signed(|| async {
                self.client
                    .put_object_tagging()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .set_version_id(made.version_id.clone())
                    .tagging(tags.clone())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        Ok(made)
    }

    /// Begins an upload in parts; its name.
    pub async fn create(&self) -> Result<String, S3Failure> {
        let request = stored_with!(self.client.create_multipart_upload(), self.stored);
        self.create_with(request).await
    }

    async fn create_with(&self, request: CreateMultipartUploadFluentBuilder) -> Result<String, S3Failure> {
        let started = self
            .s3
            .signed(|| async {
                request
                    .clone()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
                    .checksum_type(ChecksumType::FullObject)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await?;
        let none = || AwsFailure::Garbled {
            service: "S3",
            region: self.call.region.to_owned(),
            why: "it names no upload".to_owned(),
        };
        Ok(started.upload_id.ok_or_else(none)?)
    }

    /// Sends one part.
    pub async fn part(
        &self,
        id: &str,
        number: u32,
        body: impl Fn() -> ByteStream,
        crc: u64,
    ) -> Result<PartSent, S3Failure> {
        let answer = self
            .s3
            .signed(|| async {
                self.client
                    .upload_part()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .upload_id(id)
                    .part_number(signed(number))
                    .checksum_crc64_nvme(crc_text(crc))
                    .body(body())
                    .customize()
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await?;
        Ok(PartSent {
            number,
            etag: answer.e_tag.unwrap_or_default(),
            crc: Some(crc),
            source_crc: None,
        })
    }

    /// Sends one part whose body cannot be made anew and whose CRC is known only when it has passed: S3 compares the
    /// one that follows it.
    pub async fn part_passing(&self, id: &str, number: u32, body: ByteStream) -> Result<PartSent, S3Failure> {
        let answer = self
            .client
            .upload_part()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .upload_id(id)
            .part_number(signed(number))
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .body(body)
            .customize()
            .config_override(sending())
            .send()
            .await
            .map_err(|error| self.call.failed(error))?;
        Ok(PartSent {
            number,
            crc: answer.checksum_crc64_nvme().and_then(crc_of),
            etag: answer.e_tag.unwrap_or_default(),
            source_crc: None,
        })
    }

    /// Makes the object of its parts. `crc` is that of the whole, `None` where parts were copied unread.
    pub async fn finish(
        &self,
        id: &str,
        mut parts: Vec<CompletedPart>,
        size: u64,
        crc: Option<u64>,
    ) -> Result<Made, S3Failure> {
        parts.sort_by_key(CompletedPart::part_number);
        let known = match crc {
            Some(crc) => Known::Crc(crc),
            None => Known::Parts(parts.len(), size),
        };
        let lost = Lost::default();
        let list = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let done = self
            .s3
            .signed(|| async {
                self.client
                    .complete_multipart_upload()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .upload_id(id)
                    .multipart_upload(list.clone())
                    .set_checksum_crc64_nvme(crc.map(crc_text))
                    .set_checksum_type(crc.map(|_| ChecksumType::FullObject))
                    .set_mpu_object_size(crc.and(i64::try_from(size).ok()))
                    .set_if_match(self.guard.if_match())
                    .set_if_none_match(self.guard.if_none_match())
                    .customize()
                    .config_override(sending().interceptor(lost.clone()))
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await;
        let made = match done {
            Ok(answer) => Made {
                etag: answer.e_tag,
                version_id: answer.version_id,
            },
            Err(failure) => self.unless_it_is_there(failure, &lost, &known).await?,
        };
        self.tagged(made).await
    }
}

pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// A part in the list of those that make the object.
pub(super) fn completed(part: &PartSent) -> CompletedPart {
    CompletedPart::builder()
        .part_number(signed(part.number))
        .e_tag(&part.etag)
        .set_checksum_crc64_nvme(part.crc.map(crc_text))
        .build()
}

/// The CRC of the whole, of parts in any order that are all `part_size` long but the last. `None` where one of them has
/// none.
pub(super) fn whole_crc(parts: &[PartSent], part_size: u64, size: u64) -> Option<u64> {
    let mut parts: Vec<_> = parts.iter().collect();
    parts.sort_by_key(|part| part.number);
    parts
        .into_iter()
        .map(|part| {
            let start = u64::from(part.number.saturating_sub(1)) * part_size;
            Some((part.crc?, part_size.min(size.saturating_sub(start))))
        })
        .reduce(|whole, part| {
            let ((before, had), (crc, length)) = (whole?, part?);
            Some((checksum_combine(CRC, before, crc, length), had + length))
        })
        .map_or(Some(0), |whole| whole.map(|(crc, _)| crc))
}
