//! What a put, a copy and an upload in parts say alike about the object to be.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use jiff::Timestamp;
use s3s::dto::{Metadata, ObjectCannedACL, StorageClass};
use s3s::path::S3Path;
use s3s::{S3Result, s3_error};

use super::asking::Asking;
use super::encryption::{self, Wanted};
use super::tagging::Tags;
use super::{place, refusals};
use crate::world::{BINARY, Bucket, Content, Encryption, Headers, Object, Ownership, STANDARD, md5_hex};

/// API Reference, "PutObject", `x-amz-storage-class`, those of the cloud.
const STORAGE_CLASSES: [&str; 8] = [
    "STANDARD",
    "REDUCED_REDUNDANCY",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER",
    "DEEP_ARCHIVE",
    "GLACIER_IR",
];
/// S3 User Guide, "Working with object metadata": 2 KB of user metadata.
const MOST_METADATA: usize = 2048;

/// An object without its bytes.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub described: Described,
    pub tags: Tags,
    pub storage_class: String,
    pub encryption: Encryption,
    pub owner: Option<AccountId>,
}

/// What is written on an object.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub content_type: String,
    pub headers: Headers,
    pub metadata: BTreeMap<String, String>,
}

/// Takes what a request writes on an object.
macro_rules! described {
    ($input:expr) => {
        $crate::s3::draft::Described::new(
            $input.content_type.take(),
            crate::world::Headers {
                cache_control: $input.cache_control.take(),
                content_disposition: $input.content_disposition.take(),
                content_encoding: $input.content_encoding.take(),
                content_language: $input.content_language.take(),
                website_redirect: $input.website_redirect_location.take(),
            },
            $input.metadata.take(),
        )
    };
}

pub(super) use described;

impl Described {
    pub(super) fn new(
        content_type: Option<String>,
        headers: Headers,
        metadata: Option<Metadata>,
    ) -> S3Result<Self> {
        let metadata: BTreeMap<String, String> = metadata.unwrap_or_default().into_iter().collect();
        let size: usize = metadata
            .iter()
            .map(|(name, value)| name.len() + value.len())
            .sum();
        if size > MOST_METADATA {
            return Err(s3_error!(
                MetadataTooLarge,
                "Your metadata headers exceed the maximum allowed metadata size"
            ));
        }
        // What is encoded for the way is no longer so in the bucket.
        let encoding = |text: &String| {
            let kept: Vec<&str> = text
                .split(',')
                .map(str::trim)
                .filter(|e| *e != "aws-chunked")
                .collect();
            kept.join(",")
        };
        let content_encoding = headers
            .content_encoding
            .as_ref()
            .map(encoding)
            .filter(|e| !e.is_empty());
        Ok(Self {
            content_type: content_type.unwrap_or_else(|| BINARY.to_owned()),
            headers: Headers {
                content_encoding,
                ..headers
            },
            metadata,
        })
    }

    /// As it is written on an object that is there.
    pub(super) fn of(object: &Object) -> Self {
        Self {
            content_type: object.content_type.clone(),
            headers: object.headers.clone(),
            metadata: object.metadata.clone(),
        }
    }
}

/// What a request says about a draft beside what is written on it.
pub(super) struct Terms<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub tags: Tags,
    pub storage_class: Option<&'a StorageClass>,
    pub encryption: Wanted<'a>,
    pub acl: Option<&'a ObjectCannedACL>,
}

impl Draft {
    /// A draft on these terms, if the signer may have it.
    pub(super) fn new(asking: &Asking<'_>, described: Described, terms: Terms<'_>) -> S3Result<Self> {
        let bucket = place::bucket(asking.world, terms.bucket)?;
        let storage_class = terms.storage_class.map_or(STANDARD, StorageClass::as_str);
        if !STORAGE_CLASSES.contains(&storage_class) {
            return Err(s3_error!(
                InvalidStorageClass,
                "The storage class you specified is not valid"
            ));
        }
        let owner = owner(bucket, asking.signer.account, terms.acl)?;
        let encryption = encryption::choose(asking, bucket, &terms.encryption)?;
        encryption::may_write(asking, bucket, terms.key, &encryption)?;
        Ok(Self {
            described,
            tags: terms.tags,
            storage_class: storage_class.to_owned(),
            encryption,
            owner,
        })
    }

    /// The object with these bytes; `etag` is what their MD5 makes it.
    pub(super) fn object(self, content: Content, etag: String, now: Timestamp) -> Object {
        let etag = match &self.encryption {
            Encryption::S3 => etag,
            // The tag of what a KMS key encrypts is no MD5 of it (API Reference, "Object", ETag).
            Encryption::Kms { key_arn, .. } => {
                let (sum, count) = etag.split_once('-').unwrap_or((&etag, ""));
                let other = md5_hex(format!("{sum} {key_arn}").as_bytes());
                if count.is_empty() {
                    other
                } else {
                    format!("{other}-{count}")
                }
            }
        };
        Object {
            etag,
            headers: self.described.headers,
            metadata: self.described.metadata,
            tags: self.tags,
            storage_class: self.storage_class,
            encryption: self.encryption,
            owner: self.owner,
            ..Object::bare(content, &self.described.content_type, now)
        }
    }
}

/// Who owns what this account puts, if not the bucket's owner.
fn owner(bucket: &Bucket, writer: AccountId, acl: Option<&ObjectCannedACL>) -> S3Result<Option<AccountId>> {
    let acl = acl.map(ObjectCannedACL::as_str);
    let gives = acl == Some(ObjectCannedACL::BUCKET_OWNER_FULL_CONTROL);
    match bucket.ownership {
        Ownership::BucketOwnerEnforced if acl.is_some() && !gives => Err(refusals::acl_not_supported()),
        Ownership::BucketOwnerEnforced => Ok(None),
        // With full control the bucket's owner may do whatever the writer may.
        Ownership::BucketOwnerPreferred | Ownership::ObjectWriter => {
            Ok((writer != bucket.owner && !gives).then_some(writer))
        }
    }
}

/// Refuses unless the signer may give tags to what it writes.
pub(super) fn may_tag(asking: &Asking<'_>, bucket: &str, key: &str, tags: &Tags) -> S3Result<()> {
    if tags.is_empty() {
        return Ok(());
    }
    asking.must("s3:PutObjectTagging", &S3Path::object(bucket, key))
}
