//! Server-side encryption, and what KMS has to say about it.
//!
//! Source: S3 User Guide, "Using server-side encryption with AWS KMS keys (SSE-KMS)"; IAM User Guide, "Troubleshoot
//! access denied error messages".

use hatrack_core::account::AccountId;
use hatrack_core::policy::{Kind, Policy, ResourceRule};
use s3s::S3Result;
use s3s::dto::ServerSideEncryption;

use super::asking::Asking;
use super::refusals;
use crate::world::{Asked, Bucket, Encryption, Object, denied_because, md5_hex};

/// The encryption that a request asks for.
pub(super) struct Wanted<'a> {
    pub algorithm: Option<&'a ServerSideEncryption>,
    pub key: Option<&'a str>,
    pub bucket_key: Option<bool>,
}

/// Takes the three fields of a request.
macro_rules! wanted {
    ($input:expr) => {
        $crate::s3::encryption::Wanted {
            algorithm: $input.server_side_encryption.as_ref(),
            key: $input.ssekms_key_id.as_deref(),
            bucket_key: $input.bucket_key_enabled,
        }
    };
}

/// Sets the fields of an answer.
macro_rules! show {
    ($output:expr, $encryption:expr) => {{
        let encryption: &crate::world::Encryption = $encryption;
        $output.server_side_encryption = Some($crate::s3::encryption::algorithm(encryption));
        if let crate::world::Encryption::Kms { key_arn, bucket_key } = encryption {
            $output.ssekms_key_id = Some(key_arn.clone());
            $output.bucket_key_enabled = bucket_key.then_some(true);
        }
    }};
}

pub(super) use {show, wanted};

/// `AES256`, `aws:kms`.
pub(super) fn algorithm(encryption: &Encryption) -> ServerSideEncryption {
    ServerSideEncryption::from_static(match encryption {
        Encryption::S3 => ServerSideEncryption::AES256,
        Encryption::Kms { .. } => ServerSideEncryption::AWS_KMS,
    })
}

/// The encryption of what is put: as asked for, else as the bucket has it.
pub(super) fn choose(asking: &Asking<'_>, bucket: &Bucket, wanted: &Wanted<'_>) -> S3Result<Encryption> {
    let Some(algorithm) = wanted.algorithm else {
        if wanted.key.is_some() {
            return Err(refusals::invalid_argument(
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
            ));
        }
        return Ok(bucket.encryption.clone());
    };
    match algorithm.as_str() {
        ServerSideEncryption::AES256 if wanted.key.is_none() => Ok(Encryption::S3),
        ServerSideEncryption::AES256 => Err(refusals::invalid_argument(
            "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
        )),
        ServerSideEncryption::AWS_KMS => {
            let bucket_key = wanted.bucket_key.unwrap_or(false);
            let key_arn = match (wanted.key, &bucket.encryption) {
                (Some(key), _) => in_full(asking, bucket, key),
                (None, Encryption::Kms { key_arn, .. }) => key_arn.clone(),
                (None, Encryption::S3) => managed_key(asking.signer.account, &bucket.region),
            };
            Ok(Encryption::Kms { key_arn, bucket_key })
        }
        ServerSideEncryption::AWS_KMS_DSSE => Err(refusals::not_implemented("Encryption by aws:kms:dsse")),
        _ => Err(refusals::invalid_argument(
            "The encryption method specified is not supported",
        )),
    }
}

/// A bare key ID means the caller's own account.
fn in_full(asking: &Asking<'_>, bucket: &Bucket, key: &str) -> String {
    if key.starts_with("arn:") {
        return key.to_owned();
    }
    format!(
        "arn:aws:kms:{}:{}:key/{key}",
        bucket.region, asking.signer.account
    )
}

/// The key `aws/s3` of an account, which AWS manages.
fn managed_key(account: AccountId, region: &str) -> String {
    let id = md5_hex(format!("aws/s3 {account} {region}").as_bytes());
    let at = [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]];
    format!("arn:aws:kms:{region}:{account}:key/{}", at.join("-"))
}

