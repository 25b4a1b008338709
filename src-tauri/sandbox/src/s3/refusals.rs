//! S3's refusals in AWS's words.
//!
//! Source: S3 API Reference, "Error responses".

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use s3s::{S3Error, S3ErrorCode};
use url::form_urlencoded;

use crate::world::{Bucket, Marker, Object};

/// The header that names a bucket's region, on refusals too.
pub const BUCKET_REGION: &str = "x-amz-bucket-region";
/// What more goes into a refusal's body, as pairs of a form; see [`super::door`]. It never leaves.
pub const DETAILS: &str = "x-sandbox-details";

fn error(code: S3ErrorCode, message: impl Into<String>) -> S3Error {
    S3Error::with_message(code, message.into())
}

fn custom(code: &'static str, status: StatusCode, message: impl Into<String>) -> S3Error {
    let mut refusal = error(S3ErrorCode::Custom(code.into()), message);
    refusal.set_status_code(status);
    refusal
}

/// Adds headers to a refusal.
fn with(mut refusal: S3Error, more: &[(&'static str, &str)]) -> S3Error {
    let mut headers = refusal.headers().cloned().unwrap_or_default();
    let xml = HeaderValue::from_static("application/xml");
    headers.insert(http::header::CONTENT_TYPE, xml);
    for (name, value) in more {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    refusal.set_headers(headers);
    refusal
}

/// Adds elements to a refusal's body.
fn detailed(refusal: S3Error, details: &[(&str, &str)]) -> S3Error {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(details.iter().filter(|(_, value)| !value.is_empty()));
    with(refusal, &[(DETAILS, &form.finish())])
}

pub fn no_such_bucket(name: &str) -> S3Error {
    let refusal = error(S3ErrorCode::NoSuchBucket, "The specified bucket does not exist");
    detailed(refusal, &[("BucketName", name)])
}

pub fn no_such_key(key: &str) -> S3Error {
    let refusal = error(S3ErrorCode::NoSuchKey, "The specified key does not exist.");
    detailed(refusal, &[("Key", key)])
}

pub fn no_such_version(key: &str, version: &str) -> S3Error {
    let refusal = error(
        S3ErrorCode::NoSuchVersion,
        "The specified version does not exist.",
    );
    detailed(refusal, &[("Key", key), ("VersionId", version)])
}

/// The current version says that the object was deleted.
pub fn deleted(key: &str, marker: &Marker) -> S3Error {
    let told = [
        ("x-amz-delete-marker", "true"),
        ("x-amz-version-id", marker.version_id()),
    ];
    with(no_such_key(key), &told)
}

/// The version asked for is a delete marker.
pub fn is_marker(marker: &Marker) -> S3Error {
    let at = marker.at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let told = [
        ("x-amz-delete-marker", "true"),
        ("x-amz-version-id", marker.version_id()),
        ("allow", "DELETE"),
        ("last-modified", &at),
    ];
    with(method_not_allowed(), &told)
}

pub fn method_not_allowed() -> S3Error {
    error(
        S3ErrorCode::MethodNotAllowed,
        "The specified method is not allowed against this resource.",
    )
}

pub fn not_implemented(what: &str) -> S3Error {
    error(
        S3ErrorCode::NotImplemented,
        format!("{what} is not implemented in the sandbox."),
    )
}

pub fn no_such_access_point() -> S3Error {
    custom(
        "NoSuchAccessPoint",
        StatusCode::NOT_FOUND,
        "The specified accesspoint does not exist",
    )
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

pub fn invalid_argument(message: impl Into<String>) -> S3Error {
    error(S3ErrorCode::InvalidArgument, message)
}

pub fn invalid_request(message: impl Into<String>) -> S3Error {
    error(S3ErrorCode::InvalidRequest, message)
}

pub fn malformed_xml() -> S3Error {
    error(
        S3ErrorCode::MalformedXML,
        "The XML you provided was not well-formed or did not validate against our published schema",
    )
}

pub fn invalid_tag(message: &'static str) -> S3Error {
    error(S3ErrorCode::InvalidTag, message)
}

pub fn too_many_tags() -> S3Error {
    custom(
        "BadRequest",
        StatusCode::BAD_REQUEST,
        "Object tags cannot be greater than 10",
    )
}

pub fn acl_not_supported() -> S3Error {
    error(
        S3ErrorCode::AccessControlListNotSupported,
        "The bucket does not allow ACLs",
    )
}

pub fn precondition_failed(condition: &str) -> S3Error {
    let refusal = error(
        S3ErrorCode::PreconditionFailed,
        "At least one of the pre-conditions you specified did not hold",
    );
    detailed(refusal, &[("Condition", condition)])
}

pub fn not_modified(etag: &str) -> S3Error {
    with(
        error(S3ErrorCode::NotModified, "Not Modified"),
        &[("etag", &format!("\"{etag}\""))],
    )
}

pub fn invalid_range(length: u64) -> S3Error {
    let refusal = error(
        S3ErrorCode::InvalidRange,
        "The requested range is not satisfiable",
    );
    let refusal = detailed(refusal, &[("ActualObjectSize", &length.to_string())]);
    with(refusal, &[("content-range", &format!("bytes */{length}"))])
}

pub fn invalid_part_number() -> S3Error {
    custom(
        "InvalidPartNumber",
        StatusCode::RANGE_NOT_SATISFIABLE,
        "The requested partnumber is not satisfiable",
    )
}

pub fn bad_digest(algorithm: &str) -> S3Error {
    error(
        S3ErrorCode::BadDigest,
        format!("The {algorithm} you specified did not match the calculated checksum."),
    )
}

pub fn archived(object: &Object) -> S3Error {
    let refusal = error(
        S3ErrorCode::InvalidObjectState,
        "The operation is not valid for the object's storage class",
    );
    detailed(refusal, &[("StorageClass", &object.storage_class)])
}

/// A copy of what lies in an archive.
pub fn source_archived() -> S3Error {
    custom(
        "ObjectNotInActiveTierError",
        StatusCode::FORBIDDEN,
        "The source object of the COPY operation is not in the active tier and is only stored in Amazon S3 Glacier.",
    )
}

pub fn not_archived(object: &Object) -> S3Error {
    let refusal = error(
        S3ErrorCode::InvalidObjectState,
        "Restore is not allowed for the object's current storage class",
    );
    detailed(refusal, &[("StorageClass", &object.storage_class)])
}

pub fn restore_in_progress() -> S3Error {
    let mut refusal = error(
        S3ErrorCode::RestoreAlreadyInProgress,
        "Object restore is already in progress",
    );
    refusal.set_status_code(StatusCode::CONFLICT);
    refusal
}

pub fn no_such_kms_key(message: String) -> S3Error {
    custom("KMS.NotFoundException", StatusCode::BAD_REQUEST, message)
}

pub fn kms_key_disabled(arn: &str) -> S3Error {
    custom(
        "KMS.DisabledException",
        StatusCode::BAD_REQUEST,
        format!("{arn} is disabled."),
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
pub fn wrong_region(bucket: &Bucket, signed: &str, redirect: bool) -> S3Error {
    let region = bucket.region.as_str();
    let mut refusal = if redirect {
        let refusal = error(
            S3ErrorCode::PermanentRedirect,
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all \
             future requests to this endpoint.",
        );
        let endpoint = format!("{}.s3.{region}.amazonaws.com", bucket.name);
        detailed(refusal, &[("Bucket", &bucket.name), ("Endpoint", &endpoint)])
    } else {
        let refusal = error(
            S3ErrorCode::AuthorizationHeaderMalformed,
            format!(
                "The authorization header is malformed; the region '{signed}' is wrong; expecting '{region}'"
            ),
        );
        detailed(refusal, &[("Region", region)])
    };
    refusal.set_status_code(if redirect {
        StatusCode::MOVED_PERMANENTLY
    } else {
        StatusCode::BAD_REQUEST
    });
    with_region(refusal, region)
}

/// Adds the bucket's region to a refusal's headers.
pub fn with_region(refusal: S3Error, region: &str) -> S3Error {
    with(refusal, &[(BUCKET_REGION, region)])
}

pub fn policy_too_large() -> S3Error {
    custom(
        "PolicyTooLarge",
        StatusCode::BAD_REQUEST,
        "Policy exceeds the maximum allowed document size.",
    )
}

/// The details of a refusal, taken out of its headers.
pub fn take_details(headers: &mut HeaderMap) -> Vec<(String, String)> {
    let form = headers.remove(DETAILS).unwrap_or(HeaderValue::from_static(""));
    form_urlencoded::parse(form.as_bytes()).into_owned().collect()
}
