//! A role across accounts with its four placements, and beside it a variant for each placement in which exactly
//! that one is missing.

use serde_json::{Value, json};

use super::build::{ARCHIVE, Builder, HOME_REGION, MadeUser, RoleSpec, WorldError, read_bucket, trust};
use super::story::{Placement, Story, Wrong};

/// What to place.
pub(super) struct Placed<'a> {
    /// The account of the person.
    pub from: &'a str,
    /// The account of the role and the bucket.
    pub to: &'a str,
    /// The role's name.
    pub role: &'a str,
    /// The profile of the role.
    pub profile: &'a str,
    /// The profile it starts from.
    pub source: &'a str,
    /// The bucket.
    pub bucket: &'a str,
    /// The bucket's region.
    pub region: &'a str,
    /// The condition in the trust policy.
    pub condition: Option<Value>,
    /// Further settings of each profile: external ID, MFA serial.
    pub settings: Vec<(&'static str, String)>,
    /// The role's permissions beside reading its buckets; `None` for just that.
    pub permissions: Option<Value>,
    /// The role's `MaxSessionDuration`, in seconds.
    pub max_session_seconds: i64,
}

/// What came of it.
pub(super) struct Made {
    /// The role of the right way.
    pub role_arn: String,
    /// The roles that the person's policy must allow to assume: all but the variant where just that is missing.
    pub assumable: Vec<String>,
    /// A bucket of a third account whose policy names the role.
    pub shared_bucket: String,
    /// The variants.
    pub wrong: Vec<Wrong>,
}

impl Placed<'_> {
    fn shared_bucket(&self) -> String {
        format!("{}-shared", self.bucket)
    }

    fn unshared_bucket(&self) -> String {
        format!("{}-unshared", self.bucket)
    }

    fn external_id(&self) -> Option<String> {
        self.settings
            .iter()
            .find(|(name, _)| *name == "external_id")
            .map(|(_, value)| value.clone())
    }

    fn permissions(&self) -> Vec<(&'static str, Value)> {
        let mut policies = vec![
            ("read-bucket", read_bucket(self.bucket)),
            ("read-shared-bucket", read_bucket(&self.shared_bucket())),
            ("read-unshared-bucket", read_bucket(&self.unshared_bucket())),
        ];
        if let Some(own) = &self.permissions {
            policies[0] = ("own-permissions", own.clone());
        }
        policies
    }

    fn role(
        &self,
        b: &mut Builder,
        name: &str,
        trusted: &str,
        permissions: bool,
    ) -> Result<String, WorldError> {
        b.role(RoleSpec {
            account: self.to,
            name,
            trust: trust(
                json!({ "AWS": format!("arn:aws:iam::{trusted}:root") }),
                self.condition.clone(),
            ),
            policies: if permissions {
                self.permissions()
            } else {
                Vec::new()
            },
            max_session_seconds: self.max_session_seconds,
        })
    }

    /// Makes the roles, the buckets and the profiles.
    pub(super) fn make(&self, b: &mut Builder) -> Result<Made, WorldError> {
        b.account(ARCHIVE, "Archive")?;
        let right = self.role(b, self.role, self.from, true)?;
        b.role_profile(self.profile, &right, self.source, self.settings.clone());
        b.bucket(self.bucket, self.region, self.to, None)?;
        self.third_account_buckets(b, &right)?;

        let mut assumable = vec![right.clone()];
        let mut wrong = Vec::new();
        for (placement, suffix, what, call) in [
            (
                Placement::AssumeRole,
                "NotInPolicy",
                "the person's policy does not name the role",
                "AssumeRole",
            ),
            (
                Placement::Trust,
                "NoTrust",
                "the role trusts another account",
                "AssumeRole",
            ),
            (
                Placement::Permissions,
                "NoPermissions",
                "the role may do nothing in S3",
                "ListObjectsV2",
            ),
        ] {
            let name = format!("{}{suffix}", self.role);
            let trusted = if placement == Placement::Trust {
                ARCHIVE
            } else {
                self.from
            };
            let arn = self.role(b, &name, trusted, placement != Placement::Permissions)?;
            if placement != Placement::AssumeRole {
                assumable.push(arn.clone());
            }
            wrong.push(self.variant(b, placement, what, call, &arn, self.bucket));
        }
        let what = "the bucket of another account whose policy does not name the role";
        let unshared = self.unshared_bucket();
        wrong.push(self.variant(
            b,
            Placement::BucketPolicy,
            what,
            "ListObjectsV2",
            &right,
            &unshared,
        ));
        Ok(Made {
            role_arn: right,
            assumable,
            shared_bucket: self.shared_bucket(),
            wrong,
        })
    }

    fn variant(
        &self,
        b: &mut Builder,
        placement: Placement,
        what: &str,
        call: &str,
        role_arn: &str,
        bucket: &str,
    ) -> Wrong {
        let word = match placement {
            Placement::AssumeRole => "assume-role",
            Placement::Trust => "trust",
            Placement::Permissions => "permissions",
            Placement::BucketPolicy | Placement::Other => "bucket-policy",
        };
        let profile = format!("{}-without-{word}", self.profile);
        b.role_profile(&profile, role_arn, self.source, self.settings.clone());
        Wrong {
            what: what.to_owned(),
            placement,
            profile,
            role_arn: role_arn.to_owned(),
            external_id: self.external_id(),
            duration: None,
            bucket: bucket.to_owned(),
            call: call.to_owned(),
            expected_code: "AccessDenied".to_owned(),
        }
    }

    fn third_account_buckets(&self, b: &mut Builder, role_arn: &str) -> Result<(), WorldError> {
        let shared = self.shared_bucket();
        let policy = json!({
            "Version": "2012-10-17",
            "Statement": [{
                "Sid": "ReadByRole",
                "Effect": "Allow",
                "Principal": { "AWS": role_arn },
                "Action": ["s3:ListBucket", "s3:GetObject"],
                "Resource": [format!("arn:aws:s3:::{shared}"), format!("arn:aws:s3:::{shared}/*")],
            }],
        });
        b.bucket(&shared, HOME_REGION, ARCHIVE, Some(policy))?;
        b.text(
            &shared,
            "shared/notes.txt",
            "Shared with one role by the bucket's policy.\n",
        )?;
        let unshared = self.unshared_bucket();
        b.bucket(&unshared, HOME_REGION, ARCHIVE, None)?;
        b.text(
            &unshared,
            "private/notes.txt",
            "Nobody outside this account reads this.\n",
        )
    }
}

