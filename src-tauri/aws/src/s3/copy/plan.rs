//! What is known of the source of a copy, and how it is to be stored.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use hatrack_core::bucket::transfer::SourceFile;
use hatrack_core::sts::AwsFailure;

use super::super::browse::unquoted;
use super::super::download::Integrity;
use super::super::failure::Call;
use super::super::kept::Keeping;
use super::super::multipart::{Made, Making};
use super::super::stored::Stored;
use super::super::{S3, S3Failure, document};
use super::{BY_S3, Copied, Order, Way, kept_as};

/// What is known of the source before anything moves.
pub struct Plan {
    pub size: u64,
    pub etag: Option<String>,
    pub version: HeadObjectOutput,
    pub stored: Stored,
    pub notes: Vec<String>,
    /// `None` where they could not be read.
    pub tags_known: bool,
}

/// What S3 says of the source, of the version `etag` where one is given.
async fn head(
    source: &S3,
    client: &Client,
    region: &str,
    order: &Order,
    etag: Option<String>,
) -> Result<HeadObjectOutput, S3Failure> {
    let call = source.call("s3:GetObject", &order.from.bucket, Some(&order.from.key), region);
    let asked = source
        .signed(|| async {
            client
                .head_object()
                .bucket(order.from.bucket.as_str())
                .key(&order.from.key)
                .checksum_mode(ChecksumMode::Enabled)
                .set_if_match(etag.clone())
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await;
    let Err(wordless) = &asked else {
        return asked;
    };
    if !wordless.may_be_expired() {
        return asked;
    }
    // To a HEAD, S3 does not say why it refused; to a GET it does.
    let first = source
        .signed(|| async {
            client
                .get_object()
                .bucket(order.from.bucket.as_str())
                .key(&order.from.key)
                .range("bytes=0-0")
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await;
    first.and(asked)
}

impl Plan {
    pub async fn make(source: &S3, order: &Order) -> Result<Self, S3Failure> {
        let (client, region) = source.at(&order.from.bucket).await?;
        let head = head(source, &client, &region, order, None).await?;
        let call = source.call("s3:GetObject", &order.from.bucket, Some(&order.from.key), &region);
        let size = head.content_length().and_then(|n| n.try_into().ok());
        let size = size.ok_or_else(|| call.garbled("it does not say how long the object is"))?;
        let mut stored = Stored::of(&head);
        if order.storage_class.is_some() {
            stored.storage_class = order.storage_class.clone();
        }
        stored.encryption = order.encryption.clone();
        let mut plan = Self {
            size,
            etag: head.e_tag().map(str::to_owned),
            version: head,
            stored,
            notes: Vec::new(),
            tags_known: true,
        };
        plan.read_tags(source, &client, order, &region).await?;
        Ok(plan)
    }

    /// Whether the source is the version that was seen.
    pub async fn is_still_there(&self, source: &S3, order: &Order) -> Result<bool, S3Failure> {
        let (client, region) = source.at(&order.from.bucket).await?;
        match head(source, &client, &region, order, self.etag.clone()).await {
            Ok(_) => Ok(true),
            Err(S3Failure::Changed { .. } | S3Failure::NotFound { .. }) => Ok(false),
            Err(other) => Err(other),
        }
    }

    async fn read_tags(
        &mut self,
        source: &S3,
        client: &Client,
        order: &Order,
        region: &str,
    ) -> Result<(), S3Failure> {
        let call = source.call(
            "s3:GetObjectTagging",
            &order.from.bucket,
            Some(&order.from.key),
            region,
        );
        let asked = source
            .signed(|| async {
                client
                    .get_object_tagging()
                    .bucket(order.from.bucket.as_str())
                    .key(&order.from.key)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await;
        match asked {
            Ok(answer) => {
                let pairs = answer.tag_set().iter();
                self.stored.tags = pairs
                    .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
                    .collect();
                Ok(())
            }
            Err(S3Failure::Denied(denial)) => {
                self.tags_known = false;
                let request = denial
                    .request_id
                    .map(|id| format!(", request {id}"))
                    .unwrap_or_default();
                self.notes.push(format!(
                    "tags were not copied, if there are any: s3:GetObjectTagging on {} is not allowed ({}{request})",
                    order.from, denial.code
                ));
                Ok(())
            }
            // A server that knows no tags has none.
            Err(S3Failure::Aws(AwsFailure::Refused(_)) | S3Failure::NotFound { .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }

    /// Why S3 cannot copy by itself, where that is known beforehand.
    pub fn apart(&self, target: &S3, source: &S3) -> Option<String> {
        if target.reach.endpoint != source.reach.endpoint {
            return Some("the two buckets are on different servers".to_owned());
        }
        (target.partition() != source.partition())
            .then(|| "S3 does not copy from one partition of AWS to another".to_owned())
    }

    pub fn making<'a>(
        &'a self,
        s3: &'a S3,
        client: &'a Client,
        call: &'a Call<'a>,
        order: &'a Order,
    ) -> Making<'a> {
        Making {
            s3,
            client,
            bucket: &order.to.bucket,
            key: &order.to.key,
            call,
            stored: &self.stored,
            guard: &order.guard,
        }
    }

    /// What an unfinished copy of this version is noted as.
    pub fn keeping<'a>(&self, target: &S3, order: &'a Order, way: &str) -> Keeping<'a> {
        let modified = self.version.last_modified();
        Keeping {
            // Without a name for the version, nothing tells whether the parts are of it.
            journals: order.journals.as_ref().filter(|_| self.etag.is_some()),
            id: kept_as(target, order, way),
            path: order.from.to_string().into(),
            source: SourceFile {
                path: order.from.to_string(),
                size: self.size,
                modified: modified.map(|at| at.as_nanos()).unwrap_or_default(),
                etag: self.etag.clone(),
            },
            by_s3: way == BY_S3,
        }
    }

    pub fn copied(self, made: Made, way: Way, integrity: Integrity) -> Copied {
        Copied {
            bytes: self.size,
            etag: made.etag.as_deref().map(unquoted),
            version_id: made.version_id,
            way,
            integrity,
            notes: self.notes,
        }
    }
}
