//! What S3 says of an object, beside its bytes.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{ChecksumMode, ObjectLockLegalHoldStatus};
use hatrack_core::bucket::S3Location;
use hatrack_core::object_view::{ArchiveView, NameValue, ObjectHeaders, ObjectProperties};
use hatrack_core::sts::AwsFailure;

use super::super::browse::unquoted;
use super::super::{S3, S3Failure, document};
use crate::answer::timestamp;

/// S3 leaves it out where it is this.
const STANDARD: &str = "STANDARD";

impl S3 {
    /// All of it. Tags that the session may not read are told as such.
    pub async fn properties(
        &self,
        place: &S3Location,
        version_id: Option<&str>,
    ) -> Result<ObjectProperties, S3Failure> {
        let head = self.head(place, version_id).await?;
        let (tags, tags_denied) = match self.tags(place, version_id).await {
            Ok(tags) => (Some(tags), None),
            Err(why @ S3Failure::Denied(_)) => (None, Some(why.to_string())),
            // A server that knows no tags has none.
            Err(S3Failure::Aws(AwsFailure::Refused(_))) => (Some(Vec::new()), None),
            Err(other) => return Err(other),
        };
        Ok(ObjectProperties {
            bucket: place.bucket.as_str().to_owned(),
            key: place.key.clone(),
            version_id: head.version_id().map(str::to_owned),
            size: size(&head),
            etag: head.e_tag().map(unquoted),
            modified_at: head.last_modified().and_then(timestamp),
            headers: headers(&head),
            tags,
            tags_denied,
            storage_class: class(&head),
            archive: archive(&head),
            encryption: head.server_side_encryption().map(|with| with.as_str().to_owned()),
            kms_key: head.ssekms_key_id().map(str::to_owned),
            checksum: checksum(&head),
            locked: lock(&head),
            legal_hold: head.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On),
        })
    }

    /// Why nobody deletes it now, as far as the session may know.
    pub(super) async fn locked(&self, place: &S3Location, version_id: Option<&str>) -> Option<String> {
        let head = self.head(place, version_id).await.ok()?;
        if head.object_lock_legal_hold_status() == Some(&ObjectLockLegalHoldStatus::On) {
            return Some("a legal hold keeps it".to_owned());
        }
        lock(&head).map(|lock| format!("object lock ({}) keeps it until {}", lock.name, lock.value))
    }

    pub(super) async fn head(
        &self,
        place: &S3Location,
        version_id: Option<&str>,
    ) -> Result<HeadObjectOutput, S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let action = match version_id {
            Some(_) => "s3:GetObjectVersion",
            None => "s3:GetObject",
        };
        let call = self.call(action, &place.bucket, Some(&place.key), &region);
        self.signed(|| async {
            client
                .head_object()
                .bucket(place.bucket.as_str())
                .key(&place.key)
                .set_version_id(version_id.map(str::to_owned))
                .checksum_mode(ChecksumMode::Enabled)
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await
    }

    pub(super) async fn tags(
        &self,
        place: &S3Location,
        version_id: Option<&str>,
    ) -> Result<Vec<NameValue>, S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let action = match version_id {
            Some(_) => "s3:GetObjectVersionTagging",
            None => "s3:GetObjectTagging",
        };
        let call = self.call(action, &place.bucket, Some(&place.key), &region);
        let answer = self
            .signed(|| async {
                client
                    .get_object_tagging()
                    .bucket(place.bucket.as_str())
                    .key(&place.key)
                    .set_version_id(version_id.map(str::to_owned))
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let mut tags: Vec<_> = answer
            .tag_set()
            .iter()
            .map(|tag| NameValue {
                name: tag.key().to_owned(),
                value: tag.value().to_owned(),
            })
            .collect();
        tags.sort();
        Ok(tags)
    }
}

pub(super) fn size(head: &HeadObjectOutput) -> u64 {
    head.content_length()
        .and_then(|size| size.try_into().ok())
        .unwrap_or_default()
}

pub(super) fn class(head: &HeadObjectOutput) -> String {
    head.storage_class()
        .map_or(STANDARD, |class| class.as_str())
        .to_owned()
}

pub(super) fn headers(head: &HeadObjectOutput) -> ObjectHeaders {
    let mut metadata: Vec<_> = head
        .metadata()
        .into_iter()
        .flatten()
        .map(|(name, value)| NameValue {
            name: name.clone(),
            value: value.clone(),
        })
        .collect();
    metadata.sort();
    ObjectHeaders {
        content_type: head.content_type().map(str::to_owned),
        cache_control: head.cache_control().map(str::to_owned),
        content_disposition: head.content_disposition().map(str::to_owned),
        content_encoding: head.content_encoding().map(str::to_owned),
        content_language: head.content_language().map(str::to_owned),
        redirect: head.website_redirect_location().map(str::to_owned),
        metadata,
    }
}

/// `x-amz-restore`: `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"` (API Reference, "HeadObject").
fn archive(head: &HeadObjectOutput) -> ArchiveView {
    let rests = matches!(class(head).as_str(), "GLACIER" | "DEEP_ARCHIVE") || head.archive_status().is_some();
    match head.restore() {
        Some(text) if text.contains("ongoing-request=\"true\"") => ArchiveView::Restoring,
        Some(text) => ArchiveView::Restored {
            until: text
                .split_once("expiry-date=\"")
                .and_then(|(_, rest)| rest.split_once('"'))
                .map(|(date, _)| date.to_owned()),
        },
        None if rests => ArchiveView::Archived,
        None => ArchiveView::Readable,
    }
}

fn checksum(head: &HeadObjectOutput) -> Option<NameValue> {
    let kept = [
        ("CRC64NVME", head.checksum_crc64_nvme()),
        ("CRC32", head.checksum_crc32()),
        ("CRC32C", head.checksum_crc32_c()),
        ("SHA1", head.checksum_sha1()),
        ("SHA256", head.checksum_sha256()),
    ];
    kept.into_iter().find_map(|(name, value)| {
        Some(NameValue {
            name: name.to_owned(),
            value: value?.to_owned(),
        })
    })
}

fn lock(head: &HeadObjectOutput) -> Option<NameValue> {
    Some(NameValue {
        name: head.object_lock_mode()?.as_str().to_owned(),
        value: head
            .object_lock_retain_until_date()
            .and_then(timestamp)
            .map(|until| until.to_string())
            .unwrap_or_default(),
    })
}
