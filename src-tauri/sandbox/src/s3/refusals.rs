//! S3's refusals in AWS's words.
//!
//! Source: S3 API Reference, "Error responses".

use http::{HeaderMap, HeaderValue, StatusCode};
use s3s::{S3Error, S3ErrorCode};

/// The header that names a bucket's region, on refusals too.
pub const BUCKET_REGION: &str = "x-amz-bucket-region";

fn error(code: S3ErrorCode, message: impl Into<String>) -> S3Error {
    S3Error::with_message(code, message.into())
}

pub fn no_such_bucket() -> S3Error {
    error(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist")
}

pub fn no_such_key() -> S3Error {
    error(S3ErrorCode::NoSuchKey, "The specified key does not exist.")
}

pub fn access_denied() -> S3Error {
    error(S3ErrorCode::AccessDenied, "Access Denied")
}

pub fn access_denied_with(message: String) -> S3Error {
    error(S3ErrorCode::AccessDenied, message)
}

pub fn invalid_key_id() -> S3Error {
    error(
        S3ErrorCode::InvalidAccessKeyId,
        "The AWS Access Key Id you provided does not exist in our records.",
    )
}

pub fn invalid_token() -> S3Error {
    error(
        S3ErrorCode::InvalidToken,
        "The provided token is malformed or otherwise invalid.",
    )
}

pub fn expired_token() -> S3Error {
    error(S3ErrorCode::ExpiredToken, "The provided token has expired.")
}

pub fn invalid_argument(message: &'static str) -> S3Error {
    error(S3ErrorCode::InvalidArgument, message)
}

pub fn precondition_failed() -> S3Error {
    error(
        S3ErrorCode::PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold",
    )
}

pub fn not_modified() -> S3Error {
    error(S3ErrorCode::NotModified, "Not Modified")
}

pub fn invalid_range() -> S3Error {
    error(
        S3ErrorCode::InvalidRange,
        "The requested range is not satisfiable",
    )
}

pub fn bad_digest(algorithm: &str) -> S3Error {
    error(
        S3ErrorCode::BadDigest,
        format!("The {algorithm} you specified did not match the calculated checksum."),
    )
}

pub fn no_such_upload() -> S3Error {
    error(
        S3ErrorCode::NoSuchUpload,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or \
         completed.",
    )
}

/// The bucket is in another region than the one signed for.
pub fn wrong_region(region: &str, signed: &str, redirect: bool) -> S3Error {
    let mut refusal = if redirect {
        error(
            S3ErrorCode::PermanentRedirect,
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all \
             future requests to this endpoint.",
        )
    } else {
        error(
            S3ErrorCode::AuthorizationHeaderMalformed,
            format!(
                "The authorization header is malformed; the region '{signed}' is wrong; expecting '{region}'"
            ),
        )
    };
    refusal.set_status_code(if redirect {
        StatusCode::MOVED_PERMANENTLY
    } else {
        StatusCode::BAD_REQUEST
    });
    with_region(refusal, region)
}

/// Adds the bucket's region to a refusal's headers.
pub fn with_region(mut refusal: S3Error, region: &str) -> S3Error {
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(region) {
        headers.insert(BUCKET_REGION, value);
    }
    headers.insert(
        http::header::CONTENT_TYPE,
        HeaderValue::from_static("application/xml"),
    );
    refusal.set_headers(headers);
    refusal
}

pub fn policy_too_large() -> S3Error {
    let mut refusal = error(
        S3ErrorCode::Custom("PolicyTooLarge".into()),
        "Policy exceeds the maximum allowed document size.",
    );
    refusal.set_status_code(StatusCode::BAD_REQUEST);
    refusal
}
