//! Listing objects.
//!
//! A page costs what it shows, not what the bucket holds: the objects are ordered, and each page and each common
//! prefix starts by a search, so that a million keys stay quick.

use std::ops::Bound;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use s3s::dto::{
    CommonPrefix, ETag, EncodingType, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, OptionalObjectAttributes, OptionalObjectAttributesList,
    RestoreStatus,
};
use s3s::{S3Response, S3Result};

use super::{buckets, checksums, place, refusals};
use crate::state::State;
use crate::world::Bucket;

/// API Reference, "ListObjectsV2": at most this many in one answer.
pub(super) const MOST: i32 = 1000;

/// Where a page starts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Start {
    Beginning,
    AfterKey(String),
    /// After everything under a common prefix.
    AfterPrefix(String),
}

#[derive(Debug, Default)]
struct Page {
    keys: Vec<String>,
    prefixes: Vec<String>,
    next: Option<Start>,
}

impl Page {
    fn len(&self) -> usize {
        self.keys.len() + self.prefixes.len()
    }
}

fn page(bucket: &Bucket, prefix: &str, delimiter: Option<&str>, start: &Start, most: usize) -> Page {
    let delimiter = delimiter.filter(|d| !d.is_empty());
    let mut page = Page::default();
    let mut last = start.clone();
    let mut from: Bound<String> = match start {
        Start::Beginning => Bound::Included(prefix.to_owned()),
        Start::AfterKey(key) if key.as_str() < prefix => Bound::Included(prefix.to_owned()),
        Start::AfterKey(key) => Bound::Excluded(key.clone()),
        Start::AfterPrefix(p) => match successor(p) {
            Some(next) => Bound::Included(next),
            None => return page,
        },
    };
    'search: loop {
        let here = from.clone();
        for (key, _) in bucket.objects.from(here.as_ref().map(String::as_str)) {
            let Some(rest) = key.strip_prefix(prefix) else {
                break 'search;
            };
            if page.len() == most {
                page.next = (most > 0).then_some(last);
                break 'search;
            }
            let Some(at) = delimiter.and_then(|d| rest.find(d).map(|at| at + d.len())) else {
                last = Start::AfterKey(key.clone().into_owned());
                page.keys.push(key.into_owned());
                continue;
            };
            let common = &key[..prefix.len() + at];
            page.prefixes.push(common.to_owned());
            last = Start::AfterPrefix(common.to_owned());
            match successor(common) {
                Some(next) => from = Bound::Included(next),
                None => break 'search,
            }
            continue 'search;
        }
        break;
    }
    page
}

/// The first text after every text that starts with `prefix`.
pub(super) fn successor(prefix: &str) -> Option<String> {
    let mut out = prefix.to_owned();
    while let Some(last) = out.pop() {
        if let Some(next) = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32) {
            out.push(next);
            return Some(out);
        }
    }
    None
}

fn write_token(start: &Start) -> Option<String> {
    match start {
        Start::Beginning => None,
        Start::AfterKey(key) => Some(URL_SAFE_NO_PAD.encode(format!("k{key}"))),
        Start::AfterPrefix(prefix) => Some(URL_SAFE_NO_PAD.encode(format!("p{prefix}"))),
    }
}

fn read_token(token: &str) -> Option<Start> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    if let Some(key) = text.strip_prefix('k') {
        return Some(Start::AfterKey(key.to_owned()));
    }
    text.strip_prefix('p')
        .map(|prefix| Start::AfterPrefix(prefix.to_owned()))
}

/// `encoding-type=url`: keys that XML cannot hold come percent-encoded, and with them all the others.
pub(super) struct Encoding(bool);

impl Encoding {
    pub(super) fn read(given: Option<&EncodingType>) -> S3Result<Self> {
        match given.map(EncodingType::as_str) {
            None | Some("") => Ok(Self(false)),
            Some("url") => Ok(Self(true)),
            Some(_) => Err(refusals::invalid_argument(
                "Invalid Encoding Method specified in Request",
            )),
        }
    }

