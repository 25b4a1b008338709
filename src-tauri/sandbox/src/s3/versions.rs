//! Finding an object or a version of it, and listing them.

use std::collections::BTreeMap;
use std::ops::Bound;

use s3s::dto::{
    BucketVersioningStatus, CommonPrefix, DeleteMarkerEntry, ETag, GetBucketVersioningOutput,
    ListObjectVersionsInput, ListObjectVersionsOutput, ObjectVersion, ObjectVersionStorageClass,
    PutBucketVersioningInput, PutBucketVersioningOutput,
};
use s3s::{S3Response, S3Result};

use super::asking::Asking;
use super::list::{Encoding, MOST, most, successor};
use super::{buckets, checksums, list, place, refusals};
use crate::state::State;
use crate::world::{Bucket, Found, Object, Version, Versioning};

/// Finds an object, or a version of it. Who may not list the bucket does not learn that a key is missing (API Reference,
/// "GetObject").
pub(super) fn object(asking: &Asking<'_>, name: &str, key: &str, version: Option<&str>) -> S3Result<Object> {
    let bucket = place::bucket(asking.world, name)?;
    let hidden = |refusal| {
        if asking.may_list(name) {
            refusal
        } else {
            refusals::access_denied()
        }
    };
    match bucket.find(key, version) {
        Found::Object(object) => Ok(object.clone()),
        Found::Marker(marker) if version.is_some() => Err(refusals::is_marker(marker)),
        Found::Marker(marker) => Err(hidden(refusals::deleted(key, marker))),
        Found::NoKey => Err(hidden(refusals::no_such_key(key))),
        Found::NoVersion => Err(no_version(key, version.unwrap_or_default())),
    }
}

/// S3 tells an ID that it might have made from one that it did not.
fn no_version(key: &str, id: &str) -> s3s::S3Error {
    let made = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if id == "null" || (id.len() == ID_LENGTH && id.bytes().all(made)) {
        return refusals::no_such_version(key, id);
    }
    refusals::invalid_argument("Invalid version id specified")
}

const ID_LENGTH: usize = 32;

/// A new version ID.
pub(super) fn new_id(state: &State) -> String {
    state.keys().opaque(ID_LENGTH / 4 * 3)
}

/// The version ID that an answer shows, if the bucket ever had versions.
pub(super) fn shown(bucket: &Bucket, object: &Object) -> Option<String> {
    (bucket.versioning != Versioning::Never).then(|| object.version_id().to_owned())
}

pub(super) fn get_versioning(state: &State, name: &str) -> S3Result<S3Response<GetBucketVersioningOutput>> {
    let world = state.world();
    let status = match place::bucket(&world, name)?.versioning {
        Versioning::Never => None,
        Versioning::Enabled => Some(BucketVersioningStatus::ENABLED),
        Versioning::Suspended => Some(BucketVersioningStatus::SUSPENDED),
    };
    Ok(S3Response::new(GetBucketVersioningOutput {
        status: status.map(BucketVersioningStatus::from_static),
        ..GetBucketVersioningOutput::default()
    }))
}

pub(super) fn put_versioning(
    state: &State,
    input: &PutBucketVersioningInput,
) -> S3Result<S3Response<PutBucketVersioningOutput>> {
    let status = input.versioning_configuration.status.as_ref();
    let versioning = match status.map(BucketVersioningStatus::as_str) {
        Some(BucketVersioningStatus::ENABLED) => Versioning::Enabled,
        Some(BucketVersioningStatus::SUSPENDED) => Versioning::Suspended,
        _ => {
            return Err(s3s::s3_error!(
                IllegalVersioningConfigurationException,
                "The Versioning element must be specified"
            ));
        }
    };
    let mut world = state.change();
    place::bucket_mut(&mut world, &input.bucket)?.versioning = versioning;
    Ok(S3Response::new(PutBucketVersioningOutput::default()))
}

/// Where a page of versions starts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Start {
    /// At a key.
    Key(Bound<String>),
    /// After this version of this key.
    After(String, String),
}

