//! Multipart uploads.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::{Bytes, BytesMut};
use s3s::dto::{
    AbortMultipartUploadOutput, Checksum, CompleteMultipartUploadInput, CompleteMultipartUploadOutput,
    CopyPartResult, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag, ListMultipartUploadsInput,
    ListMultipartUploadsOutput, ListPartsInput, ListPartsOutput, MultipartUpload, Part, Range,
    UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::put::{part_sums, receive, source, store};
use super::refusals;
use crate::state::State;
use crate::world::{Object, md5_hex};

/// S3 User Guide, "Multipart upload limits": every part but the last has at least 5 MiB.
const LEAST_PART: usize = 5 * 1024 * 1024;
/// The same page: part numbers.
const PART_NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;

/// The uploads that are neither completed nor aborted, by upload ID.
#[derive(Default)]
pub(super) struct Uploads(Mutex<BTreeMap<String, Upload>>);

struct Upload {
    bucket: String,
    key: String,
    content_type: String,
    metadata: BTreeMap<String, String>,
    started: jiff::Timestamp,
    parts: BTreeMap<i32, (Bytes, String)>,
}

/// An upload as a request names it. Policies were asked about the bucket and key, so the upload must be theirs.
pub(super) struct Asked<'a> {
    pub id: &'a str,
    pub bucket: &'a str,
    pub key: &'a str,
}

impl Asked<'_> {
    fn is(&self, upload: &Upload) -> bool {
        upload.bucket == self.bucket && upload.key == self.key
    }

    fn find<'u>(&self, uploads: &'u BTreeMap<String, Upload>) -> S3Result<&'u Upload> {
        let found = uploads.get(self.id).filter(|upload| self.is(upload));
        found.ok_or_else(refusals::no_such_upload)
    }
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn create(
        &self,
        state: &State,
        input: CreateMultipartUploadInput,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let id = state.keys().id("").to_lowercase();
        let upload = Upload {
            bucket: input.bucket.clone(),
            key: input.key.clone(),
            content_type: input
                .content_type
                .unwrap_or_else(|| "binary/octet-stream".to_owned()),
            metadata: input.metadata.unwrap_or_default().into_iter().collect(),
            started: state.now(),
            parts: BTreeMap::new(),
        };
        self.lock().insert(id.clone(), upload);
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    fn keep(&self, asked: &Asked<'_>, number: i32, bytes: Bytes) -> S3Result<(String, String)> {
        if !PART_NUMBERS.contains(&number) {
            return Err(refusals::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
            ));
        }
        let (etag, crc32) = part_sums(&bytes);
        let mut uploads = self.lock();
        let upload = uploads
            .get_mut(asked.id)
            .filter(|upload| asked.is(upload))
            .ok_or_else(refusals::no_such_upload)?;
        upload.parts.insert(number, (bytes, etag.clone()));
        Ok((etag, crc32))
    }

    pub(super) async fn part(
        &self,
        req: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
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
        let asked = Asked {
            id: &input.upload_id,
            bucket: &input.bucket,
            key: &input.key,
        };
        let (etag, crc32) = self.keep(&asked, input.part_number, bytes)?;
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(etag)),
            checksum_crc32: Some(crc32),
            ..UploadPartOutput::default()
        }))
    }

    pub(super) fn part_copy(
        &self,
        state: &State,
        input: UploadPartCopyInput,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let object = source(state, &input.copy_source)?;
        let length = object.content.length();
        let range = match input.copy_source_range.as_deref() {
            None => 0..length,
            Some(text) => {
                let range = Range::parse(text).map_err(|_| refusals::invalid_range())?;
                range.check(length).map_err(|_| refusals::invalid_range())?
            }
        };
        let mut bytes = BytesMut::new();
        for piece in object.content.pieces(range.start, range.end) {
            bytes.extend_from_slice(&piece);
        }
        let asked = Asked {
            id: &input.upload_id,
            bucket: &input.bucket,
            key: &input.key,
        };
        let (etag, _) = self.keep(&asked, input.part_number, bytes.freeze())?;
        let result = CopyPartResult {
            e_tag: Some(ETag::Strong(etag)),
            last_modified: Some(std::time::SystemTime::from(state.now()).into()),
            ..CopyPartResult::default()
        };
        Ok(S3Response::new(UploadPartCopyOutput {
            copy_part_result: Some(result),
            ..UploadPartCopyOutput::default()
        }))
    }

    pub(super) fn complete(
        &self,
        state: &State,
        input: CompleteMultipartUploadInput,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let asked = Asked {
            id: &input.upload_id,
            bucket: &input.bucket,
            key: &input.key,
        };
        let mut uploads = self.lock();
        let upload = asked.find(&uploads)?;
        let listed = input.multipart_upload.and_then(|m| m.parts).unwrap_or_default();
        let object = assemble(upload, &listed, state.now())?;
        let etag = ETag::Strong(object.etag.clone());
        store(state, &input.bucket, input.key.clone(), object)?;
        uploads.remove(&input.upload_id);
        let (bucket, key) = (input.bucket, input.key);
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            location: Some(format!("/{bucket}/{key}")),
            bucket: Some(bucket),
            key: Some(key),
            e_tag: Some(etag),
            ..CompleteMultipartUploadOutput::default()
        }))
    }

    pub(super) fn abort(&self, asked: &Asked<'_>) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let mut uploads = self.lock();
        asked.find(&uploads)?;
        uploads.remove(asked.id);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }

    pub(super) fn list_parts(&self, input: ListPartsInput) -> S3Result<S3Response<ListPartsOutput>> {
        let uploads = self.lock();
        let upload = Asked {
            id: &input.upload_id,
            bucket: &input.bucket,
            key: &input.key,
        }
        .find(&uploads)?;
        let parts = upload.parts.iter().map(|(number, (bytes, etag))| Part {
            part_number: Some(*number),
            size: i64::try_from(bytes.len()).ok(),
            e_tag: Some(ETag::Strong(etag.clone())),
            ..Part::default()
        });
        Ok(S3Response::new(ListPartsOutput {
            bucket: Some(input.bucket),
            key: Some(input.key),
            upload_id: Some(input.upload_id),
            is_truncated: Some(false),
            parts: Some(parts.collect()),
            ..ListPartsOutput::default()
        }))
    }

    pub(super) fn list(
        &self,
        input: ListMultipartUploadsInput,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let uploads = self.lock();
        let found = uploads
            .iter()
            .filter(|(_, u)| u.bucket == input.bucket && u.key.starts_with(prefix));
        let found = found.map(|(id, upload)| MultipartUpload {
            key: Some(upload.key.clone()),
            upload_id: Some(id.clone()),
            initiated: Some(std::time::SystemTime::from(upload.started).into()),
            ..MultipartUpload::default()
        });
        Ok(S3Response::new(ListMultipartUploadsOutput {
            uploads: Some(found.collect()),
            bucket: Some(input.bucket),
            is_truncated: Some(false),
            ..ListMultipartUploadsOutput::default()
        }))
    }
}

