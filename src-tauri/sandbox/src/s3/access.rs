//! Who may do what in S3.

use std::sync::Arc;

use hatrack_core::account::AccountId;
use hatrack_core::policy::ResourceRule;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::dto::CopySource;
use s3s::path::S3Path;
use s3s::{S3Error, S3Result};
use url::form_urlencoded;

use super::refusals;
use crate::auth::Scope;
use crate::state::State;
use crate::world::{Asked, Signer, World, denied_because};

/// The checks before an operation runs.
pub(super) struct Access(pub Arc<State>);

#[async_trait::async_trait]
impl S3Auth for Access {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let signer = self
            .0
            .world()
            .signer(access_key)
            .ok_or_else(refusals::invalid_key_id)?;
        Ok(signer.secret.expose().into())
    }
}

#[async_trait::async_trait]
impl S3Access for Access {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        self.0.count(cx.s3_op().name());
        let credentials = cx.credentials().ok_or_else(refusals::access_denied)?;
        let signer = self
            .0
            .world()
            .signer(&credentials.access_key)
            .ok_or_else(refusals::invalid_key_id)?;
        check_token(&self.0, &signer, cx)?;
        let scope = Scope::of(cx.headers(), cx.uri().query()).ok_or_else(refusals::access_denied)?;
        check_policies(&self.0, &signer, &scope.region, cx)?;
        cx.extensions_mut().insert(Arc::new(Signed {
            signer,
            region: scope.region,
        }));
        Ok(())
    }
}

/// Who signed the request, for the operations that must ask again.
pub(super) struct Signed {
    pub signer: Signer,
    pub region: String,
}

fn check_token(state: &State, signer: &Signer, cx: &S3AccessContext<'_>) -> S3Result<()> {
    let header = cx
        .headers()
        .get("x-amz-security-token")
        .and_then(|v| v.to_str().ok())
        .map(str::to_owned);
    let token = header.or_else(|| query(cx.uri().query(), "X-Amz-Security-Token"));
    match &signer.session {
        None if token.is_some() => Err(refusals::invalid_token()),
        Some(session) if token.as_deref() != Some(session.token.expose()) => Err(refusals::invalid_token()),
        Some(session) if session.expires_at <= state.now() => Err(refusals::expired_token()),
        _ => Ok(()),
    }
}

fn query(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs
        .into_iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.into_owned())
}

fn check_policies(state: &State, signer: &Signer, region: &str, cx: &S3AccessContext<'_>) -> S3Result<()> {
    let world = state.world();
    let keys = keys(cx);
    let action = action(cx.s3_op().name());
    let bucket = cx.s3_path().get_bucket_name();
    if let Some(name) = bucket {
        let found = world.buckets.get(name).ok_or_else(refusals::no_such_bucket)?;
        if found.region != region && cx.s3_op().name() != "GetBucketLocation" {
            let redirect = state.faults.redirects_to_region();
            return Err(refusals::wrong_region(&found.region, region, redirect));
        }
        let expected = cx
            .headers()
            .get("x-amz-expected-bucket-owner")
            .and_then(|v| v.to_str().ok());
        if expected.is_some_and(|e| e != found.owner.as_str()) {
            return Err(refusals::with_region(refusals::access_denied(), &found.region));
        }
    }
    let now = state.now();
    let asking = Asking {
        world: &world,
        signer,
        region,
        keys: &keys,
    };
    // Each key of a DeleteObjects request is asked about by itself.
    if cx.s3_op().name() != "DeleteObjects" {
        asking
            .must(&action, cx.s3_path(), now)
            .map_err(|e| region_on_head(e, cx, &world, bucket))?;
    }
    let source = cx
        .headers()
        .get("x-amz-copy-source")
        .and_then(|v| v.to_str().ok());
    if let Some(CopySource::Bucket { bucket, key, .. }) = source.and_then(|s| CopySource::parse(s).ok()) {
        asking.must("s3:GetObject", &S3Path::Object { bucket, key }, now)?;
    }
    Ok(())
}

/// HeadBucket names the region on a refusal too; that is how clients find it.
fn region_on_head(error: S3Error, cx: &S3AccessContext<'_>, world: &World, bucket: Option<&str>) -> S3Error {
    match bucket.and_then(|b| world.buckets.get(b)) {
        Some(found) if cx.s3_op().name() == "HeadBucket" => refusals::with_region(error, &found.region),
        _ => error,
    }
}

