//! A user's long-term access keys: the port to IAM that makes and removes them, and what is known of them.
//!
//! Source: IAM API Reference; IAM User Guide, "Manage access keys for IAM users".

mod rotation;
mod view;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::account::AccountId;
use crate::route::Identity;
use crate::secret::Credentials;
use crate::sts::{AwsFailure, Reach};
pub use rotation::{Rotation, Stage};
pub use view::{
    AccessKeyView, FileChange, FileLine, KeyKept, KeyStanding, LeftKey, RotateOutcome, RotationGivenUp,
    id_ends,
};

/// How old a key may get before it is warned of, in days. IAM User Guide, "Security best practices": keys are to be
/// rotated; Security Hub's control IAM.3 names 90 days.
pub const OLD_AFTER_DAYS: i64 = 90;

/// The most keys that AWS lets a user have (IAM User Guide, "IAM and AWS STS quotas").
pub const MOST_KEYS: usize = 2;

/// What the names of those sections of the shared files start with in which a new key waits until it takes its place.
/// They are no profiles of the person's.
pub const WAITING: &str = "hatrack-rotation-";

/// Whether AWS takes a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyStatus {
    /// It does.
    Active,
    /// It was made inactive, and can be made active again.
    Inactive,
}

/// A user's key, as ListAccessKeys tells it. Never its secret: that is told once, by CreateAccessKey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// `AKIA…`.
    pub id: String,
    /// Whether AWS takes it.
    pub status: KeyStatus,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

/// The keys of users, at IAM. Every call is about the user who signs.
#[async_trait]
pub trait AccessKeys: Send + Sync {
    /// ListAccessKeys.
    async fn list(&self, reach: &Reach, signer: &Credentials) -> Result<Vec<ListedKey>, AwsFailure>;

    /// GetAccessKeyLastUsed; `None` where the key was never used.
    async fn last_used(
        &self,
        reach: &Reach,
        signer: &Credentials,
        id: &str,
    ) -> Result<Option<Timestamp>, AwsFailure>;

    /// CreateAccessKey. Sent once: an answer that is lost may stand for a key that was made.
    async fn create(&self, reach: &Reach, signer: &Credentials) -> Result<Credentials, AwsFailure>;

    /// UpdateAccessKey.
    async fn set_status(
        &self,
        reach: &Reach,
        signer: &Credentials,
        id: &str,
        status: KeyStatus,
    ) -> Result<(), AwsFailure>;

    /// DeleteAccessKey. A key that is gone already counts as deleted.
    async fn delete(&self, reach: &Reach, signer: &Credentials, id: &str) -> Result<(), AwsFailure>;
}

/// A user's key in the vault, without its secret: what the catalog knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultKey {
    /// `AKIA…`.
    pub access_key_id: String,
    /// Its account, where AWS has told.
    pub account: Option<AccountId>,
    /// Whether it came from a file. Then it serves only the profile whose command asks for it: a profile of the same
    /// name in another file means another key.
    pub of_file: bool,
}

impl VaultKey {
    /// What a route starts from that starts from it.
    pub fn identity(&self, profile: &str) -> Identity {
        Identity::Keys {
            profile: profile.to_owned(),
            access_key_id: self.access_key_id.clone(),
            temporary: false,
            in_vault: true,
        }
    }
}
