//! Putting objects.

use s3s::dto::{ChecksumAlgorithm, ETag, PutObjectInput, PutObjectOutput};
use s3s::{S3Request, S3Response, S3Result};

use super::asking::Signed;
use super::checksums::{self, Claims, Tag, receive};
use super::conditions::WriteConditions;
use super::draft::{Draft, Terms, described};
use super::{encryption, place, refusals, tagging, versions};
use crate::state::State;

pub(super) async fn put(
    state: &State,
    req: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let signed = Signed::of(&req)?;
    let mut input = req.input;
    if input.write_offset_bytes.is_some() {
        return Err(refusals::not_implemented("Appending to an object"));
    }
    let described = described!(input)?;
    let tags = tagging::from_header(input.tagging.as_deref())?;
    let draft = {
        let world = state.world();
        let terms = Terms {
            bucket: &input.bucket,
            key: &input.key,
            tags,
            storage_class: input.storage_class.as_ref(),
            encryption: encryption::wanted!(input),
            acl: input.acl.as_ref(),
        };
        Draft::new(&signed.asking(&world, state.now()), described, terms)?
    };
    let claims = Claims {
        given: checksums::given!(input),
        algorithm: input.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str),
        md5: input.content_md5.as_deref(),
        trailers: req.trailing_headers.as_ref(),
    };
    let received = receive(input.body.take(), claims, Tag::Md5).await?;
    let checksum = received.kept();
    let mut object = draft.object(received.content, received.md5, state.now());
    let mut output = PutObjectOutput {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        ..PutObjectOutput::default()
    };
    checksums::show_whole!(output, Some(&checksum));
    encryption::show!(output, &object.encryption);
    object.checksum = Some(checksum);
    let new_id = versions::new_id(state);
    // One lock for the look and the change: of two writers with the same condition only one may win.
    let mut world = state.change();
    let bucket = place::bucket_mut(&mut world, &input.bucket)?;
    let conditions = WriteConditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
    };
    conditions.check(bucket.objects.get(&input.key))?;
    output.version_id = bucket.put(&input.key, object, new_id);
    Ok(S3Response::new(output))
}
