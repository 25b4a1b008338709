//! What Doctor sees of a bucket, and the least request that takes an action.
//!
//! Source: Amazon S3 API Reference, "GetBucketPolicy", "GetPublicAccessBlock", "GetBucketOwnershipControls".

use aws_sdk_s3::types::ObjectOwnership;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use hatrack_core::bucket::BucketName;
use hatrack_core::doctor::{
    BucketAsked, Document, How, Ownership, PublicAccess, Reported, Seen, Sight, Tried,
};

use super::{S3, document};
use crate::failure::Asked;

/// S3's codes for what is not set on a bucket.
const NOT_SET: [&str; 3] = [
    "NoSuchBucketPolicy",
    "NoSuchPublicAccessBlockConfiguration",
    "OwnershipControlsNotFoundError",
];

impl S3 {
    /// The bucket's policy, its block of public access, its ownership, its region and its key.
    pub(crate) async fn seen(&self, bucket: &BucketName) -> Sight {
        let (client, region) = match self.at(bucket).await {
            Ok(at) => at,
            Err(failure) => {
                return Sight {
                    bucket_policy: Seen::Refused(failure.to_string()),
                    ..Sight::default()
                };
            }
        };
        let name = bucket.as_str();
        let policy = async {
            let call = client.get_bucket_policy().bucket(name).customize();
            let sent = call.config_override(document()).send().await;
            seen(sent, |answer| {
                answer.policy.map(|text| Document::new("bucket policy", text))
            })
        };
        let public_access = async {
            let call = client.get_public_access_block().bucket(name).customize();
            let sent = call.config_override(document()).send().await;
            seen(sent, |answer| {
                let block = answer.public_access_block_configuration?;
                Some(PublicAccess {
                    restrict_public_buckets: block.restrict_public_buckets.unwrap_or_default(),
                    ignore_public_acls: block.ignore_public_acls.unwrap_or_default(),
                    block_public_policy: block.block_public_policy.unwrap_or_default(),
                })
            })
        };
        let ownership = async {
            let call = client.get_bucket_ownership_controls().bucket(name).customize();
            let sent = call.config_override(document()).send().await;
            seen(sent, |answer| {
                let rule = answer.ownership_controls?.rules.into_iter().next()?;
                match rule.object_ownership {
                    ObjectOwnership::BucketOwnerEnforced => Some(Ownership::BucketOwnerEnforced),
                    ObjectOwnership::BucketOwnerPreferred => Some(Ownership::BucketOwnerPreferred),
                    ObjectOwnership::ObjectWriter => Some(Ownership::ObjectWriter),
                    _ => None,
                }
            })
        };
        let key = async {
            let call = client.get_bucket_encryption().bucket(name).customize();
            let answer = call.config_override(document()).send().await.ok()?;
            let rules = answer.server_side_encryption_configuration?.rules;
            let by_default = rules
                .into_iter()
                .next()?
                .apply_server_side_encryption_by_default?;
            by_default.kms_master_key_id
        };
        let (bucket_policy, public_access, ownership, key) =
            tokio::join!(policy, public_access, ownership, key);
        Sight {
            bucket_policy,
            public_access,
            ownership,
            key,
            bucket_region: Seen::Known(region, How::Read),
            ..Sight::default()
        }
    }

    /// Sends the least request that takes `action`.
    pub(crate) async fn least(&self, action: &str, asked: &BucketAsked) -> Tried {
        let Ok(bucket) = asked.name.parse::<BucketName>() else {
            return Tried::NotTried(format!("{} is no bucket's name", asked.name));
        };
        let lowered = action.to_ascii_lowercase();
        if lowered == "s3:listallmybuckets" {
            let Ok(client) = self.client(&self.reach.region) else {
                return Tried::NotTried("S3 cannot be reached".to_owned());
            };
            let call = client.list_buckets().max_buckets(1).customize();
            let sent = call.config_override(document()).send().await;
            return tried(sent, "ListBuckets", action, "*".to_owned());
        }
        let (client, region) = match self.at(&bucket).await {
            Ok(at) => at,
            Err(failure) => return Tried::NotTried(failure.to_string()),
        };
        let key = asked.key.as_deref();
        let name = bucket.as_str();
        let resource = self.call("s3:GetObject", &bucket, None, &region).resource;
        let of_object = key.map(|key| format!("{resource}/{key}"));
        match (lowered.as_str(), key, of_object) {
            ("s3:getobject", Some(key), Some(object)) => {
                let call = client
                    .get_object()
                    .bucket(name)
                    .key(key)
                    .range("bytes=0-0")
                    .customize();
                tried(
                    call.config_override(document()).send().await,
                    "GetObject",
                    action,
                    object,
                )
            }
            ("s3:getobjecttagging", Some(key), Some(object)) => {
                let call = client.get_object_tagging().bucket(name).key(key).customize();
                let sent = call.config_override(document()).send().await;
                tried(sent, "GetObjectTagging", action, object)
            }
            ("s3:listbucket", ..) => {
                let call = client.list_objects_v2().bucket(name).max_keys(1).customize();
                let sent = call.config_override(document()).send().await;
                tried(sent, "ListObjectsV2", action, resource)
            }
            ("s3:getbucketlocation", ..) => {
                let call = client.get_bucket_location().bucket(name).customize();
                let sent = call.config_override(document()).send().await;
                tried(sent, "GetBucketLocation", action, resource)
            }
            ("s3:getbucketpolicy", ..) => {
                let call = client.get_bucket_policy().bucket(name).customize();
                let sent = call.config_override(document()).send().await;
                tried(sent, "GetBucketPolicy", action, resource)
            }
            _ => Tried::NotTried(format!("{action} would change something, or is not tried")),
        }
    }
}

fn seen<A, T, E>(sent: Result<A, SdkError<E, HttpResponse>>, of: impl FnOnce(A) -> Option<T>) -> Seen<T>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    match sent {
        Ok(answer) => of(answer).map_or(Seen::Absent(How::Read), |value| Seen::Known(value, How::Read)),
        Err(error) => match error.code() {
            Some(code) if NOT_SET.contains(&code) => Seen::Absent(How::Read),
            Some(code) => Seen::Refused(code.to_owned()),
            None => Seen::Refused("no answer that can be read".to_owned()),
        },
    }
}

/// That there is no such object, or none of these bytes, is an answer: who may not ask is refused first.
fn tried<A, E>(
    sent: Result<A, SdkError<E, HttpResponse>>,
    operation: &str,
    action: &str,
    resource: String,
) -> Tried
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let Err(error) = sent else {
        return Tried::Served;
    };
    let Some(raw) = error.raw_response() else {
        let asked = Asked {
            service: "S3",
            region: "",
        };
        return Tried::NotTried(asked.failed(&error).to_string());
    };
    let (status, code) = (raw.status().as_u16(), error.code());
    if code.is_some_and(|code| matches!(code, "NoSuchKey" | "InvalidRange" | "NoSuchBucketPolicy")) {
        return Tried::Served;
    }
    Tried::Refused(Reported {
        code: code.map(str::to_owned),
        message: error.message().map(str::to_owned),
        status: Some(status),
        operation: Some(operation.to_owned()),
        action: Some(action.to_owned()),
        resource: Some(resource),
        request_id: raw.headers().get("x-amz-request-id").map(str::to_owned),
    })
}
