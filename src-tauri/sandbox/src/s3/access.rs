//! Who may do what in S3.

use std::sync::Arc;

use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Error, S3Result};
use url::form_urlencoded;

use super::asking::{Keys, Signed};
use super::permissions::{Request, works_by_access_point};
use super::source::Source;
use super::{place, refusals};
use crate::auth::Scope;
use crate::state::State;
use crate::world::{Bucket, Signer};

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
        let signed = Signed {
            keys: keys(cx),
            region: scope.region,
            signer,
        };
        check_request(&self.0, &signed, cx)?;
        cx.extensions_mut().insert(Arc::new(signed));
        Ok(())
    }
}

fn check_token(state: &State, signer: &Signer, cx: &S3AccessContext<'_>) -> S3Result<()> {
    let token = header(cx, "x-amz-security-token");
    let token = token.or_else(|| query(cx.uri().query(), "X-Amz-Security-Token"));
    match &signer.session {
        None if token.is_some() => Err(refusals::invalid_token()),
        Some(session) if token.as_deref() != Some(session.token.expose()) => Err(refusals::invalid_token()),
        Some(session) if session.expires_at <= state.now() => Err(refusals::expired_token()),
        _ => Ok(()),
    }
}

fn header(cx: &S3AccessContext<'_>, name: &str) -> Option<String> {
    let value = cx.headers().get(name)?;
    value.to_str().ok().map(str::to_owned)
}

pub(super) fn query(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs
        .into_iter()
        .find(|(n, _)| n == name)
        .map(|(_, value)| value.into_owned())
}

fn check_request(state: &State, signed: &Signed, cx: &S3AccessContext<'_>) -> S3Result<()> {
    let world = state.world();
    let operation = cx.s3_op().name();
    let name = cx.s3_path().get_bucket_name();
    let bucket = name.map(|name| place::bucket(&world, name)).transpose()?;
    if let Some(found) = bucket {
        check_place(state, signed, found, cx)?;
    }
    if name.is_some_and(|name| place::point(&world, name).is_some()) && !works_by_access_point(operation) {
        return Err(refusals::method_not_allowed());
    }
    if cx
        .headers()
        .keys()
        .any(|name| name.as_str().contains("-customer-"))
    {
        return Err(refusals::not_implemented("Encryption with a customer's own key"));
    }
    let version = query(cx.uri().query(), "versionId");
    let asked = Request {
        operation,
        headers: cx.headers(),
        versioned: version.is_some(),
    };
    let asking = signed.asking(&world, state.now());
    for action in asked.actions() {
        asking
            .must_version(&action, cx.s3_path(), version.as_deref())
            .map_err(|e| region_on_head(e, operation, bucket))?;
    }
    if let Some(found) = bucket {
        check_payer(found, signed, cx)?;
    }
    if let Some(text) = header(cx, "x-amz-copy-source") {
        let source = Source::read(&world, &text)?;
        let from = place::bucket(&world, &source.bucket)?;
        let owner = header(cx, "x-amz-source-expected-bucket-owner");
        if owner.is_some_and(|owner| owner != from.owner.as_str()) {
            return Err(refusals::access_denied());
        }
        source.may_read(&asking)?;
        check_payer(from, signed, cx)?;
    }
    Ok(())
}

/// The region signed for and the owner expected.
fn check_place(state: &State, signed: &Signed, found: &Bucket, cx: &S3AccessContext<'_>) -> S3Result<()> {
    if found.region != signed.region && cx.s3_op().name() != "GetBucketLocation" {
        let redirect = state.faults.redirects_to_region();
        return Err(refusals::wrong_region(found, &signed.region, redirect));
    }
    let expected = header(cx, "x-amz-expected-bucket-owner");
    if expected.is_some_and(|expected| expected != found.owner.as_str()) {
        return Err(refusals::with_region(refusals::access_denied(), &found.region));
    }
    Ok(())
}

/// S3 User Guide, "Using Requester Pays buckets": who is not the owner must say that it pays.
fn check_payer(found: &Bucket, signed: &Signed, cx: &S3AccessContext<'_>) -> S3Result<()> {
    if !found.requester_pays || signed.account() == found.owner || says_it_pays(cx) {
        return Ok(());
    }
    Err(region_on_head(
        refusals::access_denied(),
        cx.s3_op().name(),
        Some(found),
    ))
}

fn says_it_pays(cx: &S3AccessContext<'_>) -> bool {
    const NAME: &str = "x-amz-request-payer";
    let said = header(cx, NAME).or_else(|| query(cx.uri().query(), NAME));
    said.as_deref() == Some("requester")
}

/// HeadBucket names the region on a refusal too; that is how clients find it.
fn region_on_head(error: S3Error, operation: &str, bucket: Option<&Bucket>) -> S3Error {
    match bucket {
        Some(found) if operation == "HeadBucket" => refusals::with_region(error, &found.region),
        _ => error,
    }
}

/// Headers that are condition keys of the same name.
const HEADER_KEYS: [&str; 11] = [
    "x-amz-acl",
    "x-amz-copy-source",
    "x-amz-content-sha256",
    "x-amz-storage-class",
    "x-amz-metadata-directive",
    "x-amz-website-redirect-location",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-grant-full-control",
    "if-match",
    "if-none-match",
];

/// The condition keys that an S3 request brings.
fn keys(cx: &S3AccessContext<'_>) -> Keys {
    let mut keys = Vec::new();
    let mut set = |name: &str, value: Option<String>| keys.extend(value.map(|v| (name.to_owned(), vec![v])));
    for name in ["prefix", "delimiter", "max-keys"] {
        set(&format!("s3:{name}"), query(cx.uri().query(), name));
    }
    for name in HEADER_KEYS {
        set(&format!("s3:{name}"), header(cx, name));
    }
    let presigned = cx.headers().get(http::header::AUTHORIZATION).is_none();
    let how = if presigned {
        "REST-QUERY-STRING"
    } else {
        "REST-HEADER"
    };
    set("s3:authType", Some(how.to_owned()));
    set("s3:signatureversion", Some("AWS4-HMAC-SHA256".to_owned()));
    set("aws:UserAgent", header(cx, "user-agent"));
    set("aws:Referer", header(cx, "referer"));
    let tags = header(cx, "x-amz-tagging").unwrap_or_default();
    let tags: Vec<_> = form_urlencoded::parse(tags.as_bytes()).into_owned().collect();
    if !tags.is_empty() {
        let names = tags.iter().map(|(name, _)| name.clone()).collect();
        keys.push(("s3:RequestObjectTagKeys".to_owned(), names));
    }
    let one = |(name, value)| (format!("s3:RequestObjectTag/{name}"), vec![value]);
    keys.extend(tags.into_iter().map(one));
    keys
}