/// Refuses unless the signer may have data encrypted so.
pub(super) fn may_write(asking: &Asking<'_>, bucket: &Bucket, key: &str, with: &Encryption) -> S3Result<()> {
    asking.kms("kms:GenerateDataKey", bucket, key, with)
}

/// Refuses unless the signer may have an object decrypted.
pub(super) fn may_read(asking: &Asking<'_>, bucket: &Bucket, object: &Object) -> S3Result<()> {
    asking.kms("kms:Decrypt", bucket, "", &object.encryption)
}

/// Refuses unless the signer may have the parts of an upload put together.
pub(super) fn may_join(asking: &Asking<'_>, bucket: &Bucket, with: &Encryption) -> S3Result<()> {
    asking.kms("kms:Decrypt", bucket, "", with)
}

impl Asking<'_> {
    fn kms(&self, action: &str, bucket: &Bucket, key: &str, encryption: &Encryption) -> S3Result<()> {
        let Encryption::Kms { key_arn, .. } = encryption else {
            return Ok(());
        };
        let (account, policy) = self.kms_key(bucket, key_arn)?;
        let service = format!("s3.{}.amazonaws.com", bucket.region);
        let below = if key.is_empty() {
            String::new()
        } else {
            format!("/{key}")
        };
        let pair = |name: &str, value: String| (name.to_owned(), vec![value]);
        let keys = [
            pair("kms:ViaService", service),
            pair("kms:CallerAccount", self.signer.account.to_string()),
            pair(
                "kms:EncryptionContext:aws:s3:arn",
                format!("arn:aws:s3:::{}{below}", bucket.name),
            ),
            pair("aws:ViaAWSService", "true".to_owned()),
        ];
        let asked = Asked {
            action,
            resource: key_arn,
            owner: Some(account),
            resource_policy: Some(&policy),
            rule: ResourceRule::MustAllow,
            region: self.region,
            keys: &keys,
        };
        let decision = self.world.decide(self.signer, &asked, self.now);
        if decision.allowed {
            return Ok(());
        }
        let who = &self.signer.arn;
        Err(refusals::access_denied_with(if account == self.signer.account {
            let why = denied_because(&decision, action);
            format!("User: {who} is not authorized to perform: {action} on resource: {key_arn} {why}")
        } else {
            let on = match action {
                "kms:Decrypt" => "the resource associated with this ciphertext".to_owned(),
                _ => format!("resource: {key_arn}"),
            };
            format!(
                "User: {who} is not authorized to perform: {action} on {on} because the resource does not exist in this \
                 Region, no resource-based policies allow access, or a resource-based policy explicitly denies access"
            )
        }))
    }

    /// The account and policy of a key that is there and can be used.
    fn kms_key(&self, bucket: &Bucket, arn: &str) -> S3Result<(AccountId, Policy)> {
        let parts: Vec<&str> = arn.split(':').collect();
        let [_, _, "kms", region, account, _] = parts[..] else {
            return Err(refusals::no_such_kms_key(format!("Invalid arn {arn}")));
        };
        if region != bucket.region {
            return Err(refusals::no_such_kms_key(format!("Invalid arn {region}")));
        }
        let missing = || refusals::no_such_kms_key(format!("Key '{arn}' does not exist"));
        let account: AccountId = account.parse().map_err(|_| missing())?;
        if let Some(key) = self.world.kms_keys.get(arn) {
            if !key.enabled {
                return Err(refusals::kms_key_disabled(arn));
            }
            return Ok((key.account, key.policy.clone()));
        }
        if arn != managed_key(account, region) {
            return Err(missing());
        }
        // What AWS writes into the policy of `aws/s3`: whoever of the account may use S3 may use the key by S3.
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "*"}},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "*", "Condition": {{"StringEquals": {{
            "kms:CallerAccount": "{account}", "kms:ViaService": "s3.{region}.amazonaws.com"}}}}}}]}}"#
        );
        let policy = Policy::parse(Kind::Resource, &text).map_err(|_| missing())?;
        Ok((account, policy))
    }
}
