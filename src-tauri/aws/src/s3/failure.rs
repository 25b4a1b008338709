//! What S3 refuses, and what else stops a transfer.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hatrack_core::bucket::Skipped;
use hatrack_core::sts::{AwsFailure, Refusal};
use hatrack_core::view::DenialView;

use super::NoCredentials;
use crate::answer::is_of_document;
use crate::failure::Asked;

/// Why an S3 call or transfer gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum S3Failure {
    /// S3 refused the action.
    #[error("{}{}", .0.summary, in_brackets(.0.request_id.as_deref()))]
    Denied(Box<DenialView>),
    /// The session's credentials have ended.
    #[error("the session has ended (ExpiredToken); renew it and try again{}", in_brackets(request_id.as_deref()))]
    Expired {
        /// AWS's request ID.
        request_id: Option<String>,
    },
    /// There is no such bucket or object.
    #[error("{what} does not exist{}", in_brackets(request_id.as_deref()))]
    NotFound {
        /// `s3://bucket/key`.
        what: String,
        /// AWS's request ID.
        request_id: Option<String>,
    },
    /// The object rests in an archive.
    #[error("{what} is archived ({storage_class}); restore it before reading it")]
    Archived {
        /// `s3://bucket/key`.
        what: String,
        /// S3's storage class.
        storage_class: String,
    },
    /// The call failed otherwise.
    #[error(transparent)]
    Aws(#[from] AwsFailure),
    /// There are no credentials to sign with.
    #[error(transparent)]
    NoCredentials(#[from] NoCredentials),
    /// The object was written again while it was read, twice.
    #[error("{what} keeps changing while it is read; try again when nobody writes it")]
    Changed {
        /// `s3://bucket/key`.
        what: String,
    },
    /// What was to be written only where nothing, or another version, is.
    #[error("{what} is there already, or was written or taken away meanwhile; nothing was replaced")]
    Taken {
        /// `s3://bucket/key`.
        what: String,
    },
    /// It was given up when it had just been stored.
    #[error("{what} was stored before it could be stopped; delete it if it is not wanted")]
    StoredAlready {
        /// `s3://bucket/key`.
        what: String,
    },
    /// A job of S3 Batch Operations was to be given up.
    #[error(
        "the S3 Batch Operations job {id} could not be cancelled and may go on: {why}; cancel it in the AWS console"
    )]
    JobGoesOn {
        /// The job's ID.
        id: String,
        /// Why not.
        why: Box<S3Failure>,
    },
    /// The bytes are not those that were stored.
    #[error("the bytes of {what} do not match its {algorithm} checksum; nothing was kept, try again")]
    Corrupt {
        /// `s3://bucket/key`.
        what: String,
        /// The checksum's name.
        algorithm: &'static str,
    },
    /// The file changed while it was sent.
    #[error("{} changed while it was sent ({why}); nothing was stored", path.display())]
    SourceChanged {
        /// The file.
        path: PathBuf,
        /// How.
        why: &'static str,
    },
    /// The key cannot be a file here.
    #[error(transparent)]
    Skipped(#[from] Skipped),
    /// A link or file stands where a folder is needed.
    #[error("{} is a link or no folder; nothing is written through it", path.display())]
    InTheWay {
        /// What stands there.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("{} could not be {doing}: {why}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// `written`, `read`, …
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
}

impl S3Failure {
    /// Whether a session is wanted: the one there was has ended and could not be renewed.
    pub fn wants_session(&self) -> bool {
        matches!(self, Self::Expired { .. } | Self::NoCredentials(_))
    }

    /// Whether the session may have ended without S3's saying so.
    pub(super) fn may_be_expired(&self) -> bool {
        match self {
            Self::Expired { .. } => true,
            Self::Aws(AwsFailure::Refused(refusal)) => refusal.code == WORDLESS,
            _ => false,
        }
    }

    /// Whether the same may succeed later, so that what is there of a transfer is worth keeping.
    pub fn passes(&self) -> bool {
        match self {
            Self::Aws(
                AwsFailure::Unreachable { .. }
                | AwsFailure::CaptivePortal { .. }
                | AwsFailure::ProxyPassword { .. },
            ) => true,
            Self::Aws(AwsFailure::Refused(refusal)) => {
                is_passing(refusal.status) || PASSING.contains(&refusal.code.as_str())
            }
            Self::Disk { why, .. } => matches!(
                why.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ),
            other => other.wants_session(),
        }
    }
}

/// What S3 says for the moment, whatever the status: in a 200 that turned into an error, and in a 400 or 409.
const PASSING: [&str; 6] = [
    "InternalError",
    "ServiceUnavailable",
    "SlowDown",
    "RequestTimeout",
    "OperationAborted",
    "ConditionalRequestConflict",
];

fn is_passing(status: u16) -> bool {
    status >= 500 || matches!(status, 408 | 429)
}

fn in_brackets(request_id: Option<&str>) -> String {
    request_id
        .map(|id| format!(" (request {id})"))
        .unwrap_or_default()
}

/// What was asked of S3.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The IAM action that a policy must allow: `s3:ListBucket`.
    pub action: &'static str,
    /// The ARN that it is allowed on.
    pub resource: String,
    /// For people: `s3://bucket/key`.
    pub what: String,
    /// The region asked.
    pub region: &'a str,
}

