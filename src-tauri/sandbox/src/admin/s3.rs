//! What tests set in S3, past all policies.

use hatrack_core::policy::{Kind, Policy};

use super::Admin;
use crate::world::{
    AccessPoint, Bucket, CorsRule, Document, Encryption, KmsKey, NamedPolicy, Object, Ownership, Version,
    Versioning, md5_hex,
};

impl Admin {
    /// Changes a bucket. Whether there is one.
    fn with_bucket(&self, name: &str, change: impl FnOnce(&mut Bucket)) -> bool {
        self.0.change().buckets.get_mut(name).map(change).is_some()
    }

    /// Makes an empty bucket in an account. Whether the account's ID is one and the name was free.
    pub fn put_bucket(&self, name: &str, region: &str, owner: &str) -> bool {
        let now = self.0.now();
        let mut world = self.0.change();
        let Ok(owner) = owner.parse() else {
            return false;
        };
        if world.buckets.contains_key(name) {
            return false;
        }
        let bucket = Bucket::new(name, region, owner, now);
        world.buckets.insert(name.to_owned(), bucket);
        true
    }

    /// Gives a role an identity policy more. Whether there is such a role and the text is a policy.
    pub fn add_role_policy(&self, role_arn: &str, name: &str, text: &str) -> bool {
        let Ok(document) = Document::read(Kind::Identity, text) else {
            return false;
        };
        let mut world = self.0.change();
        let role = world.roles.get_mut(role_arn);
        role.map(|role| role.policies.push(NamedPolicy::embedded(name, document)))
            .is_some()
    }

    /// Sets a bucket's policy, or takes it away. Whether there is such a bucket and the text is a policy.
    pub fn set_bucket_policy(&self, bucket: &str, text: Option<&str>) -> bool {
        let policy = match text.map(|text| Policy::parse(Kind::Resource, text)) {
            Some(Err(_)) => return false,
            Some(Ok(policy)) => Some((text.unwrap_or_default().to_owned(), policy)),
            None => None,
        };
        self.with_bucket(bucket, |bucket| bucket.policy = policy)
    }

    /// Sets whether a bucket keeps versions. Whether there is such a bucket.
    pub fn set_versioning(&self, bucket: &str, versioning: Versioning) -> bool {
        self.with_bucket(bucket, |bucket| bucket.versioning = versioning)
    }

    /// The versions of a key, newest first: the ID of each, and its length, or `None` for a delete marker.
    pub fn versions(&self, bucket: &str, key: &str) -> Vec<(String, Option<u64>)> {
        let world = self.0.world();
        let versions = world.buckets.get(bucket).map(|bucket| bucket.versions(key));
        let told = |version: Version| match &version {
            Version::Object(object) => (version.id().to_owned(), Some(object.content.length())),
            Version::Marker(_) => (version.id().to_owned(), None),
        };
        versions.unwrap_or_default().into_iter().map(told).collect()
    }

    /// Sets whether who asks pays. Whether there is such a bucket.
    pub fn set_requester_pays(&self, bucket: &str, pays: bool) -> bool {
        self.with_bucket(bucket, |bucket| bucket.requester_pays = pays)
    }

    /// Sets who owns what others put into a bucket. Whether there is such a bucket.
    pub fn set_ownership(&self, bucket: &str, ownership: Ownership) -> bool {
        self.with_bucket(bucket, |bucket| bucket.ownership = ownership)
    }

    /// Sets which pages may use a bucket. Whether there is such a bucket.
    pub fn set_cors(&self, bucket: &str, rules: Vec<CorsRule>) -> bool {
        self.with_bucket(bucket, |bucket| bucket.cors = rules)
    }

    /// Makes a KMS key, or changes the policy of one, by its ARN. Whether the ARN is one and the text is a policy.
    pub fn put_kms_key(&self, arn: &str, policy: &str) -> bool {
        let account = arn.split(':').nth(4).and_then(|account| account.parse().ok());
        let (Some(account), Ok(policy)) = (account, Policy::parse(Kind::Resource, policy)) else {
            return false;
        };
        let key = KmsKey {
            account,
            policy,
            enabled: true,
        };
        self.0.change().kms_keys.insert(arn.to_owned(), key);
        true
    }

    /// Sets whether a KMS key can be used. Whether there is one of this ARN.
    pub fn set_kms_key_enabled(&self, arn: &str, enabled: bool) -> bool {
        let mut world = self.0.change();
        world
            .kms_keys
            .get_mut(arn)
            .map(|key| key.enabled = enabled)
            .is_some()
    }

    /// Sets the KMS key that a bucket encrypts with by default; `None` for keys of S3. Whether there is such a bucket.
    pub fn set_bucket_key(&self, bucket: &str, key_arn: Option<&str>) -> bool {
        let with = key_arn.map_or(Encryption::S3, |arn| Encryption::Kms {
            key_arn: arn.to_owned(),
            bucket_key: false,
        });
        self.with_bucket(bucket, |bucket| bucket.encryption = with)
    }

    /// Makes an access point for a bucket, in an account, with a policy or none. Gives its ARN and its alias; `None`
    /// where there is no such bucket or account, or the text is no policy.
    pub fn put_access_point(
        &self,
        bucket: &str,
        name: &str,
        account: &str,
        policy: Option<&str>,
    ) -> Option<(String, String)> {
        let policy = match policy.map(|text| Policy::parse(Kind::Resource, text)) {
            Some(parsed) => Some(parsed.ok()?),
            None => None,
        };
        let mut world = self.0.change();
        let found = world.buckets.get(bucket)?;
        let id = md5_hex(format!("{account} {name} {bucket}").as_bytes());
        let point = AccessPoint {
            name: name.to_owned(),
            account: account.parse().ok()?,
            region: found.region.clone(),
            alias: format!("{name}-{id}-s3alias"),
            bucket: bucket.to_owned(),
            policy,
        };
        let (arn, alias) = (point.arn(), point.alias.clone());
        world.access_points.insert(arn.clone(), point);
        Some((arn, alias))
    }

    /// Moves an object to a storage class: `GLACIER`. Whether there is one.
    pub fn set_storage_class(&self, bucket: &str, key: &str, class: &str) -> bool {
        let mut world = self.0.change();
        let bucket = world.buckets.get_mut(bucket);
        let object: Option<&mut Object> = bucket.and_then(|bucket| bucket.objects.get_mut(key));
        object
            .map(|object| object.storage_class = class.to_owned())
            .is_some()
    }

    /// Ends each restore of an object that is under way: what was asked for is there. How many were.
    pub fn finish_restores(&self, bucket: &str, key: &str) -> usize {
        let now = self.0.now();
        let mut world = self.0.change();
        let Some(bucket) = world.buckets.get_mut(bucket) else {
            return 0;
        };
        let ids: Vec<String> = bucket.versions(key).iter().map(|v| v.id().to_owned()).collect();
        let mut finished = 0;
        for id in ids {
            let found = bucket.find_mut(key, Some(&id));
            let copy = found.and_then(|object| object.restore.as_mut());
            if let Some(copy) = copy.filter(|copy| copy.ready > now) {
                copy.ready = now;
                finished += 1;
            }
        }
        finished
    }
}
