//! What was asked of AWS.

use std::collections::BTreeMap;

use crate::account::AccountId;
use crate::arn::RoleArn;

/// A bucket, and what was wanted of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BucketAsked {
    /// The bucket's name.
    pub name: String,
    /// The object's key; `None` for what is asked of the bucket itself.
    pub key: Option<String>,
    /// The account that owns the bucket, where it is known.
    pub owner: Option<AccountId>,
}

impl BucketAsked {
    /// The bucket of an `s3://` address, or of an S3 ARN. `None` where it is neither.
    pub fn read(text: &str) -> Option<Self> {
        let path = text.strip_prefix("s3://").or_else(|| {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            match parts[..] {
                ["arn", _, "s3", "", "", path] => Some(path),
                _ => None,
            }
        })?;
        let (name, key) = path.split_once('/').unwrap_or((path, ""));
        (!name.is_empty() && !name.contains('*')).then(|| Self {
            name: name.to_owned(),
            key: (!key.is_empty()).then(|| key.to_owned()),
            owner: None,
        })
    }
}

/// What went along with the AssumeRole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Whether all of it is known: then what is `None` here was not sent. A pasted message does not tell.
    pub known: bool,
    /// The external ID.
    pub external_id: Option<String>,
    /// Whether MFA stood behind the call.
    pub mfa: Option<bool>,
    /// The session name.
    pub session_name: Option<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// The session tags.
    pub tags: BTreeMap<String, String>,
}

/// What was asked of AWS, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// The ARN of who asked first, in account B: the user, or the session that signs the switch.
    pub caller: Option<String>,
    /// The role to be assumed; `None` where somebody goes to the bucket as they are.
    pub role: Option<RoleArn>,
    /// The bucket behind it.
    pub bucket: Option<BucketAsked>,
    /// What was wanted after the switch: `s3:GetObject`. By default reading the object, or listing the bucket.
    pub action: Option<String>,
    /// What went along with the switch.
    pub sent: Sent,
    /// Whether the switch itself is known to have succeeded, or to have been refused.
    pub switched: Option<bool>,
    /// Whether the request behind the switch is known to have succeeded, or to have been refused.
    pub served: Option<bool>,
    /// The region of the request, where it is known.
    pub region: Option<String>,
    /// Names of accounts, for people.
    pub account_names: BTreeMap<AccountId, String>,
    /// Other condition context keys of the request that are known (`aws:SourceIp`), by name.
    pub context: BTreeMap<String, Vec<String>>,
    /// Names of roles and buckets that the catalog has, for names that are almost right.
    pub known_roles: Vec<RoleArn>,
    /// The same of buckets.
    pub known_buckets: Vec<String>,
}

impl Question {
    /// What is asked of the bucket: the action and the resource's ARN.
    pub fn use_of_bucket(&self) -> Option<(String, String)> {
        let bucket = self.bucket.as_ref()?;
        let partition = self.role.as_ref().map_or("aws", |role| role.partition().as_str());
        let action = self.action.clone().unwrap_or_else(|| {
            let default = if bucket.key.is_some() {
                "s3:GetObject"
            } else {
                "s3:ListBucket"
            };
            default.to_owned()
        });
        let of_object = bucket.key.as_ref().filter(|_| is_of_objects(&action));
        let below = of_object.map(|key| format!("/{key}")).unwrap_or_default();
        let resource = if action.eq_ignore_ascii_case("s3:ListAllMyBuckets") {
            "*".to_owned()
        } else {
            format!("arn:{partition}:s3:::{}{below}", bucket.name)
        };
        Some((action, resource))
    }
}

/// Whether an S3 action is about objects rather than about the bucket.
///
/// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
pub(super) fn is_of_objects(action: &str) -> bool {
    let name = action
        .split_once(':')
        .map_or(action, |(_, name)| name)
        .to_ascii_lowercase();
    let of_bucket = name.contains("bucket") || name.starts_with("list") && !name.contains("parts");
    const OTHERS: [&str; 6] = [
        "configuration",
        "accountpublicaccess",
        "accesspoint",
        "accessgrant",
        "job",
        "storagelens",
    ];
    !of_bucket && !OTHERS.iter().any(|word| name.contains(word))
}

/// The action that S3 checks for an operation.
///
/// Source: Amazon S3 User Guide, "Required permissions for Amazon S3 API operations".
pub(super) fn action_of(operation: &str) -> Option<&'static str> {
    Some(match operation {
        "GetObject" | "HeadObject" | "SelectObjectContent" => "s3:GetObject",
        "PutObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => "s3:PutObject",
        // CopyObject reads the one and writes the other: which was refused is not said.
        "DeleteObject" | "DeleteObjects" => "s3:DeleteObject",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "s3:ListBucket",
        "ListObjectVersions" => "s3:ListBucketVersions",
        "ListBuckets" => "s3:ListAllMyBuckets",
        "ListMultipartUploads" => "s3:ListBucketMultipartUploads",
        "AbortMultipartUpload" => "s3:AbortMultipartUpload",
        "GetBucketPolicy" => "s3:GetBucketPolicy",
        "PutBucketPolicy" => "s3:PutBucketPolicy",
        "GetBucketLocation" => "s3:GetBucketLocation",
        "GetObjectTagging" => "s3:GetObjectTagging",
        "PutObjectTagging" => "s3:PutObjectTagging",
        "GetObjectAcl" => "s3:GetObjectAcl",
        "PutObjectAcl" => "s3:PutObjectAcl",
        "CreateBucket" => "s3:CreateBucket",
        "DeleteBucket" => "s3:DeleteBucket",
        "AssumeRole" => "sts:AssumeRole",
        "AssumeRoleWithWebIdentity" => "sts:AssumeRoleWithWebIdentity",
        "AssumeRoleWithSAML" => "sts:AssumeRoleWithSAML",
        _ => return None,
    })
}