    pub(super) fn text(&self, text: &str) -> String {
        if !self.0 {
            return text.to_owned();
        }
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/*".contains(&b);
        text.bytes()
            .map(|b| {
                if plain(b) {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect()
    }

    pub(super) fn option(&self, text: Option<&String>) -> Option<String> {
        text.map(|t| self.text(t))
    }
}

/// A time as answers have it.
pub(super) fn time(at: jiff::Timestamp) -> Option<s3s::dto::Timestamp> {
    Some(std::time::SystemTime::from(at).into())
}

/// What of the objects a listing tells beside their names.
#[derive(Debug, Clone, Copy)]
struct Told {
    owner: bool,
    restore: bool,
    now: jiff::Timestamp,
}

impl Told {
    fn new(owner: bool, more: Option<&OptionalObjectAttributesList>, now: jiff::Timestamp) -> Self {
        let restore =
            |one: &OptionalObjectAttributes| one.as_str() == OptionalObjectAttributes::RESTORE_STATUS;
        Self {
            owner,
            restore: more.is_some_and(|more| more.iter().any(restore)),
            now,
        }
    }

    fn status(self, object: &crate::world::Object) -> Option<RestoreStatus> {
        let copy = object.restore.as_ref().filter(|_| self.restore)?;
        let ready = copy.ready <= self.now;
        Some(RestoreStatus {
            is_restore_in_progress: Some(!ready),
            restore_expiry_date: time(copy.until).filter(|_| ready),
        })
    }
}

fn contents(bucket: &Bucket, keys: &[String], encoding: &Encoding, told: Told) -> Vec<Object> {
    keys.iter()
        .filter_map(|key| bucket.objects.get(key).map(|object| (key, object)))
        .map(|(key, object)| Object {
            checksum_algorithm: object
                .checksum
                .as_ref()
                .map(|c| vec![checksums::algorithm(c.algorithm)]),
            checksum_type: object.checksum.as_ref().map(|c| checksums::kind(c.kind)),
            key: Some(encoding.text(key)),
            size: i64::try_from(object.content.length()).ok(),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            last_modified: time(object.modified),
            storage_class: Some(ObjectStorageClass::from(object.storage_class.clone())),
            owner: told
                .owner
                .then(|| buckets::owner(object.owner.unwrap_or(bucket.owner))),
            restore_status: told.status(object),
        })
        .collect()
}

fn prefixes(page: &Page, encoding: &Encoding) -> Vec<CommonPrefix> {
    page.prefixes
        .iter()
        .map(|p| CommonPrefix {
            prefix: Some(encoding.text(p)),
        })
        .collect()
}

pub(super) fn most(asked: Option<i32>) -> S3Result<i32> {
    match asked {
        Some(n) if n < 0 => Err(refusals::invalid_argument(
            "Argument maxKeys must be an integer between 0 and 2147483647",
        )),
        n => Ok(n.unwrap_or(MOST)),
    }
}

pub(super) fn version_2(
    state: &State,
    input: ListObjectsV2Input,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let world = state.world();
    let bucket = place::bucket(&world, &input.bucket)?;
    let encoding = Encoding::read(input.encoding_type.as_ref())?;
    let asked = most(input.max_keys)?;
    let start = match (&input.continuation_token, &input.start_after) {
        (Some(token), _) => {
            let wrong = || refusals::invalid_argument("The continuation token provided is incorrect");
            read_token(token).ok_or_else(wrong)?
        }
        (None, Some(after)) if !after.is_empty() => Start::AfterKey(after.clone()),
        _ => Start::Beginning,
    };
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let page = page(
        bucket,
        prefix,
        input.delimiter.as_deref(),
        &start,
        asked.min(MOST) as usize,
    );
    Ok(S3Response::new(ListObjectsV2Output {
        name: Some(input.bucket),
        key_count: i32::try_from(page.len()).ok(),
        max_keys: Some(asked),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.as_ref().and_then(write_token),
        contents: Some(contents(
            bucket,
            &page.keys,
            &encoding,
            Told::new(
                input.fetch_owner.unwrap_or(false),
                input.optional_object_attributes.as_ref(),
                state.now(),
            ),
        )),
        common_prefixes: Some(prefixes(&page, &encoding)),
        prefix: Some(encoding.text(prefix)),
        delimiter: encoding.option(input.delimiter.as_ref()),
        start_after: encoding.option(input.start_after.as_ref()),
        continuation_token: input.continuation_token,
        encoding_type: input.encoding_type,
        ..ListObjectsV2Output::default()
    }))
}

pub(super) fn version_1(state: &State, input: ListObjectsInput) -> S3Result<S3Response<ListObjectsOutput>> {
    let world = state.world();
    let bucket = place::bucket(&world, &input.bucket)?;
    let encoding = Encoding::read(input.encoding_type.as_ref())?;
    let asked = most(input.max_keys)?;
    let start = match (
        input.marker.as_deref().unwrap_or_default(),
        input.delimiter.as_deref(),
    ) {
        ("", _) => Start::Beginning,
        // A marker that is a common prefix stands for all below it.
        (marker, Some(d)) if !d.is_empty() && marker.ends_with(d) => Start::AfterPrefix(marker.to_owned()),
        (marker, _) => Start::AfterKey(marker.to_owned()),
    };
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let page = page(
        bucket,
        prefix,
        input.delimiter.as_deref(),
        &start,
        asked.min(MOST) as usize,
    );
    let next_marker = match &page.next {
        Some(Start::AfterKey(at) | Start::AfterPrefix(at)) if input.delimiter.is_some() => {
            Some(encoding.text(at))
        }
        _ => None,
    };
    Ok(S3Response::new(ListObjectsOutput {
        name: Some(input.bucket),
        max_keys: Some(asked),
        is_truncated: Some(page.next.is_some()),
        next_marker,
        contents: Some(contents(
            bucket,
            &page.keys,
            &encoding,
            Told::new(true, input.optional_object_attributes.as_ref(), state.now()),
        )),
        common_prefixes: Some(prefixes(&page, &encoding)),
        prefix: Some(encoding.text(prefix)),
        delimiter: encoding.option(input.delimiter.as_ref()),
        marker: encoding.option(input.marker.as_ref()),
        encoding_type: input.encoding_type,
        ..ListObjectsOutput::default()
    }))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::world;

    fn bucket(keys: &BTreeSet<String>) -> Bucket {
        let object = world::Object::generated(1, Timestamp::UNIX_EPOCH);
        Bucket {
            objects: keys.iter().map(|k| (k.clone(), object.clone())).collect(),
            ..Bucket::new(
                "b",
                "us-east-1",
                "111122223333".parse().unwrap(),
                Timestamp::UNIX_EPOCH,
            )
        }
    }

    /// What S3's documentation says, without any search: look at every key.
    fn slowly(keys: &BTreeSet<String>, prefix: &str, delimiter: &str) -> (Vec<String>, Vec<String>) {
        let (mut plain, mut common) = (Vec::new(), BTreeSet::new());
        for key in keys.iter().filter(|k| k.starts_with(prefix)) {
            match key[prefix.len()..]
                .find(delimiter)
                .filter(|_| !delimiter.is_empty())
            {
                Some(at) => drop(common.insert(key[..prefix.len() + at + delimiter.len()].to_owned())),
                None => plain.push(key.clone()),
            }
        }
        (plain, common.into_iter().collect())
    }

    proptest! {
        #[test]
        fn pages_put_together_are_the_whole_listing(
            keys in prop::collection::btree_set("[ab/\u{10ffff}\u{d7ff}]{1,6}", 0..40),
            prefix in "[ab/]{0,2}",
            delimiter in prop::sample::select(vec!["", "/", "a", "//"]),
            most in 1usize..5,
        ) {
            let bucket = bucket(&keys);
            let (mut plain, mut common, mut start) = (Vec::new(), Vec::new(), Start::Beginning);
            for _ in 0..100 {
                let found = page(&bucket, &prefix, Some(delimiter), &start, most);
                prop_assert!(found.len() <= most);
                plain.extend(found.keys);
                common.extend(found.prefixes);
                let Some(next) = found.next else { break };
                start = read_token(&write_token(&next).unwrap()).unwrap();
                prop_assert_eq!(&start, &next);
            }
            prop_assert_eq!((plain, common), slowly(&keys, &prefix, delimiter));
        }

        #[test]
        fn a_listing_starts_after_the_key_given(
            keys in prop::collection::btree_set("[ab/]{1,4}", 0..30),
            after in "[ab/]{1,4}",
        ) {
            let found = page(&bucket(&keys), "", None, &Start::AfterKey(after.clone()), 1000);
            let expected: Vec<String> = keys.into_iter().filter(|k| *k > after).collect();
            prop_assert_eq!(found.keys, expected);
        }
    }

    #[test]
    fn no_page_is_more_than_nothing() {
        let found = page(&bucket(&["a".to_owned()].into()), "", None, &Start::Beginning, 0);
        assert_eq!((found.len(), found.next), (0, None));
    }
}
