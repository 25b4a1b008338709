//! An object described anew: S3 changes tags in place, and all else by a copy of the object onto itself.
//!
//! Source: API Reference, "CopyObject". What is not meant to change is asked for as it was, since S3 would otherwise
//! take the bucket's way. Access control lists and locks are not part of a copy: S3 sets them anew.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, CompletedPart, MetadataDirective, Tag, Tagging, TaggingDirective,
};
use futures::stream::{self, StreamExt, TryStreamExt};
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{LARGEST_COPY, part_size};
use hatrack_core::object_view::{NameValue, ObjectHeaders};

use super::super::copy::source_header;
use super::super::multipart::{Making, sending, signed};
use super::super::stored::{Encryption, stored_with};
use super::super::{Guard, S3, S3Failure, Stored, document};
use super::properties::{class, size};

/// The least that one part copies: S3 does not move it through here, so it may be large.
const PART: u64 = 256 * 1024 * 1024;
const IN_FLIGHT: usize = 16;

/// What is to be different. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// In place of all of its headers and metadata.
    pub headers: Option<ObjectHeaders>,
    /// In place of all of its tags.
    pub tags: Option<Vec<NameValue>>,
    /// S3's storage class.
    pub storage_class: Option<String>,
    /// Only while the object has this entity tag: what the person has looked at.
    pub if_etag: Option<String>,
}

/// A copy of an object, or of an older version of it, onto itself.
struct Onto<'a> {
    place: &'a S3Location,
    /// `bucket/key`, with the version.
    source: String,
    head: &'a HeadObjectOutput,
    /// All but the tags.
    stored: Stored,
    /// `None` takes them along.
    tags: Option<&'a [NameValue]>,
    version_id: Option<&'a str>,
    /// What may be replaced.
    guard: Guard,
}

impl S3 {
    /// Describes the object anew. In a bucket with versions that is a new version, whose ID is the answer, unless tags
    /// are all that changes.
    ///
    /// # Errors
    /// [`S3Failure::Changed`] where it was written meanwhile; S3's.
    pub async fn change(&self, place: &S3Location, change: &Change) -> Result<Option<String>, S3Failure> {
        let head = self.head(place, None).await?;
        let is_same =
            |etag: &String| head.e_tag().map(|now| now.trim_matches('"')) == Some(etag.trim_matches('"'));
        if !change.if_etag.as_ref().is_none_or(is_same) {
            return Err(S3Failure::Changed {
                what: place.to_string(),
            });
        }
        if change.headers.is_none() && change.storage_class.is_none() {
            if let Some(tags) = &change.tags {
                self.set_tags(place, tags).await?;
            }
            return Ok(head.version_id);
        }
        let mut stored = as_stored(&head);
        if let Some(headers) = &change.headers {
            described(&mut stored, headers);
        }
        stored.storage_class = change.storage_class.clone().or(stored.storage_class);
        let onto = Onto {
            place,
            source: source_header(place),
            stored,
            guard: match head.e_tag() {
                Some(etag) => Guard::OnlyOver(etag.to_owned()),
                None => Guard::Anything,
            },
            tags: change.tags.as_deref(),
            version_id: None,
            head: &head,
        };
        self.copy_onto(&onto).await
    }

    /// Makes an older version the newest again, as a new version with everything that it had.
    pub async fn bring_back(
        &self,
        place: &S3Location,
        version_id: &str,
    ) -> Result<Option<String>, S3Failure> {
        let head = self.head(place, Some(version_id)).await?;
        let version: String = url::form_urlencoded::byte_serialize(version_id.as_bytes()).collect();
        let onto = Onto {
            place,
            source: format!("{}?versionId={version}", source_header(place)),
            stored: as_stored(&head),
            guard: Guard::Anything,
            tags: None,
            version_id: Some(version_id),
            head: &head,
        };
        self.copy_onto(&onto).await
    }

    async fn set_tags(&self, place: &S3Location, tags: &[NameValue]) -> Result<(), S3Failure> {
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:PutObjectTagging", &place.bucket, Some(&place.key), &region);
        let pairs = tags
            .iter()
            .map(|tag| Tag::builder().key(&tag.name).value(&tag.value).build());
        let set = pairs
            .collect::<Result<Vec<_>, _>>()
            .and_then(|tags| Tagging::builder().set_tag_set(Some(tags)).build())
            .map_err(|_| call.garbled("the list of tags could not be made"))?;
        self.signed(|| async {
            client
                .put_object_tagging()
                .bucket(place.bucket.as_str())
                .key(&place.key)
                .tagging(set.clone())
                .customize()
                .config_override(document())
                .send()
                .await
                .map_err(|error| call.failed(error))
        })
        .await?;
        Ok(())
    }