fn assemble(upload: &Upload, listed: &[s3s::dto::CompletedPart], now: jiff::Timestamp) -> S3Result<Object> {
    let invalid = || {
        s3_error!(
            InvalidPart,
            "One or more of the specified parts could not be found.  The part may not have been uploaded, or the \
             specified entity tag may not match the part's entity tag."
        )
    };
    if !listed.is_sorted_by(|a, b| a.part_number < b.part_number) {
        return Err(s3_error!(
            InvalidPartOrder,
            "The list of parts was not in ascending order. Parts must be ordered by part number."
        ));
    }
    let (mut bytes, mut tags) = (BytesMut::new(), Vec::new());
    for (i, part) in listed.iter().enumerate() {
        let number = part.part_number.unwrap_or_default();
        let (content, etag) = upload.parts.get(&number).ok_or_else(invalid)?;
        if part.e_tag.as_ref().is_some_and(|given| given.value() != etag) {
            return Err(invalid());
        }
        if content.len() < LEAST_PART && i + 1 < listed.len() {
            return Err(s3_error!(
                EntityTooSmall,
                "Your proposed upload is smaller than the minimum allowed size"
            ));
        }
        bytes.extend_from_slice(content);
        tags.extend(hex::decode(etag).unwrap_or_default());
    }
    if listed.is_empty() {
        return Err(s3_error!(
            MalformedXML,
            "The XML you provided was not well-formed or did not validate"
        ));
    }
    let mut object = Object::stored(bytes.freeze(), &upload.content_type, now);
    object.etag = format!("{}-{}", md5_hex(&tags), listed.len());
    object.metadata = upload.metadata.clone();
    Ok(object)
}
