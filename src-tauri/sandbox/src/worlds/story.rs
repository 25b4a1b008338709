//! What `sandbox.json` tells about a story, and the profiles that stand in the config.

use std::fmt;

use serde::{Deserialize, Serialize};

/// One of the four places that must allow, for a role across accounts to read a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    /// The person's own policies: `sts:AssumeRole`.
    AssumeRole,
    /// The role's trust policy.
    Trust,
    /// The role's permissions.
    Permissions,
    /// The bucket policy.
    BucketPolicy,
    /// None of the four: a limit, a condition, a name.
    Other,
}

/// A story: its right way, and the ways in which it goes wrong.
#[derive(Clone, Serialize, Deserialize)]
pub struct Story {
    /// `S1`, `S13`, `X1`.
    pub id: String,
    /// In words.
    pub title: String,
    /// The profile of the right way.
    pub profile: String,
    /// The profile that holds the keys it starts from.
    pub identity: String,
    /// The role of the right way.
    pub role_arn: String,
    /// The external ID that the role wants.
    pub external_id: Option<String>,
    /// The MFA device, where the role wants a code.
    pub mfa_serial: Option<String>,
    /// The device's seed in base32.
    pub mfa_seed: Option<String>,
    /// The bucket that the role reads, in the role's account.
    pub bucket: String,
    /// A bucket of a third account whose policy names the role.
    pub shared_bucket: Option<String>,
    /// Keys in the bucket that can be read.
    pub keys: Vec<String>,
    /// The bucket's region.
    pub region: String,
    /// The role's `MaxSessionDuration`, in seconds.
    pub max_duration: i64,
    /// The access key ID of the user it starts from.
    pub access_key_id: String,
    /// The secret access key of that user.
    pub secret_access_key: String,
    /// Credentials for `credential_source = Environment`, where the story has a machine.
    pub environment: Option<Environment>,
    /// Other profiles of the story that work.
    pub also: Vec<String>,
    /// Each way in which it goes wrong.
    pub wrong: Vec<Wrong>,
}

/// Credentials as a machine has them.
#[derive(Clone, Serialize, Deserialize)]
pub struct Environment {
    /// The profile that takes them.
    pub profile: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: String,
    /// `AWS_SESSION_TOKEN`.
    pub session_token: String,
}

/// A way in which a story goes wrong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Wrong {
    /// In words.
    pub what: String,
    /// The placement that does not allow.
    pub placement: Placement,
    /// The profile to go with.
    pub profile: String,
    /// The role to assume.
    pub role_arn: String,
    /// The external ID to send, if any.
    pub external_id: Option<String>,
    /// The duration to ask for, in seconds, if not the default.
    pub duration: Option<i64>,
    /// The bucket to read.
    pub bucket: String,
    /// The call that is refused: `AssumeRole`, `ListObjectsV2`, `PutObject`, `ListBuckets`.
    pub call: String,
    /// AWS's code for the refusal.
    pub expected_code: String,
}

impl Wrong {
    /// A refusal by something else than a missing placement.
    pub(super) fn other(
        what: &str,
        profile: &str,
        role_arn: &str,
        bucket: &str,
        call: &str,
        code: &str,
    ) -> Self {
        Self {
            what: what.to_owned(),
            placement: Placement::Other,
            profile: profile.to_owned(),
            role_arn: role_arn.to_owned(),
            external_id: None,
            duration: None,
            bucket: bucket.to_owned(),
            call: call.to_owned(),
            expected_code: code.to_owned(),
        }
    }

    /// The same with another external ID.
    pub(super) fn with_external_id(self, external_id: &str) -> Self {
        Self {
            external_id: Some(external_id.to_owned()),
            ..self
        }
    }

    /// The same, asking for a duration.
    pub(super) fn with_duration(self, seconds: i64) -> Self {
        Self {
            duration: Some(seconds),
            ..self
        }
    }
}

/// A profile in the shared config.
#[derive(Clone)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
    /// What it is.
    pub kind: ProfileKind,
}

/// What a profile is.
#[derive(Clone)]
pub enum ProfileKind {
    /// A user's long-term keys; they stand in the credentials file.
    Keys {
        /// The access key ID.
        access_key_id: String,
        /// The secret access key.
        secret_access_key: String,
    },
    /// A role.
    Role {
        /// `role_arn`.
        role_arn: String,
        /// `source_profile = …` or `credential_source = …`.
        source: (&'static str, String),
        /// Further settings, as they stand in the file.
        settings: Vec<(&'static str, String)>,
    },
    /// Neither: its settings, as they stand in the file.
    Settings(Vec<(&'static str, String)>),
}

impl fmt::Debug for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Story")
            .field("id", &self.id)
            .field("profile", &self.profile)
            .field("role_arn", &self.role_arn)
            .field("bucket", &self.bucket)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("profile", &self.profile)
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}