    async fn copy_onto(&self, onto: &Onto<'_>) -> Result<Option<String>, S3Failure> {
        if size(onto.head) > LARGEST_COPY {
            return self.copy_onto_in_parts(onto).await;
        }
        let place = onto.place;
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:PutObject", &place.bucket, Some(&place.key), &region);
        let answer = self
            .signed(|| async {
                stored_with!(client.copy_object(), &onto.stored)
                    .bucket(place.bucket.as_str())
                    .key(&place.key)
                    .copy_source(&onto.source)
                    .set_copy_source_if_match(onto.head.e_tag().map(str::to_owned))
                    .metadata_directive(MetadataDirective::Replace)
                    .set_tagging_directive(onto.tags.map(|_| TaggingDirective::Replace))
                    .set_tagging(onto.tags.map(tagging))
                    .set_checksum_algorithm(algorithm(onto.head))
                    .customize()
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        Ok(answer.version_id)
    }

    /// The same of what is too large for one copy.
    async fn copy_onto_in_parts(&self, onto: &Onto<'_>) -> Result<Option<String>, S3Failure> {
        let place = onto.place;
        let (client, region) = self.at(&place.bucket).await?;
        let call = self.call("s3:PutObject", &place.bucket, Some(&place.key), &region);
        // An upload in parts takes no tags along by itself.
        let own_tags = match onto.tags {
            Some(tags) => tags.to_vec(),
            None => self.tags(place, onto.version_id).await?,
        };
        let tags = (!own_tags.is_empty()).then(|| tagging(&own_tags));
        let started = self
            .signed(|| async {
                stored_with!(client.create_multipart_upload(), &onto.stored)
                    .bucket(place.bucket.as_str())
                    .key(&place.key)
                    .set_tagging(tags.clone())
                    .set_checksum_algorithm(algorithm(onto.head))
                    .set_checksum_type(onto.head.checksum_type().cloned())
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| call.failed(error))
            })
            .await?;
        let id = started
            .upload_id
            .ok_or_else(|| call.garbled("it names no upload"))?;
        let making = Making {
            s3: self,
            client: &client,
            bucket: &place.bucket,
            key: &place.key,
            call: &call,
            stored: &Stored::default(),
            guard: &onto.guard,
        };
        let unfinished = making.unfinished(&id);
        match onto.parts(&making, &id).await {
            Ok(version_id) => {
                unfinished.let_be();
                Ok(version_id)
            }
            Err(failure) => {
                unfinished.abort().await;
                Err(failure)
            }
        }
    }
}

impl Onto<'_> {
    async fn parts(&self, making: &Making<'_>, id: &str) -> Result<Option<String>, S3Failure> {
        let total = size(self.head);
        let size = part_size(total, PART);
        let count = u32::try_from(total.div_ceil(size)).unwrap_or(u32::MAX);
        let parts: Vec<CompletedPart> = stream::iter(1..=count)
            .map(|number| async move {
                let start = u64::from(number - 1) * size;
                let end = total.min(start + size) - 1;
                self.part(making, id, number, &format!("bytes={start}-{end}"))
                    .await
            })
            .buffer_unordered(IN_FLIGHT)
            .try_collect()
            .await?;
        Ok(making.finish(id, parts, total, None).await?.version_id)
    }

    async fn part(
        &self,
        making: &Making<'_>,
        id: &str,
        number: u32,
        range: &str,
    ) -> Result<CompletedPart, S3Failure> {
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
                    .copy_source(&self.source)
                    .copy_source_range(range)
                    .set_copy_source_if_match(self.head.e_tag().map(str::to_owned))
                    .customize()
                    .config_override(sending())
                    .send()
                    .await
                    .map_err(|error| making.call.failed(error))
            })
            .await?;
        let made = CompletedPart::builder().part_number(signed(number));
        let Some(part) = answer.copy_part_result() else {
            return Ok(made.build());
        };
        Ok(made
            .set_e_tag(part.e_tag().map(str::to_owned))
            .set_checksum_crc64_nvme(part.checksum_crc64_nvme().map(str::to_owned))
            .set_checksum_crc32(part.checksum_crc32().map(str::to_owned))
            .set_checksum_crc32_c(part.checksum_crc32_c().map(str::to_owned))
            .set_checksum_sha1(part.checksum_sha1().map(str::to_owned))
            .set_checksum_sha256(part.checksum_sha256().map(str::to_owned))
            .build())
    }
}

/// As an object is stored, encrypted and all.
fn as_stored(head: &HeadObjectOutput) -> Stored {
    Stored {
        encryption: Encryption::of(head),
        // S3 leaves the standard class out.
        storage_class: Some(class(head)),
        ..Stored::of(head)
    }
}

/// With other headers and metadata; an expiry, which the person is not shown, stays.
fn described(stored: &mut Stored, headers: &ObjectHeaders) {
    let headers = headers.clone();
    let metadata = headers.metadata.into_iter();
    *stored = Stored {
        content_type: headers.content_type,
        cache_control: headers.cache_control,
        content_disposition: headers.content_disposition,
        content_encoding: headers.content_encoding,
        content_language: headers.content_language,
        redirect: headers.redirect,
        metadata: metadata.map(|pair| (pair.name, pair.value)).collect(),
        ..std::mem::take(stored)
    };
}

/// As S3 takes them in a header.
fn tagging(tags: &[NameValue]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(tags.iter().map(|tag| (&tag.name, &tag.value)))
        .finish()
}

/// The checksum that the object has is made anew for the copy, by the same algorithm.
fn algorithm(head: &HeadObjectOutput) -> Option<ChecksumAlgorithm> {
    [
        (ChecksumAlgorithm::Crc64Nvme, head.checksum_crc64_nvme()),
        (ChecksumAlgorithm::Crc32, head.checksum_crc32()),
        (ChecksumAlgorithm::Crc32C, head.checksum_crc32_c()),
        (ChecksumAlgorithm::Sha1, head.checksum_sha1()),
        (ChecksumAlgorithm::Sha256, head.checksum_sha256()),
    ]
    .into_iter()
    .find_map(|(algorithm, sum)| sum.map(|_| algorithm))
}
