//! Buckets and what is set on them.

use std::collections::BTreeMap;

use hatrack_core::account::AccountId;
use hatrack_core::policy::Policy;
use jiff::Timestamp;

use super::object::Encryption;
use super::objects::Objects;
use super::versions::{Version, Versioning};

/// An S3 bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// The name, unique in the world.
    pub name: String,
    /// Its region.
    pub region: String,
    /// The account that owns it.
    pub owner: AccountId,
    /// When it was made.
    pub created: Timestamp,
    /// Its bucket policy: the text as put, and as read.
    pub policy: Option<(String, Policy)>,
    /// Its current objects.
    pub objects: Objects,
    /// By key, newest first: versions that are not current, and delete markers.
    pub older: BTreeMap<String, Vec<Version>>,
    /// Whether versions are kept.
    pub versioning: Versioning,
    /// How objects are encrypted that do not say so themselves.
    pub encryption: Encryption,
    /// Who owns what others put.
    pub ownership: Ownership,
    /// Whether who asks pays, and must say so.
    pub requester_pays: bool,
    /// Which pages may use it.
    pub cors: Vec<CorsRule>,
    /// What is blocked of public access; new buckets block all.
    pub public_access: PublicAccessBlock,
}

/// Object Ownership (S3 User Guide, "Controlling ownership of objects").
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ownership {
    /// The bucket's owner; ACLs are off. New buckets are like this.
    #[default]
    BucketOwnerEnforced,
    /// The bucket's owner, where the writer gives it full control.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl Ownership {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::BucketOwnerEnforced => "BucketOwnerEnforced",
            Self::BucketOwnerPreferred => "BucketOwnerPreferred",
            Self::ObjectWriter => "ObjectWriter",
        }
    }
}

/// A rule for pages of other origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorsRule {
    /// `GET`, `PUT`.
    pub methods: Vec<String>,
    /// `https://www.example.com`, or `*`.
    pub origins: Vec<String>,
    /// Headers that a page may send.
    pub headers: Vec<String>,
    /// Headers that a page may read.
    pub exposed: Vec<String>,
    /// For how long a browser may remember, in seconds.
    pub max_age: Option<i32>,
}

/// Block Public Access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// `BlockPublicAcls`.
    pub block_acls: bool,
    /// `IgnorePublicAcls`.
    pub ignore_acls: bool,
    /// `BlockPublicPolicy`.
    pub block_policy: bool,
    /// `RestrictPublicBuckets`.
    pub restrict: bool,
}

impl Default for PublicAccessBlock {
    fn default() -> Self {
        Self {
            block_acls: true,
            ignore_acls: true,
            block_policy: true,
            restrict: true,
        }
    }
}

impl Bucket {
    /// An empty bucket as S3 makes it today.
    pub fn new(name: &str, region: &str, owner: AccountId, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            region: region.to_owned(),
            owner,
            created,
            policy: None,
            objects: Objects::default(),
            older: BTreeMap::new(),
            versioning: Versioning::default(),
            encryption: Encryption::default(),
            ownership: Ownership::default(),
            requester_pays: false,
            cors: Vec::new(),
            public_access: PublicAccessBlock::default(),
        }
    }
}
