//! Putting a world together.

use std::path::PathBuf;

use hatrack_core::account::{AccountId, NotAnAccountId};
use hatrack_core::policy::{Kind, PolicyError};
use hatrack_core::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::identities::{AnywhereStory, KindsStory, MachineStory, SignInStory};
use super::story::{Profile, ProfileKind, Story};
use crate::world::{
    AccessKey, Bucket, Document, Group, KeyMaker, MfaDevice, NamedPolicy, Object, Role, User, World,
};

/// A story is written wrongly.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A policy that cannot be read.
    #[error("the policy {name} of the sandbox's own stories: {error}")]
    Policy {
        /// Its name.
        name: String,
        /// What is wrong with it.
        error: PolicyError,
    },
    /// An account ID that is none.
    #[error(transparent)]
    Account(#[from] NotAnAccountId),
    /// A certificate cannot be made.
    #[error("a certificate of the sandbox's own stories: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A story refers to what it did not make.
    #[error("a story of the sandbox refers to {0}, which it did not make")]
    Missing(String),
}

/// A finished world.
pub struct Built {
    /// The world.
    pub world: World,
    /// Its stories that start from a user's keys.
    pub stories: Vec<Story>,
    /// The story that starts from a sign-in.
    pub sign_in: SignInStory,
    /// The story that starts from a machine.
    pub machine: MachineStory,
    /// The story of the kinds of role.
    pub kinds: KindsStory,
    /// The story of Roles Anywhere.
    pub anywhere: AnywhereStory,
    /// Further files to write, by their path below the folder.
    pub files: Vec<(String, String)>,
    /// The profiles to write.
    pub profiles: Vec<Profile>,
    /// The `[sso-session …]` sections to write.
    pub sso_sessions: Vec<SsoSession>,
    /// The key maker, to go on with.
    pub keys: KeyMaker,
}

/// Where the sandbox is.
#[derive(Debug, Clone)]
pub struct Place {
    /// `http://127.0.0.1:PORT`: its services.
    pub endpoint: String,
    /// `http://127.0.0.1:PORT`: its metadata services.
    pub metadata: String,
    /// The folder of its files.
    pub dir: PathBuf,
}