#[derive(Debug, Default)]
struct Page {
    /// Each with its key, and whether it is the newest of it.
    versions: Vec<(String, Version, bool)>,
    prefixes: Vec<String>,
    /// The key, or common prefix, and version that came last, where there are more.
    next: Option<(String, Option<String>)>,
}

impl Page {
    fn len(&self) -> usize {
        self.versions.len() + self.prefixes.len()
    }
}

/// The first key at or after `from` of which there is any version.
fn first_key(bucket: &Bucket, from: &Bound<String>) -> Option<String> {
    let from = from.as_ref().map(String::as_str);
    let current = bucket.objects.from(from).next().map(|(key, _)| key.into_owned());
    let older: Option<(&String, _)> =
        BTreeMap::range::<str, _>(&bucket.older, (from, Bound::Unbounded)).next();
    let older = older.map(|(key, _)| key.clone());
    current.into_iter().chain(older).min()
}

fn page(bucket: &Bucket, prefix: &str, delimiter: Option<&str>, start: Start, most: usize) -> Page {
    let mut page = Page::default();
    let mut last = None;
    let (mut from, mut after) = match start {
        Start::Key(from) => (from, None),
        Start::After(key, version) => (Bound::Included(key), Some(version)),
    };
    if matches!(&from, Bound::Included(key) | Bound::Excluded(key) if key.as_str() < prefix)
        || from == Bound::Unbounded
    {
        from = Bound::Included(prefix.to_owned());
        after = None;
    }
    while let Some(key) = first_key(bucket, &from) {
        let Some(rest) = key.strip_prefix(prefix) else {
            break;
        };
        if let Some(at) = delimiter.and_then(|d| rest.find(d).map(|at| at + d.len())) {
            if page.len() == most {
                page.next = last;
                break;
            }
            let common = key[..prefix.len() + at].to_owned();
            let Some(next) = successor(&common) else {
                page.prefixes.push(common);
                break;
            };
            page.prefixes.push(common.clone());
            (from, last, after) = (Bound::Included(next), Some((common, None)), None);
            continue;
        }
        let versions = bucket.versions(&key);
        let skip = after.take().map_or(0, |id| {
            let at = versions.iter().position(|version| version.id() == id);
            at.map_or(0, |at| at + 1)
        });
        for (n, version) in versions.into_iter().enumerate().skip(skip) {
            if page.len() == most {
                page.next = last;
                return page;
            }
            last = Some((key.clone(), Some(version.id().to_owned())));
            page.versions.push((key.clone(), version, n == 0));
        }
        from = Bound::Excluded(key);
    }
    page
}

pub(super) fn list(
    state: &State,
    input: ListObjectVersionsInput,
) -> S3Result<S3Response<ListObjectVersionsOutput>> {
    let world = state.world();
    let bucket = place::bucket(&world, &input.bucket)?;
    let encoding = Encoding::read(input.encoding_type.as_ref())?;
    let asked = most(input.max_keys)?;
    let delimiter = input.delimiter.as_deref().filter(|d| !d.is_empty());
    let marker = input.key_marker.clone().filter(|key| !key.is_empty());
    let version = input.version_id_marker.clone().filter(|id| !id.is_empty());
    let start = match (marker, version) {
        (None, None) => Start::Key(Bound::Unbounded),
        (None, Some(_)) => {
            return Err(refusals::invalid_argument(
                "A version-id marker cannot be specified without a key marker.",
            ));
        }
        (Some(key), Some(version)) => Start::After(key, version),
        // A marker that is a common prefix stands for all below it.
        (Some(key), None) => match delimiter
            .filter(|d| key.ends_with(d))
            .and_then(|_| successor(&key))
        {
            Some(next) => Start::Key(Bound::Included(next)),
            None => Start::Key(Bound::Excluded(key)),
        },
    };
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let mut page = page(bucket, prefix, delimiter, start, asked.min(MOST) as usize);
    let next = page.next.take().filter(|_| asked > 0);
    let (versions, markers) = entries(bucket, &page, &encoding);
    let common = page.prefixes.iter().map(|p| CommonPrefix {
        prefix: Some(encoding.text(p)),
    });
    Ok(S3Response::new(ListObjectVersionsOutput {
        name: Some(input.bucket),
        max_keys: Some(asked),
        is_truncated: Some(next.is_some()),
        common_prefixes: Some(common.collect()),
        versions: Some(versions),
        delete_markers: Some(markers),
        prefix: Some(encoding.text(prefix)),
        delimiter: encoding.option(input.delimiter.as_ref()),
        key_marker: Some(encoding.text(&input.key_marker.unwrap_or_default())),
        version_id_marker: Some(input.version_id_marker.unwrap_or_default()),
        next_key_marker: next.as_ref().map(|(key, _)| encoding.text(key)),
        next_version_id_marker: next.and_then(|(_, version)| version),
        encoding_type: input.encoding_type,
        ..ListObjectVersionsOutput::default()
    }))
}