/// A policy that lets a person assume these roles.
pub(super) fn assume(roles: &[String]) -> Value {
    super::build::allow(json!("sts:AssumeRole"), json!(roles))
}

impl Made {
    /// The story, as far as it follows from what was placed.
    pub(super) fn story(
        self,
        id: &str,
        title: &str,
        placed: &Placed<'_>,
        user: &MadeUser,
        keys: Vec<String>,
    ) -> Story {
        Story {
            id: id.to_owned(),
            title: title.to_owned(),
            profile: placed.profile.to_owned(),
            identity: placed.source.to_owned(),
            role_arn: self.role_arn,
            external_id: None,
            mfa_serial: None,
            mfa_seed: None,
            bucket: placed.bucket.to_owned(),
            shared_bucket: Some(self.shared_bucket),
            keys,
            region: placed.region.to_owned(),
            max_duration: placed.max_session_seconds,
            access_key_id: user.access_key_id.clone(),
            secret_access_key: user.secret.clone(),
            environment: None,
            also: Vec::new(),
            wrong: self.wrong,
        }
    }
}

/// What lets a user rotate its own access keys (IAM User Guide, "AWS: Allows IAM users to manage their own password,
/// access keys …"), under a condition or without.
pub(super) fn manage_own_keys(condition: Option<Value>) -> Value {
    let mut statement = json!({
        "Effect": "Allow",
        "Action": [
            "iam:CreateAccessKey",
            "iam:DeleteAccessKey",
            "iam:GetAccessKeyLastUsed",
            "iam:ListAccessKeys",
            "iam:UpdateAccessKey",
        ],
        "Resource": "arn:aws:iam::*:user/${aws:username}",
    });
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}