/// The action that an operation needs (Service Authorization Reference, "Amazon S3"). An operation not listed
/// needs the action of its own name, which nobody has by accident.
fn action(operation: &str) -> String {
    let named = match operation {
        "GetObject" | "HeadObject" => "GetObject",
        "ListObjects" | "ListObjectsV2" | "HeadBucket" => "ListBucket",
        "ListBuckets" => "ListAllMyBuckets",
        "PutObject"
        | "CopyObject"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "UploadPartCopy"
        | "CompleteMultipartUpload" => "PutObject",
        "DeleteObject" | "DeleteObjects" => "DeleteObject",
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        other => other,
    };
    format!("s3:{named}")
}

/// The condition keys that an S3 request brings.
fn keys(cx: &S3AccessContext<'_>) -> Vec<(String, Vec<String>)> {
    let mut keys = Vec::new();
    let mut set = |name: &str, value: Option<String>| keys.extend(value.map(|v| (name.to_owned(), vec![v])));
    for name in ["prefix", "delimiter", "max-keys"] {
        set(&format!("s3:{name}"), query(cx.uri().query(), name));
    }
    let header = |name: &str| {
        cx.headers()
            .get(name)
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned)
    };
    let copied = [
        "x-amz-acl",
        "x-amz-copy-source",
        "x-amz-content-sha256",
        "x-amz-storage-class",
    ];
    for name in copied
        .iter()
        .chain(&["x-amz-server-side-encryption", "if-match", "if-none-match"])
    {
        set(&format!("s3:{name}"), header(name));
    }
    let presigned = cx.headers().get(http::header::AUTHORIZATION).is_none();
    set(
        "s3:authType",
        Some(
            if presigned {
                "REST-QUERY-STRING"
            } else {
                "REST-HEADER"
            }
            .to_owned(),
        ),
    );
    set("s3:signatureversion", Some("AWS4-HMAC-SHA256".to_owned()));
    set("aws:UserAgent", header("user-agent"));
    set("aws:Referer", header("referer"));
    keys
}

/// Asks the policies on behalf of a signer.
pub(super) struct Asking<'a> {
    pub world: &'a World,
    pub signer: &'a Signer,
    pub region: &'a str,
    pub keys: &'a [(String, Vec<String>)],
}

impl Asking<'_> {
    /// Whether the signer may do this.
    pub(super) fn must(&self, action: &str, path: &S3Path, now: jiff::Timestamp) -> S3Result<()> {
        let bucket = path.get_bucket_name().and_then(|b| self.world.buckets.get(b));
        let resource = match path {
            S3Path::Root => "arn:aws:s3:::*".to_owned(),
            S3Path::Bucket { bucket } => format!("arn:aws:s3:::{bucket}"),
            S3Path::Object { bucket, key } => format!("arn:aws:s3:::{bucket}/{key}"),
        };
        let owner = bucket.map(|b| b.owner);
        let asked = Asked {
            action,
            resource: &resource,
            owner,
            resource_policy: bucket.and_then(|b| b.policy.as_ref()).map(|(_, policy)| policy),
            rule: ResourceRule::EitherSuffices,
            region: self.region,
            keys: self.keys,
        };
        let decision = self.world.decide(self.signer, &asked, now);
        if decision.allowed {
            return Ok(());
        }
        Err(match owner {
            Some(owner) if owner != self.signer.account => refusals::access_denied(),
            _ => {
                let on = if bucket.is_some() {
                    format!(" on resource: \"{resource}\"")
                } else {
                    String::new()
                };
                refusals::access_denied_with(format!(
                    "User: {} is not authorized to perform: {action}{on} {}",
                    self.signer.arn,
                    denied_because(&decision, action)
                ))
            }
        })
    }

    /// Whether the signer could see that a key does not exist: without ListBucket S3 answers 403 instead of 404.
    pub(super) fn may_list(&self, bucket: &str, now: jiff::Timestamp) -> bool {
        self.must(
            "s3:ListBucket",
            &S3Path::Bucket {
                bucket: bucket.into(),
            },
            now,
        )
        .is_ok()
    }
}

/// The account of whoever signed.
pub(super) fn account(signed: Option<&Arc<Signed>>) -> S3Result<AccountId> {
    signed
        .map(|s| s.signer.account)
        .ok_or_else(refusals::access_denied)
}
