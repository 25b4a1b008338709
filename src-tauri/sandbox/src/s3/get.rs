//! Reading objects.

use bytes::Bytes;
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use s3s::dto::{
    ChecksumMode, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    StorageClass, StreamingBlob,
};
use s3s::path::S3Path;
use s3s::{Body, S3Request, S3Response, S3Result};

use super::asking::{Asking, Signed};
use super::conditions::Conditions;
use super::door::Status;
use super::{checksums, encryption, list, place, refusals, restore, versions};
use crate::state::State;
use crate::world::{Checksum, Object, STANDARD};

/// What of an object is asked for.
struct Part {
    start: u64,
    end: u64,
    content_range: Option<String>,
    /// The checksum of just this, where S3 has one.
    checksum: Option<Checksum>,
    /// How many parts the object has, where one of several was asked for.
    parts: Option<i32>,
}

impl Part {
    fn of(object: &Object, range: Option<Range>, number: Option<i32>) -> S3Result<Self> {
        match (range, number) {
            (Some(_), Some(_)) => Err(refusals::invalid_request(
                "Cannot specify both Range header and partNumber query parameter",
            )),
            (None, None) => Ok(Self {
                start: 0,
                end: object.content.length(),
                content_range: None,
                checksum: object.checksum.clone(),
                parts: None,
            }),
            (Some(range), None) => {
                let length = object.content.length();
                let range = range.check(length).map_err(|_| refusals::invalid_range(length))?;
                Ok(Self {
                    content_range: Some(content_range(range.start, range.end, length)),
                    start: range.start,
                    end: range.end,
                    checksum: None,
                    parts: None,
                })
            }
            (None, Some(number)) => Self::numbered(object, number),
        }
    }

    /// A part as it was uploaded; an object put at once is its own only part.
    fn numbered(object: &Object, number: i32) -> S3Result<Self> {
        let length = object.content.length();
        let index = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
        let index = index.ok_or_else(|| {
            refusals::invalid_argument("Part number must be an integer between 1 and 10000, inclusive")
        })?;
        if object.parts.is_empty() {
            let whole = Self {
                start: 0,
                end: length,
                content_range: (length > 0).then(|| content_range(0, length, length)),
                checksum: object.checksum.clone(),
                parts: None,
            };
            return (index == 0)
                .then_some(whole)
                .ok_or_else(refusals::invalid_part_number);
        }
        let part = object
            .parts
            .get(index)
            .ok_or_else(refusals::invalid_part_number)?;
        let start: u64 = object.parts[..index].iter().map(|part| part.length).sum();
        let end = start + part.length;
        let sum = object.checksum.as_ref().zip(part.checksum.as_ref());
        Ok(Self {
            start,
            end,
            content_range: Some(content_range(start, end, length)),
            checksum: sum.map(|(whole, own)| Checksum {
                value: own.clone(),
                ..whole.clone()
            }),
            parts: i32::try_from(object.parts.len()).ok(),
        })
    }

    fn length(&self) -> u64 {
        self.end - self.start
    }
}

fn content_range(start: u64, end: u64, length: u64) -> String {
    format!("bytes {start}-{}/{length}", end.saturating_sub(1))
}

fn body(object: &Object, part: &Part) -> StreamingBlob {
    if part.length() == 0 {
        return StreamingBlob::from(Body::empty());
    }
    let pieces = object.content.pieces(part.start, part.end);
    StreamingBlob::wrap(stream::iter(pieces.map(Ok::<Bytes, std::io::Error>)))
}

fn wants_checksum(mode: Option<&ChecksumMode>) -> bool {
    mode.map(ChecksumMode::as_str) == Some(ChecksumMode::ENABLED)
}

