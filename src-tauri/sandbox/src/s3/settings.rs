//! What is set on a bucket: encryption, ownership, pages of other origins, public access, who pays.

use s3s::dto::*;
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::asking::Signed;
use super::{encryption, place, refusals};
use crate::state::State;
use crate::world::{Bucket, CorsRule, Encryption};

pub(super) fn get_encryption(state: &State, name: &str) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
    let world = state.world();
    let bucket = place::bucket(&world, name)?;
    let (key, bucket_key) = match &bucket.encryption {
        Encryption::S3 => (None, false),
        Encryption::Kms { key_arn, bucket_key } => (Some(key_arn.clone()), *bucket_key),
    };
    let rule = ServerSideEncryptionRule {
        apply_server_side_encryption_by_default: Some(ServerSideEncryptionByDefault {
            kms_master_key_id: key,
            sse_algorithm: encryption::algorithm(&bucket.encryption),
        }),
        bucket_key_enabled: Some(bucket_key),
    };
    Ok(S3Response::new(GetBucketEncryptionOutput {
        server_side_encryption_configuration: Some(ServerSideEncryptionConfiguration { rules: vec![rule] }),
    }))
}

pub(super) fn put_encryption(
    state: &State,
    req: S3Request<PutBucketEncryptionInput>,
) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
    let signed = Signed::of(&req)?;
    let input = req.input;
    let [rule] = &input.server_side_encryption_configuration.rules[..] else {
        return Err(refusals::malformed_xml());
    };
    let by_default = rule.apply_server_side_encryption_by_default.as_ref();
    let by_default = by_default.ok_or_else(refusals::malformed_xml)?;
    let mut world = state.change();
    let chosen = {
        let asking = signed.asking(&world, state.now());
        let bucket = place::bucket(&world, &input.bucket)?;
        let wanted = encryption::Wanted {
            algorithm: Some(&by_default.sse_algorithm),
            key: by_default.kms_master_key_id.as_deref(),
            bucket_key: rule.bucket_key_enabled,
        };
        encryption::choose(&asking, bucket, &wanted)?
    };
    place::bucket_mut(&mut world, &input.bucket)?.encryption = chosen;
    Ok(S3Response::new(PutBucketEncryptionOutput::default()))
}

pub(super) fn ownership(state: &State, name: &str) -> S3Result<S3Response<GetBucketOwnershipControlsOutput>> {
    let world = state.world();
    let rule = OwnershipControlsRule {
        object_ownership: ObjectOwnership::from_static(place::bucket(&world, name)?.ownership.name()),
    };
    Ok(S3Response::new(GetBucketOwnershipControlsOutput {
        ownership_controls: Some(OwnershipControls { rules: vec![rule] }),
    }))
}

pub(super) fn cors(state: &State, name: &str) -> S3Result<S3Response<GetBucketCorsOutput>> {
    let world = state.world();
    let rules = &place::bucket(&world, name)?.cors;
    if rules.is_empty() {
        return Err(s3_error!(
            NoSuchCORSConfiguration,
            "The CORS configuration does not exist"
        ));
    }
    let some = |list: &Vec<String>| (!list.is_empty()).then(|| list.clone());
    let rule = |rule: &CorsRule| CORSRule {
        allowed_headers: some(&rule.headers),
        allowed_methods: rule.methods.clone(),
        allowed_origins: rule.origins.clone(),
        expose_headers: some(&rule.exposed),
        id: None,
        max_age_seconds: rule.max_age,
    };
    Ok(S3Response::new(GetBucketCorsOutput {
        cors_rules: Some(rules.iter().map(rule).collect()),
    }))
}

/// No bucket here has any.
pub(super) fn lifecycle(
    state: &State,
    name: &str,
) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
    place::bucket(&state.world(), name)?;
    Err(s3_error!(
        NoSuchLifecycleConfiguration,
        "The lifecycle configuration does not exist"
    ))
}

pub(super) fn public_access(state: &State, name: &str) -> S3Result<S3Response<GetPublicAccessBlockOutput>> {
    let world = state.world();
    let block = place::bucket(&world, name)?.public_access;
    Ok(S3Response::new(GetPublicAccessBlockOutput {
        public_access_block_configuration: Some(PublicAccessBlockConfiguration {
            block_public_acls: Some(block.block_acls),
            block_public_policy: Some(block.block_policy),
            ignore_public_acls: Some(block.ignore_acls),
            restrict_public_buckets: Some(block.restrict),
        }),
    }))
}

pub(super) fn policy_status(state: &State, name: &str) -> S3Result<S3Response<GetBucketPolicyStatusOutput>> {
    let world = state.world();
    let bucket = place::bucket(&world, name)?;
    if bucket.policy.is_none() {
        return Err(s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist"));
    }
    Ok(S3Response::new(GetBucketPolicyStatusOutput {
        policy_status: Some(PolicyStatus {
            is_public: Some(is_public(bucket)),
        }),
    }))
}

/// Whether the policy lets anybody in. AWS looks into conditions too; here a condition is taken to name somebody.
fn is_public(bucket: &Bucket) -> bool {
    let Some((text, _)) = &bucket.policy else {
        return false;
    };
    let document: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let statements = match &document["Statement"] {
        serde_json::Value::Array(many) => many.clone(),
        one => vec![one.clone()],
    };
    let anybody = |principal: &serde_json::Value| {
        let aws = &principal["AWS"];
        let star = |value: &serde_json::Value| value == "*";
        star(principal) || star(aws) || aws.as_array().is_some_and(|list| list.iter().any(star))
    };
    statements.iter().any(|statement| {
        statement["Effect"] == "Allow" && statement["Condition"].is_null() && anybody(&statement["Principal"])
    })
}

pub(super) fn request_payment(
    state: &State,
    name: &str,
) -> S3Result<S3Response<GetBucketRequestPaymentOutput>> {
    let world = state.world();
    let payer = if place::bucket(&world, name)?.requester_pays {
        Payer::REQUESTER
    } else {
        Payer::BUCKET_OWNER
    };
    Ok(S3Response::new(GetBucketRequestPaymentOutput {
        payer: Some(Payer::from_static(payer)),
    }))
}

pub(super) fn put_request_payment(
    state: &State,
    input: &PutBucketRequestPaymentInput,
) -> S3Result<S3Response<PutBucketRequestPaymentOutput>> {
    let pays = match input.request_payment_configuration.payer.as_str() {
        Payer::REQUESTER => true,
        Payer::BUCKET_OWNER => false,
        _ => return Err(refusals::malformed_xml()),
    };
    let mut world = state.change();
    place::bucket_mut(&mut world, &input.bucket)?.requester_pays = pays;
    Ok(S3Response::new(PutBucketRequestPaymentOutput::default()))
}
