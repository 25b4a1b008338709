//! S3's refusals as failures of the command.

use hatrack_aws::s3::S3Failure;

use crate::failure::Failure;

impl From<S3Failure> for Failure {
    fn from(failure: S3Failure) -> Self {
        match failure {
            S3Failure::Denied(denial) => (*denial).into(),
            other => match other.hint() {
                Some(hint) => Self::refused(format!("{hint} ({other})")),
                None => Self::refused(other),
            },
        }
    }
}
