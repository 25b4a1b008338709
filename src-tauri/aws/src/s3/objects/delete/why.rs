//! Why a version stays: S3's refusal does not say.

use hatrack_core::bucket::{BucketName, S3Location};

use super::super::super::{S3, S3Failure};
use super::super::deletion::{Deletion, NotDeleted};

/// So many are asked about, one by one.
const MOST_ASKED: usize = 20;

impl S3 {
    /// Adds to the refusals of versions what can be learned of the reason.
    pub(super) async fn explain(&self, bucket: &BucketName, done: &mut Deletion) {
        let of_version =
            |one: &&mut NotDeleted| one.which.version_id.is_some() && matches!(one.why, S3Failure::Denied(_));
        let mut refused = done.failed.iter_mut().filter(of_version).peekable();
        if refused.peek().is_none() {
            return;
        }
        if matches!(self.deletion(bucket).await, Ok(view) if view.mfa_delete) {
            let reason =
                "the bucket wants an MFA code for it (MFA delete), which only its owner's root user can give";
            refused.for_each(|one| tell(bucket, one, reason));
            return;
        }
        for one in refused.take(MOST_ASKED) {
            let place = S3Location {
                bucket: bucket.clone(),
                key: one.which.key.clone(),
            };
            if let Some(lock) = self.locked(&place, one.which.version_id.as_deref()).await {
                tell(bucket, one, &format!("it is locked: {lock}"));
            }
        }
    }
}

fn tell(bucket: &BucketName, one: &mut NotDeleted, reason: &str) {
    if let S3Failure::Denied(denial) = &mut one.why {
        denial.summary = format!(
            "{} on s3://{bucket}/{} was denied: {reason}",
            denial.action, one.which.key
        );
    }
}
