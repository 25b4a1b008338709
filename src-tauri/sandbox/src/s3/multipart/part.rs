//! Parts: sent, or copied from an object that is there.

use s3s::dto::{
    ChecksumAlgorithm, CopyPartResult, ETag, Range, UploadPartCopyInput, UploadPartCopyOutput,
    UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response, S3Result};

use super::{Asked, Part, Uploads, asked};
use crate::s3::asking::Signed;
use crate::s3::checksums::{self, Claims, Received, receive};
use crate::s3::source::{Source, SourceConditions};
use crate::s3::{encryption, list, place, refusals, versions};
use crate::state::State;
use crate::world::{Algorithm, Checksum, ChecksumKind, Encryption, md5_hex, md5_of};

/// S3 User Guide, "Multipart upload limits".
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=10_000;
/// The same page: a part is of 5 GiB at most.
const LARGEST: u64 = 5 * 1024 * 1024 * 1024;

/// What was kept of a part.
struct Kept {
    etag: String,
    checksum: Option<(Algorithm, String)>,
    encryption: Encryption,
}

impl Uploads {
    /// Refuses a part of an upload that is not there, or that is the wrong number, before its body is read.
    fn expect(&self, state: &State, signed: &Signed, asked: &Asked<'_>, number: i32) -> S3Result<()> {
        if !NUMBERS.contains(&number) {
            return Err(refusals::invalid_argument(
                "Part number must be an integer between 1 and 10000, inclusive",
            ));
        }
        let uploads = self.lock();
        let upload = asked.find(state, &uploads)?;
        let world = state.world();
        let bucket = place::bucket(&world, asked.bucket)?;
        let asking = signed.asking(&world, state.now());
        encryption::may_write(&asking, bucket, asked.key, &upload.draft.encryption)
    }

    fn keep(&self, state: &State, asked: &Asked<'_>, number: i32, received: Received) -> S3Result<Kept> {
        let now = state.now();
        let mut uploads = self.lock();
        asked.find(state, &uploads)?;
        let upload = uploads.get_mut(asked.id).ok_or_else(refusals::no_such_upload)?;
        let mode = upload.checksum;
        let checksum = match (received.checksum, mode) {
            (Some((own, value)), Some(mode)) if own == mode.algorithm => Some((own, value)),
            // A part may be sent with another checksum than the object will have where that is of the whole.
            (Some((own, _)), Some(mode)) if mode.kind == ChecksumKind::Composite => {
                return Err(refusals::invalid_request(format!(
                    "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
                    mode.algorithm.name().to_lowercase(),
                    own.name().to_lowercase()
                )));
            }
            (None, Some(mode)) if mode.kind == ChecksumKind::Composite => {
                return Err(refusals::invalid_request(format!(
                    "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: null",
                    mode.algorithm.name().to_lowercase()
                )));
            }
            (given, _) => given,
        };
        let etag = match &upload.draft.encryption {
            Encryption::S3 => received.md5.clone(),
            Encryption::Kms { key_arn, .. } => md5_hex(format!("{} {key_arn}", received.md5).as_bytes()),
        };
        let part = Part {
            content: received.content,
            md5: received.md5,
            etag: etag.clone(),
            checksum: checksum.clone(),
            modified: now,
        };
        upload.parts.insert(number, part);
        Ok(Kept {
            etag,
            checksum,
            encryption: upload.draft.encryption.clone(),
        })
    }

    pub(in crate::s3) async fn part(
        &self,
        state: &State,
        req: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let signed = Signed::of(&req)?;
        let mut input = req.input;
        self.expect(state, &signed, &asked!(input), input.part_number)?;
        let claims = Claims {
            given: checksums::given!(input),
            algorithm: input.checksum_algorithm.as_ref().map(ChecksumAlgorithm::as_str),
            md5: input.content_md5.as_deref(),
            trailers: req.trailing_headers.as_ref(),
        };
        let received = receive(input.body.take(), claims).await?;
        let kept = self.keep(state, &asked!(input), input.part_number, received)?;
        let mut output = UploadPartOutput {
            e_tag: Some(ETag::Strong(kept.etag)),
            ..UploadPartOutput::default()
        };
        if let Some((algorithm, value)) = kept.checksum {
            checksums::show!(output, algorithm, Some(value));
        }
        encryption::show!(output, &kept.encryption);
        Ok(S3Response::new(output))
    }

    pub(in crate::s3) fn part_copy(
        &self,
        state: &State,
        req: S3Request<UploadPartCopyInput>,
    ) -> S3Result<S3Response<UploadPartCopyOutput>> {
        let signed = Signed::of(&req)?;
        let input = req.input;
        self.expect(state, &signed, &asked!(input), input.part_number)?;
        let source = Source::of(&state.world(), &input.copy_source)?;
        let from = source.open(state, &signed)?;
        let conditions = SourceConditions {
            if_match: input.copy_source_if_match.as_ref(),
            if_none_match: input.copy_source_if_none_match.as_ref(),
            if_modified_since: input.copy_source_if_modified_since,
            if_unmodified_since: input.copy_source_if_unmodified_since,
        };
        conditions.check(&from)?;
        let range = copied(input.copy_source_range.as_deref(), from.content.length())?;
        let content = from.content.slice(range.start, range.end);
        let mode = {
            let uploads = self.lock();
            asked!(input).find(state, &uploads)?.checksum
        };
        let sum = mode.map(|mode| (mode.algorithm, Checksum::of(&content, mode.algorithm).value));
        let received = Received {
            md5: md5_of(&content),
            content,
            checksum: sum,
        };
        let kept = self.keep(state, &asked!(input), input.part_number, received)?;
        let mut result = CopyPartResult {
            e_tag: Some(ETag::Strong(kept.etag)),
            last_modified: list::time(state.now()),
            ..CopyPartResult::default()
        };
        if let Some((algorithm, value)) = kept.checksum {
            checksums::show!(result, algorithm, Some(value));
        }
        let version = versions::shown(place::bucket(&state.world(), &source.bucket)?, &from);
        let mut output = UploadPartCopyOutput {
            copy_part_result: Some(result),
            copy_source_version_id: version,
            ..UploadPartCopyOutput::default()
        };
        encryption::show!(output, &kept.encryption);
        Ok(S3Response::new(output))
    }
}

/// `bytes=FIRST-LAST` with both ends within the source (API Reference, "UploadPartCopy").
fn copied(range: Option<&str>, length: u64) -> S3Result<std::ops::Range<u64>> {
    let Some(text) = range else {
        if length > LARGEST {
            return Err(refusals::invalid_request(format!(
                "The specified copy source is larger than the maximum allowable size for a copy source: {LARGEST}"
            )));
        }
        return Ok(0..length);
    };
    let wrong = || {
        refusals::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the \
             zero-based offsets of the first and last bytes to copy",
        )
    };
    let Ok(Range::Int {
        first,
        last: Some(last),
    }) = Range::parse(text)
    else {
        return Err(wrong());
    };
    if last < first || last >= length {
        return Err(refusals::invalid_argument(format!(
            "Range specified is not valid for source object of size: {length}"
        )));
    }
    Ok(first..last + 1)
}
