//! Writing, copying and deleting objects.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use s3s::checksum::ChecksumHasher;
use s3s::dto::{
    Checksum, ChecksumType, CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag, ETagCondition, Error,
    MetadataDirective, PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::path::S3Path;
use s3s::{S3Request, S3Response, S3Result, TrailingHeaders, s3_error};

use super::access::{Asking, Signed};
use super::refusals;
use crate::state::State;
use crate::world::{Object, crc32, md5_hex};

/// API Reference, "DeleteObjects": at most this many keys.
const MOST_DELETED: usize = 1000;

/// Reads a whole body and checks it against the checksums that came with it.
pub(super) async fn receive(
    body: Option<StreamingBlob>,
    given: Checksum,
    md5: Option<&str>,
    trailers: Option<&TrailingHeaders>,
) -> S3Result<Bytes> {
    let mut bytes = BytesMut::new();
    if let Some(mut body) = body {
        while let Some(piece) = body.next().await {
            let piece =
                piece.map_err(|e| s3_error!(IncompleteBody, "The request body was not complete: {e}"))?;
            bytes.extend_from_slice(&piece);
        }
    }
    let bytes = bytes.freeze();
    if md5.is_some_and(|md5| STANDARD.decode(md5).map(hex::encode).ok() != Some(md5_hex(&bytes))) {
        return Err(refusals::bad_digest("Content-MD5"));
    }
    check(&bytes, &with_trailers(given, trailers))?;
    Ok(bytes)
}

fn with_trailers(mut given: Checksum, trailers: Option<&TrailingHeaders>) -> Checksum {
    let Some(headers) = trailers.and_then(TrailingHeaders::take) else {
        return given;
    };
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(|v| v.trim().to_owned())
    };
    given.checksum_crc32 = given.checksum_crc32.or_else(|| header("x-amz-checksum-crc32"));
    given.checksum_crc32c = given.checksum_crc32c.or_else(|| header("x-amz-checksum-crc32c"));
    given.checksum_crc64nvme = given
        .checksum_crc64nvme
        .or_else(|| header("x-amz-checksum-crc64nvme"));
    given.checksum_sha1 = given.checksum_sha1.or_else(|| header("x-amz-checksum-sha1"));
    given.checksum_sha256 = given.checksum_sha256.or_else(|| header("x-amz-checksum-sha256"));
    given
}

fn check(bytes: &[u8], given: &Checksum) -> S3Result<()> {
    let mut hasher = ChecksumHasher {
        crc32: given.checksum_crc32.as_ref().map(|_| Default::default()),
        crc32c: given.checksum_crc32c.as_ref().map(|_| Default::default()),
        crc64nvme: given.checksum_crc64nvme.as_ref().map(|_| Default::default()),
        sha1: given.checksum_sha1.as_ref().map(|_| Default::default()),
        sha256: given.checksum_sha256.as_ref().map(|_| Default::default()),
    };
    hasher.update(bytes);
    let own = hasher.finalize();
    let pairs = [
        ("CRC32", &given.checksum_crc32, &own.checksum_crc32),
        ("CRC32C", &given.checksum_crc32c, &own.checksum_crc32c),
        ("CRC64NVME", &given.checksum_crc64nvme, &own.checksum_crc64nvme),
        ("SHA1", &given.checksum_sha1, &own.checksum_sha1),
        ("SHA256", &given.checksum_sha256, &own.checksum_sha256),
    ];
    match pairs
        .into_iter()
        .find(|(_, given, own)| given.is_some() && given != own)
    {
        Some((algorithm, ..)) => Err(refusals::bad_digest(algorithm)),
        None => Ok(()),
    }
}

/// Stores an object.
pub(super) fn store(state: &State, bucket: &str, key: String, object: Object) -> S3Result<()> {
    let mut world = state.change();
    let bucket = world
        .buckets
        .get_mut(bucket)
        .ok_or_else(refusals::no_such_bucket)?;
    bucket.objects.insert(key, object);
    Ok(())
}

pub(super) async fn put(
    state: &State,
    req: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let input = req.input;
    let given = Checksum {
        checksum_crc32: input.checksum_crc32,
        checksum_crc32c: input.checksum_crc32c,
        checksum_crc64nvme: input.checksum_crc64nvme,
        checksum_sha1: input.checksum_sha1,
        checksum_sha256: input.checksum_sha256,
        ..Checksum::default()
    };
    let bytes = receive(
        input.body,
        given,
        input.content_md5.as_deref(),
        req.trailing_headers.as_ref(),
    )
    .await?;
    let content_type = input.content_type.as_deref().unwrap_or("binary/octet-stream");
    let mut object = Object::stored(bytes, content_type, state.now());
    object.metadata = input.metadata.unwrap_or_default().into_iter().collect();
    let output = PutObjectOutput {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        checksum_crc32: object.crc32.clone(),
        checksum_type: Some(ChecksumType::from_static(ChecksumType::FULL_OBJECT)),
        ..PutObjectOutput::default()
    };
    // One lock for the look and the change: of two writers with the same condition only one may win.
    let mut world = state.change();
    let bucket = world
        .buckets
        .get_mut(&input.bucket)
        .ok_or_else(refusals::no_such_bucket)?;
    check_there(
        bucket.objects.get(&input.key),
        input.if_match.as_ref(),
        input.if_none_match.as_ref(),
    )?;
    bucket.objects.insert(input.key, object);
    Ok(S3Response::new(output))
}

