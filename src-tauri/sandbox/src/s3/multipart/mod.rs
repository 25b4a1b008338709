//! Multipart uploads.
//!
//! Source: S3 User Guide, "Uploading and copying objects using multipart upload".

mod assemble;
mod list;
mod part;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hatrack_core::account::AccountId;
use jiff::Timestamp;
use s3s::dto::{
    AbortMultipartUploadOutput, ChecksumAlgorithm, ChecksumType, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateMultipartUploadInput, CreateMultipartUploadOutput, ETag,
};
use s3s::{S3Request, S3Response, S3Result};

use super::asking::Signed;
use super::conditions::WriteConditions;
use super::draft::{Draft, Terms, described};
use super::{checksums, encryption, place, refusals, tagging, versions};
use crate::state::State;
use crate::world::{Algorithm, ChecksumKind, Content};

/// The uploads that are neither completed nor aborted, by upload ID.
#[derive(Default)]
pub(super) struct Uploads(Mutex<BTreeMap<String, Upload>>);

struct Upload {
    /// The bucket's own name.
    bucket: String,
    key: String,
    draft: Draft,
    checksum: Option<Mode>,
    by: AccountId,
    started: Timestamp,
    parts: BTreeMap<i32, Part>,
}

/// How an upload's checksum is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mode {
    algorithm: Algorithm,
    kind: ChecksumKind,
}

struct Part {
    content: Content,
    /// In hex.
    md5: String,
    /// What clients are shown as its tag.
    etag: String,
    checksum: Option<(Algorithm, String)>,
    modified: Timestamp,
}

/// An upload as a request names it. Policies were asked about the bucket and key, so the upload must be theirs.
pub(super) struct Asked<'a> {
    pub id: &'a str,
    pub bucket: &'a str,
    pub key: &'a str,
}

/// Takes what names an upload.
macro_rules! asked {
    ($input:expr) => {
        $crate::s3::multipart::Asked {
            id: &$input.upload_id,
            bucket: &$input.bucket,
            key: &$input.key,
        }
    };
}

pub(super) use asked;

impl Asked<'_> {
    /// The upload's place in the list of those in this bucket.
    fn is(&self, state: &State, upload: &Upload) -> bool {
        let world = state.world();
        let bucket = place::bucket(&world, self.bucket);
        bucket.is_ok_and(|bucket| bucket.name == upload.bucket) && upload.key == self.key
    }

    fn find<'u>(&self, state: &State, uploads: &'u BTreeMap<String, Upload>) -> S3Result<&'u Upload> {
        let found = uploads.get(self.id).filter(|upload| self.is(state, upload));
        found.ok_or_else(refusals::no_such_upload)
    }
}

impl Mode {
    /// As the request for the upload has it. Which kinds an algorithm has is a table in "Checking object integrity".
    fn read(algorithm: Option<&ChecksumAlgorithm>, kind: Option<&ChecksumType>) -> S3Result<Option<Self>> {
        let Some(name) = algorithm else {
            return match kind {
                None => Ok(None),
                Some(_) => Err(refusals::invalid_request(
                    "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
                )),
            };
        };
        let algorithm = checksums::named(name.as_str())?;
        let whole = |algorithm| algorithm == Algorithm::Crc64Nvme;
        let hash = matches!(algorithm, Algorithm::Sha1 | Algorithm::Sha256);
        let kind = match kind.map(ChecksumType::as_str) {
            None if whole(algorithm) => ChecksumKind::FullObject,
            None => ChecksumKind::Composite,
            Some(ChecksumType::FULL_OBJECT) if !hash => ChecksumKind::FullObject,
            Some(ChecksumType::COMPOSITE) if !whole(algorithm) => ChecksumKind::Composite,
            Some(kind) => {
                return Err(refusals::invalid_request(format!(
                    "The {kind} checksum type cannot be used with the {} checksum algorithm.",
                    algorithm.name().to_lowercase()
                )));
            }
        };
        Ok(Some(Self { algorithm, kind }))
    }
}

impl Uploads {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Upload>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn create(
        &self,
        state: &State,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let signed = Signed::of(&req)?;
        let mut input = req.input;
        let described = described!(input)?;
        let mode = Mode::read(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
        let (bucket, draft) = {
            let world = state.world();
            let terms = Terms {
                bucket: &input.bucket,
                key: &input.key,
                tags: tagging::from_header(input.tagging.as_deref())?,
                storage_class: input.storage_class.as_ref(),
                encryption: encryption::wanted!(input),
                acl: input.acl.as_ref(),
            };
            let draft = Draft::new(&signed.asking(&world, state.now()), described, terms)?;
            (place::bucket(&world, &input.bucket)?.name.clone(), draft)
        };
        let id = state.keys().opaque(48);
        let mut output = CreateMultipartUploadOutput {
            bucket: Some(input.bucket),
            checksum_algorithm: mode.map(|mode| checksums::algorithm(mode.algorithm)),
            checksum_type: mode.map(|mode| checksums::kind(mode.kind)),
            key: Some(input.key.clone()),
            upload_id: Some(id.clone()),
            ..CreateMultipartUploadOutput::default()
        };
        encryption::show!(output, &draft.encryption);
        let upload = Upload {
            bucket,
            key: input.key,
            draft,
            checksum: mode,
            by: signed.account(),
            started: state.now(),
            parts: BTreeMap::new(),
        };
        self.lock().insert(id, upload);
        Ok(S3Response::new(output))
    }

    pub(super) fn complete(
        &self,
        state: &State,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let signed = Signed::of(&req)?;
        let input = req.input;
        let new_id = versions::new_id(state);
        let mut uploads = self.lock();
        let upload = asked!(input).find(state, &uploads)?;
        {
            let world = state.world();
            let asking = signed.asking(&world, state.now());
            let bucket = place::bucket(&world, &input.bucket)?;
            encryption::may_join(&asking, bucket, &upload.draft.encryption)?;
        }
        let object = assemble::assemble(upload, &input, state.now())?;
        let (bucket, key) = (input.bucket.clone(), input.key.clone());
        let mut output = CompleteMultipartUploadOutput {
            location: Some(format!("{}/{bucket}/{key}", state.endpoint)),
            e_tag: Some(ETag::Strong(object.etag.clone())),
            ..CompleteMultipartUploadOutput::default()
        };
        checksums::show_whole!(output, object.checksum.as_ref());
        encryption::show!(output, &object.encryption);
        let mut world = state.change();
        let found = place::bucket_mut(&mut world, &bucket)?;
        let conditions = WriteConditions {
            if_match: input.if_match.as_ref(),
            if_none_match: input.if_none_match.as_ref(),
        };
        conditions.check(found.objects.get(&key))?;
        output.version_id = found.put(&key, object, new_id);
        (output.bucket, output.key) = (Some(bucket), Some(key));
        uploads.remove(&input.upload_id);
        Ok(S3Response::new(output))
    }

    pub(super) fn abort(
        &self,
        state: &State,
        asked: &Asked<'_>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let mut uploads = self.lock();
        asked.find(state, &uploads)?;
        uploads.remove(asked.id);
        Ok(S3Response::new(AbortMultipartUploadOutput::default()))
    }
}
