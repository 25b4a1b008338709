//! Tags of objects.
//!
//! Source: S3 User Guide, "Categorizing your storage using tags".

use std::collections::BTreeMap;

use s3s::dto::{
    DeleteObjectTaggingInput, DeleteObjectTaggingOutput, GetObjectTaggingInput, GetObjectTaggingOutput,
    PutObjectTaggingInput, PutObjectTaggingOutput, Tag,
};
use s3s::{S3Request, S3Response, S3Result};
use url::form_urlencoded;

use super::asking::Signed;
use super::{place, refusals, versions};
use crate::state::State;

const MOST_TAGS: usize = 10;
const LONGEST_KEY: usize = 128;
const LONGEST_VALUE: usize = 256;

pub(super) type Tags = BTreeMap<String, String>;

/// The tags in a header: the form of a query.
pub(super) fn from_header(header: Option<&str>) -> S3Result<Tags> {
    let pairs = form_urlencoded::parse(header.unwrap_or_default().as_bytes());
    collect(pairs.into_owned())
}

fn collect(pairs: impl Iterator<Item = (String, String)>) -> S3Result<Tags> {
    let mut tags = Tags::new();
    for (key, value) in pairs {
        if key.is_empty() || key.chars().count() > LONGEST_KEY {
            return Err(refusals::invalid_tag("The TagKey you have provided is invalid"));
        }
        if value.chars().count() > LONGEST_VALUE {
            return Err(refusals::invalid_tag("The TagValue you have provided is invalid"));
        }
        if tags.insert(key, value).is_some() {
            return Err(refusals::invalid_tag(
                "Cannot provide multiple Tags with the same key",
            ));
        }
    }
    if tags.len() > MOST_TAGS {
        return Err(refusals::too_many_tags());
    }
    Ok(tags)
}

pub(super) fn get(
    state: &State,
    req: S3Request<GetObjectTaggingInput>,
) -> S3Result<S3Response<GetObjectTaggingOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let world = state.world();
    let asking = signed.asking(&world, state.now());
    let object = versions::object(&asking, &input.bucket, &input.key, input.version_id.as_deref())?;
    let tag = |(key, value)| Tag {
        key: Some(key),
        value: Some(value),
    };
    Ok(S3Response::new(GetObjectTaggingOutput {
        version_id: versions::shown(place::bucket(&world, &input.bucket)?, &object),
        tag_set: object.tags.into_iter().map(tag).collect(),
    }))
}

pub(super) fn put(
    state: &State,
    req: S3Request<PutObjectTaggingInput>,
) -> S3Result<S3Response<PutObjectTaggingOutput>> {
    let tags = req.input.tagging.tag_set.iter();
    let pairs = tags.map(|tag| {
        (
            tag.key.clone().unwrap_or_default(),
            tag.value.clone().unwrap_or_default(),
        )
    });
    let tags = collect(pairs)?;
    let signed = Signed::of(&req)?;
    let input = req.input;
    let version_id = set(
        state,
        &signed,
        (&input.bucket, &input.key),
        input.version_id.as_deref(),
        tags,
    )?;
    Ok(S3Response::new(PutObjectTaggingOutput { version_id }))
}

pub(super) fn delete(
    state: &State,
    req: S3Request<DeleteObjectTaggingInput>,
) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let at = (input.bucket.as_str(), input.key.as_str());
    let version_id = set(state, &signed, at, input.version_id.as_deref(), Tags::new())?;
    Ok(S3Response::new(DeleteObjectTaggingOutput { version_id }))
}

fn set(
    state: &State,
    signed: &Signed,
    (name, key): (&str, &str),
    version: Option<&str>,
    tags: Tags,
) -> S3Result<Option<String>> {
    let mut world = state.change();
    let asking = signed.asking(&world, state.now());
    let object = versions::object(&asking, name, key, version)?;
    let bucket = place::bucket_mut(&mut world, name)?;
    let found = bucket.find_mut(key, version);
    found.ok_or_else(|| refusals::no_such_key(key))?.tags = tags;
    Ok(versions::shown(bucket, &object))
}