/// The conditions of a write (API Reference, "PutObject"): `If-Match` with a tag, `If-None-Match` with `*`.
fn check_there(
    there: Option<&Object>,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> S3Result<()> {
    if if_none_match.is_some_and(ETagCondition::is_any) && there.is_some() {
        return Err(refusals::precondition_failed());
    }
    match (if_match, there) {
        (None, _) => Ok(()),
        (Some(_), None) => Err(refusals::no_such_key()),
        (Some(wanted), Some(there)) if wanted.as_etag().map(ETag::value) == Some(there.etag.as_str()) => {
            Ok(())
        }
        (Some(_), Some(_)) => Err(refusals::precondition_failed()),
    }
}

/// Where a copy comes from.
pub(super) fn source(state: &State, source: &CopySource) -> S3Result<Object> {
    let CopySource::Bucket { bucket, key, .. } = source else {
        return Err(s3_error!(
            NotImplemented,
            "Copying from an access point is not implemented"
        ));
    };
    let world = state.world();
    let bucket = world
        .buckets
        .get(&**bucket)
        .ok_or_else(refusals::no_such_bucket)?;
    bucket
        .objects
        .get(&**key)
        .cloned()
        .ok_or_else(refusals::no_such_key)
}

pub(super) fn copy(state: &State, input: CopyObjectInput) -> S3Result<S3Response<CopyObjectOutput>> {
    let mut object = source(state, &input.copy_source)?;
    let etag = |c: Option<&ETagCondition>| c.and_then(|c| c.as_etag()).map(|e| e.value().to_owned());
    if etag(input.copy_source_if_match.as_ref()).is_some_and(|wanted| wanted != object.etag) {
        return Err(refusals::precondition_failed());
    }
    if input.metadata_directive.as_ref().map(MetadataDirective::as_str) == Some(MetadataDirective::REPLACE) {
        object.metadata = input.metadata.unwrap_or_default().into_iter().collect();
        object.content_type = input.content_type.unwrap_or(object.content_type);
    }
    object.modified = state.now();
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(object.etag.clone())),
        last_modified: Some(std::time::SystemTime::from(object.modified).into()),
        ..CopyObjectResult::default()
    };
    store(state, &input.bucket, input.key, object)?;
    Ok(S3Response::new(CopyObjectOutput {
        copy_object_result: Some(result),
        ..CopyObjectOutput::default()
    }))
}

pub(super) fn delete(state: &State, bucket: &str, key: &str) -> S3Result<S3Response<DeleteObjectOutput>> {
    let mut world = state.change();
    world
        .buckets
        .get_mut(bucket)
        .ok_or_else(refusals::no_such_bucket)?
        .objects
        .remove(key);
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

pub(super) fn delete_many(
    state: &State,
    req: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let signed = req
        .extensions
        .get::<Arc<Signed>>()
        .ok_or_else(refusals::access_denied)?;
    let DeleteObjectsInput { bucket, delete, .. } = req.input;
    if delete.objects.len() > MOST_DELETED {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate"
        ));
    }
    let quiet = delete.quiet.unwrap_or(false);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for object in delete.objects {
        let path = S3Path::Object {
            bucket: bucket.as_str().into(),
            key: object.key.as_str().into(),
        };
        let asked = {
            let world = state.world();
            let asking = Asking {
                world: &world,
                signer: &signed.signer,
                region: &signed.region,
                keys: &[],
            };
            asking.must("s3:DeleteObject", &path, state.now())
        };
        match asked {
            Ok(()) => {
                let mut world = state.change();
                world
                    .buckets
                    .get_mut(&bucket)
                    .ok_or_else(refusals::no_such_bucket)?
                    .objects
                    .remove(&object.key);
                deleted.push(DeletedObject {
                    key: Some(object.key),
                    ..DeletedObject::default()
                });
            }
            Err(refusal) => errors.push(Error {
                code: Some(refusal.code().as_str().to_owned()),
                message: refusal.message().map(str::to_owned),
                key: Some(object.key),
                version_id: None,
            }),
        }
    }
    Ok(S3Response::new(DeleteObjectsOutput {
        deleted: (!quiet).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        ..DeleteObjectsOutput::default()
    }))
}

/// The tag and checksum of a part.
pub(super) fn part_sums(bytes: &[u8]) -> (String, String) {
    (md5_hex(bytes), crc32(bytes))
}
