//! Which actions an operation needs.
//!
//! Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3"; API Reference, the
//! section on permissions of each operation.

use http::HeaderMap;

/// What of a request tells its actions.
pub(super) struct Request<'a> {
    pub operation: &'a str,
    pub headers: &'a HeaderMap,
    /// Whether it names a version.
    pub versioned: bool,
}

impl Request<'_> {
    /// The actions that must be allowed on the request's own bucket or object. An operation not listed needs the action of
    /// its own name, which nobody has by accident.
    pub(super) fn actions(&self) -> Vec<String> {
        let one = match (self.operation, self.versioned) {
            ("GetObject" | "HeadObject", false) => "GetObject",
            ("GetObject" | "HeadObject", true) => "GetObjectVersion",
            ("GetObjectAttributes", versioned) => return attributes(versioned),
            ("DeleteObject", true) => "DeleteObjectVersion",
            ("GetObjectTagging", true) => "GetObjectVersionTagging",
            ("PutObjectTagging", true) => "PutObjectVersionTagging",
            ("DeleteObjectTagging", true) => "DeleteObjectVersionTagging",
            ("ListObjects" | "ListObjectsV2" | "HeadBucket", _) => "ListBucket",
            ("ListObjectVersions", _) => "ListBucketVersions",
            ("ListBuckets", _) => "ListAllMyBuckets",
            ("PutObject" | "CopyObject" | "CreateMultipartUpload", _) => return self.writing(),
            ("UploadPart" | "UploadPartCopy" | "CompleteMultipartUpload", _) => "PutObject",
            // Each key is asked about by itself.
            ("DeleteObjects", _) => return Vec::new(),
            ("ListParts", _) => "ListMultipartUploadParts",
            ("ListMultipartUploads", _) => "ListBucketMultipartUploads",
            ("GetBucketEncryption", _) => "GetEncryptionConfiguration",
            ("PutBucketEncryption" | "DeleteBucketEncryption", _) => "PutEncryptionConfiguration",
            ("GetBucketCors", _) => "GetBucketCORS",
            ("GetBucketLifecycleConfiguration", _) => "GetLifecycleConfiguration",
            ("GetPublicAccessBlock", _) => "GetBucketPublicAccessBlock",
            (other, _) => other,
        };
        vec![format!("s3:{one}")]
    }

    fn writing(&self) -> Vec<String> {
        let mut actions = vec!["s3:PutObject".to_owned()];
        let tags = self.headers.get("x-amz-tagging");
        if tags.is_some_and(|tags| !tags.is_empty()) {
            actions.push("s3:PutObjectTagging".to_owned());
        }
        let acl = |name: &http::HeaderName| name == "x-amz-acl" || name.as_str().starts_with("x-amz-grant-");
        if self.headers.keys().any(acl) {
            actions.push("s3:PutObjectAcl".to_owned());
        }
        actions
    }
}

fn attributes(versioned: bool) -> Vec<String> {
    let names = if versioned {
        ["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"]
    } else {
        ["s3:GetObject", "s3:GetObjectAttributes"]
    };
    names.map(str::to_owned).to_vec()
}

/// Whether an operation can be asked of an access point (S3 User Guide, "Access point compatibility").
pub(super) fn works_by_access_point(operation: &str) -> bool {
    let on_objects = operation.contains("Object") && operation != "PutObjectLockConfiguration";
    let parts = [
        "UploadPart",
        "UploadPartCopy",
        "ListParts",
        "ListMultipartUploads",
    ];
    let uploads = parts.contains(&operation) || operation.ends_with("MultipartUpload");
    on_objects || uploads || matches!(operation, "HeadBucket" | "GetBucketLocation")
}
