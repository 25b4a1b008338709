//! An object stored in parts, or in one request: whole or not at all.
//!
//! Each part carries its CRC64NVME, and the whole object the one put together from them, so that S3 refuses what is
//! not the bytes that were meant.

use std::sync::{Arc, Mutex};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Config};
use aws_sdk_s3::operation::create_multipart_upload::builders::CreateMultipartUploadFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::{CrcAlgorithm, checksum_combine};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::PartSent;
use hatrack_core::sts::AwsFailure;
use tokio::task::JoinHandle;

use super::failure::Call;
use super::stored::stored_with;
use super::{Guard, S3, S3Failure, Stored, document, locked};
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

/// What a call that sends bytes adds to its client's configuration.
pub(super) fn sending() -> Builder {
    Config::builder().timeout_config(sending_timeouts())
}

pub(super) fn crc_text(crc: u64) -> String {
    STANDARD.encode(crc.to_be_bytes())
}

impl Making<'_> {
    /// All of it in one request. `body` is made anew for each try.
    pub async fn whole(&self, body: impl Fn() -> ByteStream, crc: u64) -> Result<Made, S3Failure> {
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
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await;
        match sent {
            Ok(answer) => Ok(Made {
                etag: answer.e_tag,
                version_id: answer.version_id,
            }),
            Err(failure) => self.unless_it_is_there(failure, crc).await,
        }
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
            crc,
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
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await;
        match (done, crc) {
            (Ok(answer), _) => Ok(Made {
                etag: answer.e_tag,
                version_id: answer.version_id,
            }),
            (Err(failure), Some(crc)) => self.unless_it_is_there(failure, crc).await,
            (Err(failure), None) => Err(failure),
        }
    }

    /// An answer that was lost makes the next try fail: the upload has gone, or the object is there already. It is
    /// ours if it has our checksum.
    async fn unless_it_is_there(&self, failure: S3Failure, crc: u64) -> Result<Made, S3Failure> {
        let of_a_second_try = match &failure {
            S3Failure::Changed { .. } => true,
            S3Failure::Aws(AwsFailure::Refused(refusal)) => refusal.code == "NoSuchUpload",
            _ => false,
        };
        if !of_a_second_try {
            return Err(failure);
        }
        let head = self
            .client
            .head_object()
            .bucket(self.bucket.as_str())
            .key(self.key)
            .checksum_mode(ChecksumMode::Enabled)
            .customize()
            .config_override(document())
            .send()
            .await;
        match head {
            Ok(head) if head.checksum_crc64_nvme() == Some(&crc_text(crc)) => Ok(Made {
                etag: head.e_tag,
                version_id: head.version_id,
            }),
            _ if *self.guard != Guard::Anything && matches!(failure, S3Failure::Changed { .. }) => {
                Err(S3Failure::Taken {
                    what: self.call.what.clone(),
                })
            }
            _ => Err(failure),
        }
    }

    /// An upload that is removed when this is dropped.
    pub fn unfinished(&self, id: &str) -> Unfinished {
        Unfinished {
            client: self.client.clone(),
            bucket: self.bucket.as_str().to_owned(),
            key: self.key.to_owned(),
            id: Some(id.to_owned()),
            leftovers: Arc::clone(&self.s3.leftovers),
        }
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
        .checksum_crc64_nvme(crc_text(part.crc))
        .build()
}

/// The CRC of the whole, of parts in any order that are all `part_size` long but the last.
pub(super) fn whole_crc(parts: &[PartSent], part_size: u64, size: u64) -> u64 {
    let mut parts: Vec<_> = parts.iter().collect();
    parts.sort_by_key(|part| part.number);
    parts
        .into_iter()
        .map(|part| {
            let start = u64::from(part.number.saturating_sub(1)) * part_size;
            (part.crc, part_size.min(size.saturating_sub(start)))
        })
        .reduce(|(before, had), (crc, length)| (checksum_combine(CRC, before, crc, length), had + length))
        .map_or(0, |(crc, _)| crc)
}

/// An upload that takes room until it is completed or aborted.
pub(super) struct Unfinished {
    client: Client,
    bucket: String,
    key: String,
    id: Option<String>,
    leftovers: Leftovers,
}

impl Unfinished {
    /// It is completed, or is to stay.
    pub fn let_be(mut self) {
        self.id = None;
    }

    /// Removes its parts.
    pub async fn abort(mut self) {
        if let Some(id) = self.id.clone() {
            abort(self.client.clone(), self.bucket.clone(), self.key.clone(), id).await;
            // Not before: dropped meanwhile, it still has to be removed.
            self.id = None;
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Dropped half-way: the upload was cancelled. Aborting needs the runtime that it ran on.
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            let removal = abort(self.client.clone(), self.bucket.clone(), self.key.clone(), id);
            locked(&self.leftovers).push(runtime.spawn(removal));
        }
    }
}

async fn abort(client: Client, bucket: String, key: String, id: String) {
    let answer = client
        .abort_multipart_upload()
        .bucket(&bucket)
        .key(&key)
        .upload_id(&id)
        .send()
        .await;
    if answer.is_err() {
        tracing::warn!(
            bucket,
            key,
            "the parts of an upload that was stopped could not be removed"
        );
    }
}
