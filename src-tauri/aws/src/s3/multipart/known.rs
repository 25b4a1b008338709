//! Whether the object is there already, after an answer that was lost.

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::types::ChecksumMode;
use hatrack_core::bucket::transfer::Sums;
use hatrack_core::sts::AwsFailure;

use super::super::download::sums_of;
use super::super::lost::Lost;
use super::super::{Guard, S3Failure, document};
use super::{Made, Making, crc_text};

/// What is known of the object that is made.
pub enum Known {
    /// Its checksum.
    Crc(u64),
    /// Of how many parts it is, and its size.
    Parts(usize, u64),
    /// What it is copied from: its size, its checksums and its entity tag.
    Source(u64, Sums, Option<String>),
}

impl Known {
    /// Of the object that `head` tells of, in one piece.
    pub fn source(head: &HeadObjectOutput, size: u64) -> Self {
        let (sums, _) = sums_of(head);
        Self::Source(size, sums, head.e_tag().map(str::to_owned))
    }

    fn is_of(&self, head: &HeadObjectOutput) -> bool {
        let size = head.content_length().and_then(|n| n.try_into().ok());
        match self {
            Self::Crc(crc) => head.checksum_crc64_nvme() == Some(&crc_text(*crc)),
            // The entity tag of an object in parts ends in their number.
            Self::Parts(count, meant) => {
                let parts = head
                    .e_tag()
                    .and_then(|etag| etag.trim_matches('"').rsplit_once('-'));
                size == Some(*meant) && parts.is_some_and(|(_, parts)| parts == count.to_string())
            }
            // S3 gives a copy the checksum of the kind that its source has, and the same entity tag unless a KMS key
            // goes in.
            Self::Source(meant, sums, etag) => {
                let (found, _) = sums_of(head);
                let same = found.iter().any(|sum| sums.contains(sum));
                size == Some(*meant) && (same || (etag.is_some() && head.e_tag() == etag.as_deref()))
            }
        }
    }

    /// Whether it says of which bytes the object is.
    fn tells_the_bytes(&self) -> bool {
        matches!(self, Self::Crc(_))
    }
}

impl Making<'_> {
    /// An answer that was lost makes the next try fail: the upload has gone, or the object is there already. Or no try
    /// is answered to its end. It is ours if it is what is known of ours; what somebody else has put there before may
    /// have the same bytes.
    pub async fn unless_it_is_there(
        &self,
        failure: S3Failure,
        lost: &Lost,
        known: &Known,
    ) -> Result<Made, S3Failure> {
        let guarded = *self.guard != Guard::Anything;
        let taken = || S3Failure::Taken {
            what: self.call.what.clone(),
        };
        let may_be_done = match &failure {
            S3Failure::Changed { .. } if guarded && !lost.any() => return Err(taken()),
            S3Failure::Changed { .. } => true,
            S3Failure::Aws(AwsFailure::Refused(refusal)) if refusal.code == "NoSuchUpload" => {
                lost.any() || known.tells_the_bytes()
            }
            other => lost.any() && other.passes() && known.tells_the_bytes(),
        };
        if !may_be_done {
            return Err(failure);
        }
        match self.found(known).await {
            Ok(Some(made)) => Ok(made),
            _ if guarded && matches!(failure, S3Failure::Changed { .. }) => Err(taken()),
            _ => Err(failure),
        }
    }

    /// The object that is there, if it is the one that is known.
    pub async fn found(&self, known: &Known) -> Result<Option<Made>, S3Failure> {
        let head = self.looked(known).await?;
        Ok(head.map(made))
    }

    /// The same, if it is stored as this one is to be, too: it may be somebody's older one of the same bytes.
    pub async fn found_so_stored(&self, known: &Known) -> Result<Option<Made>, S3Failure> {
        let head = self.looked(known).await?;
        Ok(head.filter(|head| self.stored.is_told_by(head)).map(made))
    }

    async fn looked(&self, known: &Known) -> Result<Option<HeadObjectOutput>, S3Failure> {
        let head = self
            .s3
            .signed(|| async {
                self.client
                    .head_object()
                    .bucket(self.bucket.as_str())
                    .key(self.key)
                    .checksum_mode(ChecksumMode::Enabled)
                    .customize()
                    .config_override(document())
                    .send()
                    .await
                    .map_err(|error| self.call.failed(error))
            })
            .await?;
        Ok(known.is_of(&head).then_some(head))
    }
}

fn made(head: HeadObjectOutput) -> Made {
    Made {
        etag: head.e_tag,
        version_id: head.version_id,
    }
}