/// Sets what GetObject and HeadObject both tell of an object.
macro_rules! describe {
    ($output:expr, $state:expr, $object:expr, $part:expr, $checksum:expr) => {{
        let (object, part): (&Object, &Part) = ($object, $part);
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = i64::try_from(part.length()).ok();
        $output.content_range = part.content_range.clone();
        $output.content_type = Some(object.content_type.clone());
        $output.cache_control = object.headers.cache_control.clone();
        $output.content_disposition = object.headers.content_disposition.clone();
        $output.content_encoding = object.headers.content_encoding.clone();
        $output.content_language = object.headers.content_language.clone();
        $output.website_redirect_location = object.headers.website_redirect.clone();
        $output.e_tag = Some(ETag::Strong(object.etag.clone()));
        $output.last_modified = list::time(object.modified);
        $output.metadata =
            (!object.metadata.is_empty()).then(|| object.metadata.clone().into_iter().collect());
        $output.parts_count = part.parts;
        $output.restore = object
            .restore
            .as_ref()
            .map(|copy| restore::header(copy, $state.now()));
        $output.storage_class =
            (object.storage_class != STANDARD).then(|| StorageClass::from(object.storage_class.clone()));
        encryption::show!($output, &object.encryption);
        if $checksum {
            checksums::show_whole!($output, part.checksum.as_ref());
        }
    }};
}

pub(super) fn get(state: &State, req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let (object, mut output) = {
        let world = state.world();
        let asking = signed.asking(&world, state.now());
        let object = versions::object(&asking, &input.bucket, &input.key, input.version_id.as_deref())?;
        let conditions = Conditions {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
            if_modified_since: input.if_modified_since,
            if_unmodified_since: input.if_unmodified_since,
        };
        conditions.check(&object)?;
        if !object.is_readable(state.now()) {
            return Err(refusals::archived(&object));
        }
        let bucket = place::bucket(&world, &input.bucket)?;
        encryption::may_read(&asking, bucket, &object)?;
        let output = GetObjectOutput {
            version_id: versions::shown(bucket, &object),
            tag_count: tag_count(&asking, &input.bucket, &input.key, &object),
            ..GetObjectOutput::default()
        };
        (object, output)
    };
    let part = Part::of(&object, input.range, input.part_number)?;
    output.body = Some(body(&object, &part));
    describe!(
        output,
        state,
        &object,
        &part,
        wants_checksum(input.checksum_mode.as_ref())
    );
    output.cache_control = input.response_cache_control.or(output.cache_control);
    output.content_disposition = input.response_content_disposition.or(output.content_disposition);
    output.content_encoding = input.response_content_encoding.or(output.content_encoding);
    output.content_language = input.response_content_language.or(output.content_language);
    output.content_type = input.response_content_type.or(output.content_type);
    state.faults.object_was_read(state, &input.bucket, &input.key);
    Ok(S3Response::new(output))
}

/// Tags are counted for who may read them.
fn tag_count(asking: &Asking<'_>, bucket: &str, key: &str, object: &Object) -> Option<i32> {
    if object.tags.is_empty() {
        return None;
    }
    let path = S3Path::object(bucket, key);
    asking.must("s3:GetObjectTagging", &path).ok()?;
    i32::try_from(object.tags.len()).ok()
}

pub(super) fn head(state: &State, req: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let world = state.world();
    let asking = signed.asking(&world, state.now());
    let object = versions::object(&asking, &input.bucket, &input.key, input.version_id.as_deref())?;
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
        if_modified_since: input.if_modified_since,
        if_unmodified_since: input.if_unmodified_since,
    };
    conditions.check(&object)?;
    let bucket = place::bucket(&world, &input.bucket)?;
    let checksum = wants_checksum(input.checksum_mode.as_ref());
    if checksum {
        encryption::may_read(&asking, bucket, &object)?;
    }
    let part = Part::of(&object, input.range, input.part_number)?;
    let mut output = HeadObjectOutput {
        version_id: versions::shown(bucket, &object),
        ..HeadObjectOutput::default()
    };
    describe!(output, state, &object, &part, checksum);
    let partial = output.content_range.is_some();
    let count = tag_count(&asking, &input.bucket, &input.key, &object);
    let mut headers = HeaderMap::new();
    if let Some(count) = count {
        headers.insert(
            HeaderName::from_static("x-amz-tagging-count"),
            HeaderValue::from(count),
        );
    }
    let mut response = S3Response::with_headers(output, headers);
    if partial {
        response.extensions.insert(Status(StatusCode::PARTIAL_CONTENT));
    }
    Ok(response)
}
