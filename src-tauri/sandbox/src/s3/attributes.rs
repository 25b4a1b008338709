//! GetObjectAttributes.

use s3s::dto::{
    ETag, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts, ObjectAttributes,
    ObjectPart, StorageClass,
};
use s3s::{S3Request, S3Response, S3Result};

use super::asking::Signed;
use super::door::BareTag;
use super::list::MOST;
use super::{checksums, encryption, list, place, versions};
use crate::state::State;
use crate::world::Object;

pub(super) fn get(
    state: &State,
    req: S3Request<GetObjectAttributesInput>,
) -> S3Result<S3Response<GetObjectAttributesOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let world = state.world();
    let asking = signed.asking(&world, state.now());
    let object = versions::object(&asking, &input.bucket, &input.key, input.version_id.as_deref())?;
    let bucket = place::bucket(&world, &input.bucket)?;
    encryption::may_read(&asking, bucket, &object)?;
    // They come in one header or in several.
    let listed = |a: &ObjectAttributes, name: &str| a.as_str().split(',').any(|one| one.trim() == name);
    let asked = |name: &str| input.object_attributes.iter().any(|a| listed(a, name));
    let mut output = GetObjectAttributesOutput {
        last_modified: list::time(object.modified),
        version_id: versions::shown(bucket, &object),
        ..GetObjectAttributesOutput::default()
    };
    if asked(ObjectAttributes::ETAG) {
        output.e_tag = Some(ETag::Strong(object.etag.clone()));
    }
    if asked(ObjectAttributes::CHECKSUM)
        && let Some(own) = &object.checksum
    {
        let mut shown = s3s::dto::Checksum::default();
        checksums::show_whole!(shown, Some(own));
        output.checksum = Some(shown);
    }
    if asked(ObjectAttributes::OBJECT_SIZE) {
        output.object_size = i64::try_from(object.content.length()).ok();
    }
    if asked(ObjectAttributes::STORAGE_CLASS) {
        output.storage_class = Some(StorageClass::from(object.storage_class.clone()));
    }
    if asked(ObjectAttributes::OBJECT_PARTS) && !object.parts.is_empty() {
        let (after, most) = (
            input.part_number_marker.unwrap_or(0),
            input.max_parts.unwrap_or(MOST),
        );
        output.object_parts = Some(parts(&object, after, most.min(MOST)));
    }
    // Unlike all the others this answer has the tag without quotes.
    let mut response = S3Response::new(output);
    response.extensions.insert(BareTag);
    Ok(response)
}

/// The parts one by one are told only where they have checksums of their own.
fn parts(object: &Object, after: i32, most: i32) -> GetObjectAttributesParts {
    let mut numbered = (1i32..)
        .zip(object.parts.iter())
        .filter(|(n, _)| *n > after)
        .peekable();
    let mut shown = Vec::new();
    while shown.len() < usize::try_from(most).unwrap_or(0)
        && let Some((number, own)) = numbered.next()
    {
        let mut part = ObjectPart {
            part_number: Some(number),
            size: i64::try_from(own.length).ok(),
            ..ObjectPart::default()
        };
        if let Some(whole) = &object.checksum {
            checksums::show!(part, whole.algorithm, own.checksum.clone());
        }
        shown.push(part);
    }
    let last = shown.last().and_then(|part| part.part_number);
    let own = object.parts.iter().any(|part| part.checksum.is_some());
    GetObjectAttributesParts {
        is_truncated: Some(numbered.peek().is_some()),
        max_parts: Some(most),
        next_part_number_marker: Some(last.unwrap_or(after)),
        part_number_marker: Some(after),
        parts: own.then_some(shown),
        total_parts_count: i32::try_from(object.parts.len()).ok(),
    }
}
