//! Parts of an object, for showing. Never the whole, unless all of it is asked for.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt};
use hatrack_core::bucket::BucketName;
use hatrack_core::bucket::transfer::{Range, Version};
use jiff::Timestamp;

use super::download::{Expected, Passing, sums_of};
use super::failure::Call;
use super::{S3, S3Failure};
use crate::answer::timestamp;

/// An object, or one version of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRef {
    /// Its bucket.
    pub bucket: BucketName,
    /// Its key.
    pub key: String,
    /// The version; `None` for what is there now.
    pub version_id: Option<String>,
}

/// What S3 says of an object, beside its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes of the whole.
    pub size: u64,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The entity tag as S3 writes it, with its quotes.
    pub etag: Option<String>,
    /// The version's ID, where the bucket has versions.
    pub version_id: Option<String>,
    /// When it was last written.
    pub modified_at: Option<Timestamp>,
    /// S3's storage class; S3 leaves Standard out.
    pub storage_class: Option<String>,
    /// How S3 encrypts it: `AES256`, `aws:kms`, `aws:kms:dsse`.
    pub encryption: Option<String>,
    /// The KMS key's ARN.
    pub kms_key: Option<String>,
    /// The person's own metadata, by name.
    pub metadata: Vec<(String, String)>,
}

/// Bytes as they come; a failure ends them.
pub type ObjectBytes = BoxStream<'static, Result<Bytes, S3Failure>>;

/// Both answers have the same fields, and no trait in common.
macro_rules! head_of {
    ($answer:expr, $size:expr) => {{
        let answer = $answer;
        let mut metadata: Vec<_> = answer
            .metadata()
            .cloned()
            .unwrap_or_default()
            .into_iter()
            .collect();
        metadata.sort();
        ObjectHead {
            size: $size,
            content_type: answer.content_type().map(str::to_owned),
            etag: answer.e_tag().map(str::to_owned),
            version_id: answer.version_id().map(str::to_owned),
            modified_at: answer.last_modified().and_then(timestamp),
            storage_class: answer.storage_class().map(|class| class.as_str().to_owned()),
            encryption: answer
                .server_side_encryption()
                .map(|with| with.as_str().to_owned()),
            kms_key: answer.ssekms_key_id().map(str::to_owned),
            metadata,
        }
    }};
}

impl S3 {
    /// What S3 says of the object, and its first `most` bytes at most. One request.
    pub async fn peek(&self, object: &ObjectRef, most: u64) -> Result<(ObjectHead, Bytes), S3Failure> {
        let (client, region) = self.at(&object.bucket).await?;
        let call = self.call("s3:GetObject", &object.bucket, Some(&object.key), &region);
        let get = client
            .get_object()
            .bucket(object.bucket.as_str())
            .key(&object.key)
            .set_version_id(object.version_id.clone());
        let answer = self
            .signed(|| async {
                match get
                    .clone()
                    .range(format!("bytes=0-{}", most.max(1) - 1))
                    .send()
                    .await
                {
                    // An empty object has no first byte (RFC 9110, 14.1.1).
                    Err(error) if status(&error) == Some(416) => get.clone().send().await,
                    other => other,
                }
                .map_err(|error| call.failed(error))
            })
            .await
            .map_err(|failure| archived(failure, &call.what))?;
        let size = answer
            .content_range()
            .and_then(|range| range.rsplit_once('/')?.1.parse().ok())
            .or_else(|| answer.content_length().and_then(|n| n.try_into().ok()))
            .unwrap_or_default();
        let head = head_of!(&answer, size);
        // A server that ignores the range sends everything; what is beyond the head is not read.
        match gathered(answer.body, most.min(size)).await {
            Some(bytes) => Ok((head, bytes)),
            None => Err(broke(&call)),
        }
    }