fn entries(
    bucket: &Bucket,
    page: &Page,
    encoding: &Encoding,
) -> (Vec<ObjectVersion>, Vec<DeleteMarkerEntry>) {
    let owner = Some(buckets::owner(bucket.owner));
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for (key, version, latest) in &page.versions {
        match version {
            Version::Object(object) => versions.push(ObjectVersion {
                checksum_algorithm: object
                    .checksum
                    .as_ref()
                    .map(|c| vec![checksums::algorithm(c.algorithm)]),
                checksum_type: object.checksum.as_ref().map(|c| checksums::kind(c.kind)),
                e_tag: Some(ETag::Strong(object.etag.clone())),
                is_latest: Some(*latest),
                key: Some(encoding.text(key)),
                last_modified: list::time(object.modified),
                owner: owner.clone(),
                size: i64::try_from(object.content.length()).ok(),
                storage_class: Some(ObjectVersionStorageClass::from(object.storage_class.clone())),
                version_id: Some(object.version_id().to_owned()),
                ..ObjectVersion::default()
            }),
            Version::Marker(marker) => markers.push(DeleteMarkerEntry {
                is_latest: Some(*latest),
                key: Some(encoding.text(key)),
                last_modified: list::time(marker.at),
                owner: owner.clone(),
                version_id: Some(marker.version_id().to_owned()),
            }),
        }
    }
    (versions, markers)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn told(page: &Page) -> Vec<String> {
        let versions = page.versions.iter().map(|(key, version, latest)| {
            format!("{key}@{}{}", version.id(), if *latest { "*" } else { "" })
        });
        versions.chain(page.prefixes.iter().cloned()).collect()
    }

    #[test]
    fn pages_put_together_are_all_versions() {
        let owner = "111122223333".parse().unwrap();
        let mut bucket = Bucket {
            versioning: Versioning::Enabled,
            ..Bucket::new("b", "us-east-1", owner, Timestamp::UNIX_EPOCH)
        };
        for (n, key) in ["a", "d/x", "b", "a", "d/y", "a"].into_iter().enumerate() {
            bucket.put(key, Object::generated(1, Timestamp::UNIX_EPOCH), n.to_string());
        }
        bucket.delete("b", "9".to_owned(), Timestamp::UNIX_EPOCH);
        let flat = ["a@5*", "a@3", "a@0", "b@9*", "b@2", "d/x@1*", "d/y@4*"];
        let folded = ["a@5*", "a@3", "a@0", "b@9*", "b@2", "d/"];
        for (delimiter, expected) in [(None, &flat[..]), (Some("/"), &folded[..])] {
            for most in 1..8 {
                let (mut found, mut start) = (Vec::new(), Start::Key(Bound::Unbounded));
                loop {
                    let page = page(&bucket, "", delimiter, start, most);
                    assert!(page.len() <= most);
                    found.extend(told(&page));
                    start = match page.next {
                        None => break,
                        Some((key, Some(version))) => Start::After(key, version),
                        Some((key, None)) => Start::Key(Bound::Included(successor(&key).unwrap())),
                    };
                }
                assert_eq!(found, expected, "{most} at a time");
            }
        }
        let below = page(
            &bucket,
            "d/",
            None,
            Start::Key(Bound::Excluded("a".to_owned())),
            10,
        );
        assert_eq!(told(&below), ["d/x@1*", "d/y@4*"]);
    }
}
