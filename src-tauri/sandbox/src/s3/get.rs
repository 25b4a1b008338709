//! Reading objects.

use std::sync::Arc;

use bytes::Bytes;
use futures::stream;
use s3s::dto::{
    ChecksumMode, ChecksumType, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput,
    Range, StreamingBlob,
};
use s3s::{Body, S3Request, S3Response, S3Result};

use super::access::{Asking, Signed};
use super::conditions::Conditions;
use super::refusals;
use crate::state::State;
use crate::world::Object;

/// S3 User Guide, "Permissions for GetObject": who may not list the bucket does not learn that a key is missing.
fn find<T>(state: &State, req: &S3Request<T>, bucket: &str, key: &str) -> S3Result<Object> {
    let world = state.world();
    let found = world.buckets.get(bucket).ok_or_else(refusals::no_such_bucket)?;
    if let Some(object) = found.objects.get(key) {
        return Ok(object.clone());
    }
    let signed = req
        .extensions
        .get::<Arc<Signed>>()
        .ok_or_else(refusals::access_denied)?;
    let asking = Asking {
        world: &world,
        signer: &signed.signer,
        region: &signed.region,
        keys: &[],
    };
    Err(if asking.may_list(bucket, state.now()) {
        refusals::no_such_key()
    } else {
        refusals::access_denied()
    })
}

/// What of an object is asked for.
struct Part {
    start: u64,
    end: u64,
    content_range: Option<String>,
}

fn part(object: &Object, range: Option<Range>) -> S3Result<Part> {
    let length = object.content.length();
    let Some(range) = range else {
        return Ok(Part {
            start: 0,
            end: length,
            content_range: None,
        });
    };
    let range = range.check(length).map_err(|_| refusals::invalid_range())?;
    let shown = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
    Ok(Part {
        start: range.start,
        end: range.end,
        content_range: Some(shown),
    })
}

/// The checksum goes with a whole object only, and when asked for.
fn checksum(object: &Object, mode: Option<&ChecksumMode>, part: &Part) -> Option<String> {
    let asked = mode.map(ChecksumMode::as_str) == Some(ChecksumMode::ENABLED);
    object
        .crc32
        .clone()
        .filter(|_| asked && part.content_range.is_none())
}

fn body(object: &Object, part: &Part) -> StreamingBlob {
    let pieces = object
        .content
        .pieces(part.start, part.end)
        .map(Ok::<Bytes, std::io::Error>);
    let length = usize::try_from(part.end - part.start).unwrap_or(usize::MAX);
    if length == 0 {
        return StreamingBlob::from(Body::empty());
    }
    StreamingBlob::wrap(stream::iter(pieces))
}

fn metadata(object: &Object) -> Option<s3s::dto::Metadata> {
    (!object.metadata.is_empty()).then(|| object.metadata.clone().into_iter().collect())
}

fn modified(object: &Object) -> Option<s3s::dto::Timestamp> {
    Some(std::time::SystemTime::from(object.modified).into())
}

pub(super) fn get(state: &State, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
    let object = find(state, &req, &req.input.bucket, &req.input.key)?;
    let input = req.input;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&object)?;
    let part = part(&object, input.range)?;
    let crc32 = checksum(&object, input.checksum_mode.as_ref(), &part);
    let body = body(&object, &part);
    state.faults.object_was_read(state, &input.bucket, &input.key);
    Ok(S3Response::new(GetObjectOutput {
        body: Some(body),
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(part.end - part.start).ok(),
        content_range: part.content_range,
        content_type: Some(object.content_type.clone()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: modified(&object),
        metadata: metadata(&object),
        checksum_type: crc32
            .as_ref()
            .map(|_| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        checksum_crc32: crc32,
        ..GetObjectOutput::default()
    }))
}

pub(super) fn head(state: &State, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
    let object = find(state, &req, &req.input.bucket, &req.input.key)?;
    let input = req.input;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&object)?;
    let part = part(&object, input.range)?;
    let crc32 = checksum(&object, input.checksum_mode.as_ref(), &part);
    Ok(S3Response::new(HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        content_length: i64::try_from(part.end - part.start).ok(),
        content_range: part.content_range,
        content_type: Some(object.content_type.clone()),
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: modified(&object),
        metadata: metadata(&object),
        checksum_type: crc32
            .as_ref()
            .map(|_| ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        checksum_crc32: crc32,
        ..HeadObjectOutput::default()
    }))
}