    /// What S3 says of the object. Works where its bytes rest in an archive.
    pub async fn head_of(&self, object: &ObjectRef) -> Result<ObjectHead, S3Failure> {
        let (client, region) = self.at(&object.bucket).await?;
        let call = self.call("s3:GetObject", &object.bucket, Some(&object.key), &region);
        let answer = self
            .signed(|| async {
                client
                    .head_object()
                    .bucket(object.bucket.as_str())
                    .key(&object.key)
                    .set_version_id(object.version_id.clone())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let size = answer.content_length().and_then(|n| u64::try_from(n).ok());
        Ok(head_of!(&answer, size.unwrap_or_default()))
    }

    /// What S3 says of the object, and what compares its bytes with its checksum as they pass.
    pub async fn passing(&self, object: &ObjectRef) -> Result<(ObjectHead, Passing), S3Failure> {
        let (client, region) = self.at(&object.bucket).await?;
        let call = self.call("s3:GetObject", &object.bucket, Some(&object.key), &region);
        let answer = self
            .signed(|| async {
                client
                    .head_object()
                    .bucket(object.bucket.as_str())
                    .key(&object.key)
                    .set_version_id(object.version_id.clone())
                    .checksum_mode(ChecksumMode::Enabled)
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let size = answer.content_length().and_then(|n| u64::try_from(n).ok());
        let (sums, composite) = sums_of(&answer);
        let expected = Expected::of(&Version {
            bucket: object.bucket.as_str().to_owned(),
            key: object.key.clone(),
            size: size.unwrap_or_default(),
            etag: None,
            version_id: None,
            sums,
            composite,
        });
        let head = head_of!(&answer, size.unwrap_or_default());
        Ok((head, Passing::of(expected, call.what)))
    }

    /// A range of the object that has the entity tag `etag`; [`S3Failure::Changed`] where it has another by now. The
    /// bytes are fetched as they are taken.
    pub async fn bytes_of(
        &self,
        object: &ObjectRef,
        etag: Option<&str>,
        range: Range,
    ) -> Result<ObjectBytes, S3Failure> {
        let (body, broke) = self.ranged(object, etag, range).await?;
        let left = range.length();
        let bytes = stream::unfold(
            (body, left, Some(broke)),
            |(mut body, left, mut broke)| async move {
                if left == 0 {
                    return None;
                }
                match body.next().await {
                    Some(Ok(mut bytes)) => {
                        bytes.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                        let left = left - bytes.len() as u64;
                        Some((Ok(bytes), (body, left, broke)))
                    }
                    Some(Err(_)) | None => broke.take().map(|broke| (Err(broke), (body, 0, None))),
                }
            },
        );
        Ok(bytes.boxed())
    }

    /// The same, all of it at once.
    pub async fn range_of(
        &self,
        object: &ObjectRef,
        etag: Option<&str>,
        range: Range,
    ) -> Result<Bytes, S3Failure> {
        let (body, broke) = self.ranged(object, etag, range).await?;
        match gathered(body, range.length()).await {
            Some(bytes) if bytes.len() as u64 == range.length() => Ok(bytes),
            _ => Err(broke),
        }
    }

    /// The range's bytes, and what to say if they break off.
    async fn ranged(
        &self,
        object: &ObjectRef,
        etag: Option<&str>,
        range: Range,
    ) -> Result<(ByteStream, S3Failure), S3Failure> {
        let (client, region) = self.at(&object.bucket).await?;
        let call = self.call("s3:GetObject", &object.bucket, Some(&object.key), &region);
        let answer = self
            .signed(|| async {
                client
                    .get_object()
                    .bucket(object.bucket.as_str())
                    .key(&object.key)
                    .set_version_id(object.version_id.clone())
                    .range(format!("bytes={}-{}", range.start, range.end.max(1) - 1))
                    .set_if_match(etag.map(str::to_owned))
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await
            .map_err(|failure| archived(failure, &call.what))?;
        let given = answer
            .content_range()
            .and_then(|range| range.strip_prefix("bytes ")?.split_once('-'));
        // A server that ignores ranges would give the object's beginning each time.
        if given.and_then(|(first, _)| first.parse().ok()) != Some(range.start) {
            return Err(call.garbled("it is not the range that was asked for"));
        }
        // Servers that do not know If-Match still name the version.
        if etag.is_some() && answer.e_tag() != etag {
            return Err(S3Failure::Changed { what: call.what });
        }
        Ok((answer.body, broke(&call)))
    }
}

fn broke(call: &Call<'_>) -> S3Failure {
    call.unreachable("the answer broke off")
}

/// What comes, up to `most` bytes; `None` where the connection breaks before.
async fn gathered(mut body: ByteStream, most: u64) -> Option<Bytes> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut bytes = BytesMut::new();
    while bytes.len() < most {
        match body.next().await {
            Some(Ok(more)) => bytes.extend_from_slice(&more),
            Some(Err(_)) => return None,
            None => break,
        }
    }
    bytes.truncate(most);
    Some(bytes.freeze())
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|raw| raw.status().as_u16())
}

/// An object in an archive answers with this state alone.
pub(super) fn archived(failure: S3Failure, what: &str) -> S3Failure {
    match failure {
        S3Failure::Aws(hatrack_core::sts::AwsFailure::Refused(refusal))
            if refusal.code == "InvalidObjectState" =>
        {
            S3Failure::Archived {
                what: what.to_owned(),
                storage_class: "Glacier or Deep Archive".to_owned(),
            }
        }
        other => other,
    }
}
