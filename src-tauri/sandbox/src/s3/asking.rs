//! Asks the policies on behalf of whoever signed.

use std::sync::Arc;

use hatrack_core::account::AccountId;
use hatrack_core::policy::ResourceRule;
use jiff::Timestamp;
use s3s::path::S3Path;
use s3s::{S3Request, S3Result};

use super::{place, refusals};
use crate::world::{AccessPoint, Asked, Bucket, Found, Object, Signer, World, denied_because};

/// Condition keys with their values.
pub(super) type Keys = Vec<(String, Vec<String>)>;

/// Who signed the request and with which condition keys, for the operations that must ask again.
pub(super) struct Signed {
    pub signer: Signer,
    pub region: String,
    pub keys: Keys,
}

impl Signed {
    /// Who signed this request.
    pub(super) fn of<T>(req: &S3Request<T>) -> S3Result<Arc<Self>> {
        let signed = req.extensions.get::<Arc<Self>>();
        signed.cloned().ok_or_else(refusals::access_denied)
    }

    pub(super) fn account(&self) -> AccountId {
        self.signer.account
    }

    /// Asks in this world.
    pub(super) fn asking<'a>(&'a self, world: &'a World, now: Timestamp) -> Asking<'a> {
        Asking {
            world,
            signer: &self.signer,
            region: &self.region,
            keys: &self.keys,
            now,
        }
    }
}

/// Asks the policies on behalf of a signer.
pub(super) struct Asking<'a> {
    pub world: &'a World,
    pub signer: &'a Signer,
    pub region: &'a str,
    pub keys: &'a [(String, Vec<String>)],
    pub now: Timestamp,
}

/// A decision to ask for.
struct Question<'a> {
    action: &'a str,
    resource: String,
    owner: Option<AccountId>,
    policy: Option<&'a hatrack_core::policy::Policy>,
    keys: Keys,
}

impl Asking<'_> {
    /// Refuses unless the signer may do this. By an access point, its policies and the bucket's must both allow (S3
    /// User Guide, "Configuring IAM policies for using access points").
    pub(super) fn must(&self, action: &str, path: &S3Path) -> S3Result<()> {
        self.must_version(action, path, None)
    }

    /// The same for a version of an object.
    pub(super) fn must_version(&self, action: &str, path: &S3Path, version: Option<&str>) -> S3Result<()> {
        let Some(name) = path.get_bucket_name() else {
            return self.settle(Question {
                action,
                resource: "arn:aws:s3:::*".to_owned(),
                owner: None,
                policy: None,
                keys: self.keys.to_vec(),
            });
        };
        let bucket = place::bucket(self.world, name)?;
        let object = path
            .get_object_key()
            .and_then(|key| match bucket.find(key, version) {
                Found::Object(object) => Some(object),
                _ => None,
            });
        let mut keys = self.keys.to_vec();
        if let Some(version) = version {
            keys.push(("s3:VersionId".to_owned(), vec![version.to_owned()]));
        }
        if action.starts_with("s3:GetObject") || action.contains("Tagging") {
            let tags = object.into_iter().flat_map(|object| &object.tags);
            keys.extend(tags.map(|(k, v)| (format!("s3:ExistingObjectTag/{k}"), vec![v.clone()])));
        }
        let point = place::point(self.world, name);
        if let Some(point) = point {
            keys.extend(point_keys(point));
            let below = path.get_object_key().map(|key| format!("/object/{key}"));
            self.settle(Question {
                action,
                resource: point.arn() + &below.unwrap_or_default(),
                owner: Some(point.account),
                policy: point.policy.as_ref(),
                keys: keys.clone(),
            })?;
        }
        let below = path.get_object_key().map(|key| format!("/{key}"));
        let (owner, policy) = governed_by(bucket, object, action);
        self.settle(Question {
            action,
            resource: format!("arn:aws:s3:::{}{}", bucket.name, below.unwrap_or_default()),
            owner: Some(owner),
            policy,
            keys,
        })
    }

    fn settle(&self, question: Question<'_>) -> S3Result<()> {
        let Question { action, resource, .. } = &question;
        let asked = Asked {
            action,
            resource,
            owner: question.owner,
            resource_policy: question.policy,
            rule: ResourceRule::EitherSuffices,
            region: self.region,
            keys: &question.keys,
        };
        let decision = self.world.decide(self.signer, &asked, self.now);
        if decision.allowed {
            return Ok(());
        }
        Err(match question.owner {
            // Across accounts S3 says no more.
            Some(owner) if owner != self.signer.account => refusals::access_denied(),
            owner => {
                let on = owner.map(|_| format!(" on resource: \"{resource}\""));
                refusals::access_denied_with(format!(
                    "User: {} is not authorized to perform: {action}{} {}",
                    self.signer.arn,
                    on.unwrap_or_default(),
                    denied_because(&decision, action)
                ))
            }
        })
    }

    /// Whether the signer could see that a key does not exist: without ListBucket S3 answers 403 instead of 404.
    pub(super) fn may_list(&self, bucket: &str) -> bool {
        self.must("s3:ListBucket", &S3Path::bucket(bucket)).is_ok()
    }
}

/// Whose policies decide about an object. What belongs to another account than the bucket, its own account alone
/// may read: the bucket's policy does not reach it.
fn governed_by<'a>(
    bucket: &'a Bucket,
    object: Option<&Object>,
    action: &str,
) -> (AccountId, Option<&'a hatrack_core::policy::Policy>) {
    let foreign = object.and_then(|object| object.owner);
    match foreign.filter(|owner| *owner != bucket.owner && action.starts_with("s3:GetObject")) {
        Some(owner) => (owner, None),
        None => (bucket.owner, bucket.policy.as_ref().map(|(_, policy)| policy)),
    }
}

fn point_keys(point: &AccessPoint) -> Keys {
    let key = |name: &str, value: String| (name.to_owned(), vec![value]);
    vec![
        key("s3:DataAccessPointArn", point.arn()),
        key("s3:DataAccessPointAccount", point.account.to_string()),
        key("s3:AccessPointNetworkOrigin", "Internet".to_owned()),
    ]
}