/// An `[sso-session …]`: its name and its settings.
pub type SsoSession = (String, Vec<(&'static str, String)>);

/// A world in the making.
pub(super) struct Builder {
    pub world: World,
    pub stories: Vec<Story>,
    pub profiles: Vec<Profile>,
    pub sso_sessions: Vec<SsoSession>,
    pub files: Vec<(String, String)>,
    pub keys: KeyMaker,
    pub now: Timestamp,
    pub place: Place,
}

/// The region of whoever has no reason for another.
pub(super) const HOME_REGION: &str = "us-east-1";

/// The accounts that several stories share.
pub(super) const WORKLOADS: &str = "111122223333";
pub(super) const DATA: &str = "444455556666";
pub(super) const ARCHIVE: &str = "777788889999";

/// A user that was made.
pub(super) struct MadeUser {
    pub arn: String,
    pub access_key_id: String,
    pub secret: String,
}

/// A role to make.
pub(super) struct RoleSpec<'a> {
    pub account: &'a str,
    pub name: &'a str,
    pub trust: Value,
    pub policies: Vec<(&'a str, Value)>,
    pub max_session_seconds: i64,
}

impl Builder {
    pub(super) fn new(keys: KeyMaker, now: Timestamp, place: Place) -> Self {
        Self {
            world: World::default(),
            stories: Vec::new(),
            profiles: Vec::new(),
            sso_sessions: Vec::new(),
            files: Vec::new(),
            keys,
            now,
            place,
        }
    }

    /// A path of the sandbox's services.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.place.endpoint)
    }

    pub(super) fn account(&mut self, id: &str, name: &str) -> Result<AccountId, WorldError> {
        let id: AccountId = id.parse()?;
        self.world.accounts.entry(id).or_insert_with(|| name.to_owned());
        Ok(id)
    }

    /// The AWS managed policies that session policies are likely to name, in their essence.
    pub(super) fn managed_policies(&mut self) -> Result<(), WorldError> {
        for (name, actions) in [
            ("AdministratorAccess", json!("*")),
            ("AmazonS3FullAccess", json!(["s3:*", "s3-object-lambda:*"])),
            (
                "AmazonS3ReadOnlyAccess",
                json!(["s3:Get*", "s3:List*", "s3:Describe*"]),
            ),
            (
                "ReadOnlyAccess",
                json!(["s3:Get*", "s3:List*", "iam:Get*", "iam:List*", "rds:Describe*"]),
            ),
        ] {
            let document = read(name, Kind::Session, &allow(actions, json!("*")))?;
            self.world
                .managed
                .insert(format!("arn:aws:iam::aws:policy/{name}"), document);
        }
        Ok(())
    }

    /// A user with long-term keys, and a profile of its name that holds them.
    pub(super) fn user(
        &mut self,
        account: &str,
        name: &str,
        policies: Vec<(&str, Value)>,
    ) -> Result<MadeUser, WorldError> {
        let account: AccountId = account.parse()?;
        let arn = format!("arn:aws:iam::{account}:user/{name}");
        let (id, key_id, secret) = (self.keys.id("AIDA"), self.keys.id("AKIA"), self.keys.secret());
        let user = User {
            account,
            name: name.to_owned(),
            arn: arn.clone(),
            id,
            policies: named(policies)?,
            groups: Vec::new(),
            boundary: None,
            mfa: Vec::new(),
            tags: Default::default(),
        };
        self.world.users.insert(arn.clone(), user);
        let key = AccessKey {
            secret: Secret::new(secret.clone()),
            user_arn: arn.clone(),
            created_at: None,
            active: true,
            last_used: None,
            unknown_for: 0,
        };
        self.world.access_keys.insert(key_id.clone(), key);
        Ok(MadeUser {
            arn,
            access_key_id: key_id,
            secret,
        })
    }

    /// The profile with a user's keys.
    pub(super) fn keys_profile(&mut self, name: &str, user: &MadeUser) {
        let kind = ProfileKind::Keys {
            access_key_id: user.access_key_id.clone(),
            secret_access_key: user.secret.clone(),
        };
        self.profiles.push(Profile {
            name: name.to_owned(),
            region: HOME_REGION.to_owned(),
            kind,
        });
    }

    pub(super) fn role_profile(
        &mut self,
        name: &str,
        role_arn: &str,
        source_profile: &str,
        settings: Vec<(&'static str, String)>,
    ) {
        let source = ("source_profile", source_profile.to_owned());
        let kind = ProfileKind::Role {
            role_arn: role_arn.to_owned(),
            source,
            settings,
        };
        self.profiles.push(Profile {
            name: name.to_owned(),
            region: HOME_REGION.to_owned(),
            kind,
        });
    }

    /// Sets a profile's region.
    pub(super) fn region(&mut self, profile: &str, region: &str) {
        for found in self.profiles.iter_mut().filter(|p| p.name == profile) {
            region.clone_into(&mut found.region);
        }
    }

    /// A virtual MFA device of a user.
    pub(super) fn mfa(&mut self, user: &MadeUser, name: &str) -> Result<MfaDevice, WorldError> {
        let found = self
            .world
            .users
            .get_mut(&user.arn)
            .ok_or_else(|| WorldError::Missing(user.arn.clone()))?;
        let serial = format!("arn:aws:iam::{}:mfa/{name}", found.account);
        let device = MfaDevice::new(serial, self.keys.mfa_seed());
        found.mfa.push(device.clone());
        Ok(device)
    }

    /// A group with one member.
    pub(super) fn group(
        &mut self,
        account: &str,
        name: &str,
        policies: Vec<(&str, Value)>,
        member: &MadeUser,
    ) -> Result<(), WorldError> {
        let arn = format!("arn:aws:iam::{account}:group/{name}");
        let user = self
            .world
            .users
            .get_mut(&member.arn)
            .ok_or_else(|| WorldError::Missing(member.arn.clone()))?;
        user.groups.push(arn.clone());
        self.world.groups.insert(
            arn,
            Group {
                account: account.parse()?,
                name: name.to_owned(),
                id: self.keys.id("AGPA"),
                policies: named(policies)?,
            },
        );
        Ok(())
    }

    /// Makes one managed policy of the policies that have this name in the account, attached wherever they stood.
    pub(super) fn manage(&mut self, account: &str, name: &str) -> Result<(), WorldError> {
        let account: AccountId = account.parse()?;
        let arn = format!("arn:aws:iam::{account}:policy/{name}");
        let world = &mut self.world;
        let users = world.users.values_mut().filter(|u| u.account == account);
        let groups = world.groups.values_mut().filter(|g| g.account == account);
        let roles = world.roles.values_mut().filter(|r| r.account == account);
        let all = users
            .flat_map(|u| &mut u.policies)
            .chain(groups.flat_map(|g| &mut g.policies))
            .chain(roles.flat_map(|r| &mut r.policies));
        let mut text = None;
        for policy in all.filter(|policy| policy.name == name) {
            policy.managed = Some(arn.clone());
            text = Some(policy.document.text.clone());
        }
        let text = text.ok_or_else(|| WorldError::Missing(arn.clone()))?;
        let document = Document::read(Kind::Session, &text).map_err(|error| WorldError::Policy {
            name: name.to_owned(),
            error,
        })?;
        world.managed.insert(arn, document);
        Ok(())
    }

    pub(super) fn role(&mut self, spec: RoleSpec<'_>) -> Result<String, WorldError> {
        let account: AccountId = spec.account.parse()?;
        let arn = role_arn(spec.account, spec.name);
        let role = Role {
            account,
            name: spec.name.rsplit('/').next().unwrap_or(spec.name).to_owned(),
            arn: arn.clone(),
            id: self.keys.id("AROA"),
            trust: read(spec.name, Kind::Trust, &spec.trust)?,
            policies: named(spec.policies)?,
            boundary: None,
            tags: Default::default(),
            max_session_seconds: spec.max_session_seconds,
        };
        self.world.roles.insert(arn.clone(), role);
        Ok(arn)
    }

    pub(super) fn bucket(
        &mut self,
        name: &str,
        region: &str,
        owner: &str,
        policy: Option<Value>,
    ) -> Result<(), WorldError> {
        let policy = match policy {
            Some(policy) => Some((policy.to_string(), read(name, Kind::Resource, &policy)?.policy)),
            None => None,
        };
        let bucket = Bucket {
            policy,
            ..Bucket::new(name, region, owner.parse()?, self.now)
        };
        self.world.buckets.insert(name.to_owned(), bucket);
        Ok(())
    }

    pub(super) fn put(&mut self, bucket: &str, key: &str, object: Object) -> Result<(), WorldError> {
        let found = self
            .world
            .buckets
            .get_mut(bucket)
            .ok_or_else(|| WorldError::Missing(bucket.to_owned()))?;
        found.objects.insert(key.to_owned(), object);
        Ok(())
    }
}

pub(super) fn role_arn(account: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:role/{name}")
}

fn read(name: &str, kind: Kind, policy: &Value) -> Result<Document, WorldError> {
    Document::read(kind, &policy.to_string()).map_err(|error| WorldError::Policy {
        name: name.to_owned(),
        error,
    })
}

fn named(policies: Vec<(&str, Value)>) -> Result<Vec<NamedPolicy>, WorldError> {
    policies
        .into_iter()
        .map(|(name, policy)| Ok(NamedPolicy::embedded(name, read(name, Kind::Identity, &policy)?)))
        .collect()
}

/// A policy of one Allow.
pub(super) fn allow(actions: Value, resources: Value) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": resources }],
    })
}

/// A trust policy for one principal, with conditions if given.
pub(super) fn trust(principal: Value, condition: Option<Value>) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
    if let Some(condition) = condition {
        statement["Condition"] = condition;
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

/// Reading a bucket: what S1 gives its role.
pub(super) fn read_bucket(bucket: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Effect": "Allow", "Action": "s3:ListBucket", "Resource": format!("arn:aws:s3:::{bucket}") },
            { "Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*") },
        ],
    })
}
