//! CreateToken, for each of the three grants.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::oidc::{INTERVAL_SECONDS, after, client, read};
use super::reply::Refusal;
use super::sign_ins::{ACCOUNT_ACCESS, AccessToken, Answer, Client, GrantType, SignIn, SignIns, Who};
use crate::issue::end_of_life;
use crate::state::State;

/// With scopes an access token lives an hour and can be refreshed; without, eight hours and cannot.
const SCOPED_SECONDS: i64 = 3600;
const UNSCOPED_SECONDS: i64 = 8 * 3600;
/// How long a sign-in can be refreshed: the session duration that AWS sets where nobody has.
const SIGN_IN_SECONDS: i64 = 8 * 3600;
/// A poll may come this much too early, in milliseconds: networks are not punctual.
const EARLY_MILLISECONDS: i64 = 250;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CreateToken {
    client_id: String,
    client_secret: String,
    grant_type: String,
    code: Option<String>,
    code_verifier: Option<String>,
    redirect_uri: Option<String>,
    device_code: Option<String>,
    refresh_token: Option<String>,
}

pub(super) fn create(state: &State, body: &[u8]) -> Result<Value, Refusal> {
    let asked: CreateToken = read(body)?;
    let grant = GrantType::read(&asked.grant_type).ok_or(Refusal::UnsupportedGrantType)?;
    let now = state.now();
    let mut sign_ins = state.sign_ins();
    let client = client(&sign_ins, &asked.client_id, &asked.client_secret, now)?.clone();
    if !client.grants.contains(&grant) {
        return Err(Refusal::UnauthorizedClient);
    }
    sign_ins.forget_the_expired(now);
    let number = match grant {
        GrantType::AuthorizationCode => {
            let who = of_code(&mut sign_ins, &asked)?;
            begin(&mut sign_ins, who, &asked, now)
        }
        GrantType::DeviceCode => {
            let who = of_device(&mut sign_ins, &asked, now)?;
            begin(&mut sign_ins, who, &asked, now)
        }
        GrantType::RefreshToken => of_refresh(&sign_ins, &asked, now)?,
    };
    Ok(issue(state, &mut sign_ins, &client, number, now))
}

fn begin(sign_ins: &mut SignIns, who: Who, asked: &CreateToken, now: Timestamp) -> u64 {
    sign_ins.begin(SignIn {
        who,
        client_id: asked.client_id.clone(),
        expires_at: after(now, SIGN_IN_SECONDS),
    })
}

/// A code serves one request, be it a wrong one.
fn of_code(sign_ins: &mut SignIns, asked: &CreateToken) -> Result<Who, Refusal> {
    let missing = |what| Refusal::InvalidRequest(what);
    let code = asked.code.as_deref().ok_or(missing("Missing code"))?;
    let verifier = asked.code_verifier.as_deref();
    let verifier = verifier.ok_or(missing("Missing code verifier"))?;
    let redirect = asked.redirect_uri.as_deref();
    let redirect = redirect.ok_or(missing("Missing redirect URI"))?;
    let code = sign_ins.codes.remove(code).ok_or(Refusal::InvalidGrant)?;
    let fits = code.client_id == asked.client_id && code.redirect.as_str() == redirect;
    if fits && proves(verifier, &code.challenge) {
        Ok(code.who)
    } else {
        Err(Refusal::InvalidGrant)
    }
}

/// RFC 7636, sections 4.1 and 4.6.
fn proves(verifier: &str, challenge: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    (43..=128).contains(&verifier.len())
        && verifier.bytes().all(legal)
        && bool::from(hash.as_bytes().ct_eq(challenge.as_bytes()))
}

fn of_device(sign_ins: &mut SignIns, asked: &CreateToken, now: Timestamp) -> Result<Who, Refusal> {
    let code = asked.device_code.as_deref();
    let code = code.ok_or(Refusal::InvalidRequest("Missing device code"))?;
    let device = sign_ins.devices.get_mut(code);
    let device = device
        .filter(|device| device.client_id == asked.client_id)
        .ok_or(Refusal::InvalidGrant)?;
    if device.expires_at <= now {
        return Err(Refusal::ExpiredToken);
    }
    let since = |at: Timestamp| now.as_millisecond() - at.as_millisecond();
    let last = device.polled_at.replace(now);
    let answer = device.answer.clone();
    if answer.is_none() && last.is_some_and(|at| since(at) < INTERVAL_SECONDS * 1000 - EARLY_MILLISECONDS) {
        return Err(Refusal::SlowDown);
    }
    let answer = answer.ok_or(Refusal::AuthorizationPending)?;
    sign_ins.devices.remove(code);
    match answer {
        Answer::Allowed(who) => Ok(who),
        Answer::Denied => Err(Refusal::AccessDenied),
    }
}

fn of_refresh(sign_ins: &SignIns, asked: &CreateToken, now: Timestamp) -> Result<u64, Refusal> {
    let token = asked.refresh_token.as_deref();
    let token = token.ok_or(Refusal::InvalidRequest("Missing refresh token"))?;
    let number = *sign_ins.refresh_tokens.get(token).ok_or(Refusal::InvalidGrant)?;
    let sign_in = sign_ins.sign_ins.get(&number).ok_or(Refusal::InvalidGrant)?;
    if sign_in.client_id == asked.client_id && sign_in.expires_at > now {
        Ok(number)
    } else {
        Err(Refusal::InvalidGrant)
    }
}

/// A new access token, and for clients with scopes a new refresh token; the one before it stays good.
fn issue(state: &State, sign_ins: &mut SignIns, client: &Client, number: u64, now: Timestamp) -> Value {
    let scoped = client.scopes.iter().any(|scope| scope == ACCOUNT_ACCESS);
    let seconds = if scoped { SCOPED_SECONDS } else { UNSCOPED_SECONDS };
    let expires_at = end_of_life(state, now, seconds);
    let (access, refresh) = {
        let mut keys = state.keys();
        (
            format!("aoaAAAAAG{}", keys.opaque(240)),
            format!("aorAAAAAG{}", keys.opaque(240)),
        )
    };
    let token = AccessToken {
        sign_in: number,
        expires_at,
    };
    sign_ins.access_tokens.insert(access.clone(), token);
    let mut body = json!({
        "accessToken": access,
        "tokenType": "Bearer",
        "expiresIn": expires_at.as_second() - now.as_second(),
    });
    if scoped {
        sign_ins.refresh_tokens.insert(refresh.clone(), number);
        body["refreshToken"] = json!(refresh);
    }
    body
}
