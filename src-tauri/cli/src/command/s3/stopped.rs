//! Why a command on objects did not come about, for people and for the history.

use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_core::history::outcome;

use crate::failure::Failure;

/// Why a copy did not come about.
#[derive(Debug)]
pub enum Stopped {
    /// By S3, or on the way to it.
    S3(S3Failure),
    /// On this side.
    Here(Failure),
}

impl From<S3Failure> for Stopped {
    fn from(failure: S3Failure) -> Self {
        Self::S3(failure)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Here(failure)
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::S3(failure) => failure.into(),
            Stopped::Here(failure) => failure,
        }
    }
}

impl Stopped {
    /// Puts it into the history's line.
    pub fn tell(&self, row: &mut RecordRequest) {
        row.outcome = outcome::FAILED.to_owned();
        match self {
            Self::S3(S3Failure::Denied(denial)) => {
                row.outcome = outcome::DENIED.to_owned();
                row.error = Some(format!("{}: {}", denial.code, denial.message));
                row.request_id = denial.request_id.clone();
            }
            Self::S3(other) => row.error = Some(other.to_string()),
            Self::Here(failure) => row.error = Some(failure.to_string()),
        }
    }
}
