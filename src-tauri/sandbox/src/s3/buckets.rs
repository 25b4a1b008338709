//! Operations on buckets.

use hatrack_core::account::AccountId;
use hatrack_core::policy::{Kind, Policy};
use s3s::dto::{
    Bucket, BucketLocationConstraint, DeleteBucketPolicyOutput, GetBucketLocationOutput,
    GetBucketPolicyOutput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput, Owner,
    PutBucketPolicyOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::asking::Signed;
use super::{place, refusals};
use crate::state::State;

/// S3 User Guide, "Bucket policies": 20 KB.
const LONGEST_POLICY: usize = 20 * 1024;
/// API Reference, "ListBuckets": at most this many in one answer.
const MOST_BUCKETS: usize = 10_000;

pub(super) fn list(
    state: &State,
    req: &S3Request<ListBucketsInput>,
) -> S3Result<S3Response<ListBucketsOutput>> {
    let account = Signed::of(req)?.account();
    let input = &req.input;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let after = input.continuation_token.as_deref();
    let most = input
        .max_buckets
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(MOST_BUCKETS);
    let world = state.world();
    let mut owned = world
        .buckets
        .values()
        .filter(|b| b.owner == account && b.name.starts_with(prefix))
        .filter(|b| after.is_none_or(|after| b.name.as_str() > after))
        .filter(|b| input.bucket_region.as_ref().is_none_or(|r| *r == b.region));
    let buckets: Vec<Bucket> = owned
        .by_ref()
        .take(most)
        .map(|b| Bucket {
            name: Some(b.name.clone()),
            creation_date: Some(std::time::SystemTime::from(b.created).into()),
            bucket_region: Some(b.region.clone()),
        })
        .collect();
    let next = owned.next().and(buckets.last().and_then(|b| b.name.clone()));
    Ok(S3Response::new(ListBucketsOutput {
        buckets: Some(buckets),
        continuation_token: next,
        owner: Some(owner(account)),
        prefix: input.prefix.clone(),
    }))
}

/// A canonical user ID has 64 hex digits; this one is made from the account.
pub(super) fn canonical_id(account: &str) -> String {
    let half = crate::world::md5_hex(account.as_bytes());
    format!("{half}{half}")
}

/// An account as the owner of something.
pub(super) fn owner(account: AccountId) -> Owner {
    Owner {
        id: Some(canonical_id(account.as_str())),
        ..Owner::default()
    }
}

pub(super) fn head(state: &State, bucket: &str) -> S3Result<S3Response<HeadBucketOutput>> {
    let world = state.world();
    let found = place::bucket(&world, bucket)?;
    Ok(S3Response::new(HeadBucketOutput {
        bucket_region: Some(found.region.clone()),
        ..HeadBucketOutput::default()
    }))
}

/// Empty for us-east-1 (API Reference, "GetBucketLocation").
pub(super) fn location(state: &State, bucket: &str) -> S3Result<S3Response<GetBucketLocationOutput>> {
    let world = state.world();
    let found = place::bucket(&world, bucket)?;
    let constraint =
        (found.region != "us-east-1").then(|| BucketLocationConstraint::from(found.region.clone()));
    Ok(S3Response::new(GetBucketLocationOutput {
        location_constraint: constraint,
    }))
}

pub(super) fn get_policy(state: &State, bucket: &str) -> S3Result<S3Response<GetBucketPolicyOutput>> {
    let world = state.world();
    let found = place::bucket(&world, bucket)?;
    let Some((text, _)) = &found.policy else {
        return Err(s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist"));
    };
    Ok(S3Response::new(GetBucketPolicyOutput {
        policy: Some(text.clone()),
    }))
}

pub(super) fn put_policy(
    state: &State,
    bucket: &str,
    text: &str,
) -> S3Result<S3Response<PutBucketPolicyOutput>> {
    if text.len() > LONGEST_POLICY {
        return Err(refusals::policy_too_large());
    }
    let policy = Policy::parse(Kind::Resource, text).map_err(|e| s3_error!(MalformedPolicy, "{e}"))?;
    if let Some(unknown) = policy.unknowns().next() {
        return Err(s3_error!(MalformedPolicy, "Policy has invalid {}", unknown.what));
    }
    let mut world = state.change();
    let found = place::bucket_mut(&mut world, bucket)?;
    found.policy = Some((text.to_owned(), policy));
    Ok(S3Response::new(PutBucketPolicyOutput::default()))
}

pub(super) fn delete_policy(state: &State, bucket: &str) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
    let mut world = state.change();
    place::bucket_mut(&mut world, bucket)?.policy = None;
    Ok(S3Response::new(DeleteBucketPolicyOutput::default()))
}
