//! RegisterClient and StartDeviceAuthorization.

use hatrack_core::secret::Secret;
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use url::Url;

use super::reply::{Refusal, Reply};
use super::sign_ins::{ACCOUNT_ACCESS, Client, Device, GrantType, SignIns};
use crate::state::State;

/// AWS keeps a registration for ninety days.
const REGISTRATION_SECONDS: i64 = 90 * 24 * 3600;
const DEVICE_CODE_SECONDS: i64 = 600;
/// The least time between two polls, as AWS gives it.
pub(super) const INTERVAL_SECONDS: i64 = 1;

/// The answer of an operation: its JSON, or its refusal.
pub(super) fn finish(state: &State, result: Result<Value, Refusal>) -> Reply {
    match result {
        Ok(body) => Reply::json(state, StatusCode::OK, &body),
        Err(refusal) => refusal.reply(state),
    }
}

/// Reads a request's JSON.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    serde_json::from_slice(body).map_err(|_| Refusal::InvalidRequest("Invalid request body"))
}

/// Some seconds after `at`.
pub(super) fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

/// The client with this ID and secret, if its registration has not expired.
pub(super) fn client<'a>(
    sign_ins: &'a SignIns,
    id: &str,
    secret: &str,
    now: Timestamp,
) -> Result<&'a Client, Refusal> {
    let client = sign_ins.clients.get(id).ok_or(Refusal::InvalidClient)?;
    let fits = bool::from(client.secret.expose().as_bytes().ct_eq(secret.as_bytes()));
    if fits && client.expires_at > now {
        Ok(client)
    } else {
        Err(Refusal::InvalidClient)
    }
}

/// The path of the access portal that a start URL names, if there is one. The endings that people copy from a
/// browser count as none.
fn start_path(state: &State, start_url: &str) -> Option<String> {
    let url = Url::parse(start_url).ok()?;
    let own = Url::parse(&state.endpoint).ok()?;
    let path = url.path().trim_end_matches('/');
    let known = url.origin() == own.origin() && state.world().organisation(path).is_some();
    known.then(|| path.to_owned())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RegisterClient {
    client_name: String,
    client_type: String,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    #[serde(default)]
    grant_types: Vec<String>,
    issuer_url: Option<String>,
}

pub(super) fn register(state: &State, body: &[u8]) -> Result<Value, Refusal> {
    let asked: RegisterClient = read(body)?;
    if asked.client_type != "public" || asked.client_name.is_empty() {
        return Err(Refusal::InvalidClientMetadata);
    }
    if asked.scopes.iter().any(|scope| scope != ACCOUNT_ACCESS) {
        return Err(Refusal::InvalidScope);
    }
    let grants = grants(&asked.grant_types)?;
    let redirects = redirects(&asked.redirect_uris)?;
    let start_path = asked
        .issuer_url
        .as_deref()
        .map(|url| start_path(state, url).ok_or(Refusal::InvalidRequest("Invalid issuer URL provided")))
        .transpose()?;
    if grants.contains(&GrantType::AuthorizationCode) {
        if redirects.is_empty() {
            return Err(Refusal::InvalidRedirectUri);
        }
        if start_path.is_none() {
            return Err(Refusal::InvalidRequest("Missing issuer URL"));
        }
    }
    let now = state.now();
    let expires_at = after(now, REGISTRATION_SECONDS);
    let (id, secret) = {
        let mut keys = state.keys();
        (keys.opaque(16), format!("eyJraWQiOiJrZXkt{}", keys.opaque(300)))
    };
    let client = Client {
        name: asked.client_name,
        secret: Secret::new(secret.clone()),
        scopes: asked.scopes,
        grants,
        redirects,
        start_path,
        expires_at,
    };
    state.sign_ins().clients.insert(id.clone(), client);
    Ok(json!({
        "clientId": id,
        "clientSecret": secret,
        "clientIdIssuedAt": now.as_second(),
        "clientSecretExpiresAt": expires_at.as_second(),
    }))
}

/// A client that names no grant types may use device codes, and refresh.
fn grants(named: &[String]) -> Result<Vec<GrantType>, Refusal> {
    if named.is_empty() {
        return Ok(vec![GrantType::DeviceCode, GrantType::RefreshToken]);
    }
    let read = |name: &String| GrantType::read(name).ok_or(Refusal::UnsupportedGrantType);
    named.iter().map(read).collect()
}

/// RFC 8252, section 7.3: loopback over plain HTTP, the port left open until the client listens.
fn redirects(named: &[String]) -> Result<Vec<Url>, Refusal> {
    let read = |text: &String| {
        let url = Url::parse(text).ok()?;
        let fits = url.scheme() == "http"
            && url.host_str() == Some("127.0.0.1")
            && url.port().is_none()
            && url.fragment().is_none()
            && url.query().is_none();
        fits.then_some(url)
    };
    let read = |text| read(text).ok_or(Refusal::InvalidRedirectUri);
    named.iter().map(read).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StartDeviceAuthorization {
    client_id: String,
    client_secret: String,
    start_url: String,
}

pub(super) fn start_device_authorization(state: &State, body: &[u8]) -> Result<Value, Refusal> {
    let asked: StartDeviceAuthorization = read(body)?;
    let start_path = start_path(state, &asked.start_url);
    let now = state.now();
    let (device_code, user_code) = {
        let mut keys = state.keys();
        (keys.opaque(64), keys.user_code())
    };
    let mut sign_ins = state.sign_ins();
    let client = client(&sign_ins, &asked.client_id, &asked.client_secret, now)?;
    if !client.grants.contains(&GrantType::DeviceCode) {
        return Err(Refusal::UnauthorizedClient);
    }
    let start_path = start_path.ok_or(Refusal::InvalidRequest("Invalid start URL provided"))?;
    sign_ins.forget_the_expired(now);
    let device = Device {
        client_id: asked.client_id,
        user_code: user_code.clone(),
        start_path,
        expires_at: after(now, DEVICE_CODE_SECONDS),
        polled_at: None,
        answer: None,
    };
    sign_ins.devices.insert(device_code.clone(), device);
    let page = format!("{}/device", state.endpoint);
    Ok(json!({
        "deviceCode": device_code,
        "userCode": user_code,
        "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": DEVICE_CODE_SECONDS,
        "interval": INTERVAL_SECONDS,
    }))
}