impl Call<'_> {
    /// The answer is not S3's. `why` never repeats a part of it.
    pub fn garbled(&self, why: &str) -> S3Failure {
        self.asked().garbled(why).into()
    }

    /// The connection did not hold.
    pub fn unreachable(&self, why: &str) -> S3Failure {
        self.asked().unreachable(why).into()
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            service: "S3",
            region: self.region,
        }
    }

    /// Nothing was sent: there is nobody to sign.
    pub fn unsigned<E: Error + 'static>(&self, error: &SdkError<E, HttpResponse>) -> S3Failure {
        no_credentials(error).map_or_else(|| self.garbled("the link could not be signed"), S3Failure::from)
    }

    /// The SDK's error in our words.
    pub fn failed<E>(&self, error: SdkError<E, HttpResponse>) -> S3Failure
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        if let Some(none) = no_credentials(&error) {
            return S3Failure::NoCredentials(none);
        }
        let status = error.raw_response().map_or(0, |raw| raw.status().as_u16());
        let request_id = error
            .raw_response()
            .and_then(|raw| raw.headers().get("x-amz-request-id"))
            .map(str::to_owned);
        let refusal = match self.asked().failed(&error) {
            AwsFailure::Refused(refusal) => refusal,
            garbled => match code_of(status, &error) {
                Some(code) => Refusal {
                    code,
                    message: String::new(),
                    request_id: None,
                    status,
                },
                // What there is of it, on either side, is worth going on with.
                None if broke_off(&error) => return self.unreachable("the answer broke off"),
                None => return garbled.into(),
            },
        };
        self.refused(Refusal {
            request_id: refusal.request_id.or(request_id),
            ..refusal
        })
    }

    /// A refusal in our words.
    pub fn refused(&self, refusal: Refusal) -> S3Failure {
        let what = self.what.clone();
        match refusal.code.as_str() {
            "ExpiredToken" | "TokenRefreshRequired" | "ExpiredTokenException" => S3Failure::Expired {
                request_id: refusal.request_id,
            },
            "NoSuchKey" | "NoSuchBucket" | "NotFound" => S3Failure::NotFound {
                what,
                request_id: refusal.request_id,
            },
            "PreconditionFailed" => S3Failure::Changed { what },
            "AccessDenied" | "AllAccessDisabled" | "Forbidden" => {
                S3Failure::Denied(Box::new(self.denial(refusal)))
            }
            _ => AwsFailure::Refused(refusal).into(),
        }
    }

    fn denial(&self, refusal: Refusal) -> DenialView {
        // S3 answers 403 and not 404 for a missing key where ListBucket is not allowed.
        let cure = match self.action {
            "s3:ListAllMyBuckets" => "open a bucket by its name instead",
            "s3:GetObject" => {
                "the role, the bucket policy or the object's KMS key does not allow it, or there is no such object"
            }
            "s3:DeleteObjectVersion" => {
                "the role's permissions or the bucket policy do not allow it, or a lock keeps this version"
            }
            _ => "the role's permissions or the bucket policy do not allow it",
        };
        DenialView {
            summary: format!("{} on {} was denied: {cure}", self.action, self.what),
            code: refusal.code,
            message: refusal.message,
            request_id: refusal.request_id,
            action: self.action.to_owned(),
            resource: Some(self.resource.clone()),
            longest_duration: None,
        }
    }
}

/// What an error without S3's own words can only mean. An answer to HEAD has no body, so S3 cannot say more than the
/// status, and what stands before S3 does not speak its language.
fn code_of<E>(status: u16, error: &SdkError<E, HttpResponse>) -> Option<String> {
    let SdkError::ServiceError(answer) = error else {
        return None;
    };
    let silent = answer.raw().body().bytes().is_none_or(<[u8]>::is_empty);
    Some(match status {
        400 if silent => WORDLESS.to_owned(),
        403 => "AccessDenied".to_owned(),
        404 => "NotFound".to_owned(),
        412 => "PreconditionFailed".to_owned(),
        _ if is_passing(status) => format!("HTTP {status}"),
        _ => return None,
    })
}

/// Whether the connection broke before all of an answer was there. One that came whole and cannot be read is in memory.
fn broke_off<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(error, SdkError::ResponseError(answer) if answer.raw().body().bytes().is_none())
        && !is_of_document(error)
}

/// The code of a 400 without words: to a HEAD, S3 does not say that the session has ended.
const WORDLESS: &str = "BadRequest";

/// The owner of the session gave no credentials: the SDK buries that.
fn no_credentials<E: Error + 'static>(error: &SdkError<E, HttpResponse>) -> Option<NoCredentials> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(at) = cause {
        if let Some(none) = at.downcast_ref::<NoCredentials>() {
            return Some(none.clone());
        }
        cause = at.source();
    }
    None
}
