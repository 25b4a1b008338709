//! An identity provider outside AWS, as a build service has one: it issues signed tokens for jobs.
//!
//! Source: RFC 7519 (JWT), RFC 7518 (ES256); OpenID Connect Core 1.0, section 2.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use url::form_urlencoded;

use crate::state::State;

/// `iss` of its tokens.
pub const ISSUER: &str = "https://token.build.example";
/// The issuer as provider ARNs and condition keys write it: without the scheme.
pub const PROVIDER: &str = "token.build.example";

/// Where a job asks for a token: `?subject=…&audience=…&seconds=…`.
pub const TOKEN_PATH: &str = "/oidc/token";
/// How long a token lives where nobody says.
const USUAL_SECONDS: i64 = 3600;

/// Answers a job that asks for a token.
pub fn answer(state: &State, query: &str) -> (StatusCode, String) {
    let fields: BTreeMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let seconds = fields.get("seconds").map(|text| text.parse::<i64>());
    let (Some(subject), Some(audience), Ok(seconds)) = (
        fields.get("subject"),
        fields.get("audience"),
        seconds.unwrap_or(Ok(USUAL_SECONDS)),
    ) else {
        let usage =
            "subject and audience are needed; seconds may be negative, for a token that has expired\n";
        return (StatusCode::BAD_REQUEST, usage.to_owned());
    };
    match state.issuer.job_token(subject, audience, state.now(), seconds) {
        Some(token) => (StatusCode::OK, token),
        None => (StatusCode::INTERNAL_SERVER_ERROR, String::new()),
    }
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub sub: String,
    /// What it may be shown to.
    pub aud: String,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// When it is of no use any more, in seconds since 1970.
    pub exp: i64,
}

/// Why a text is no token of anybody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAToken {
    /// It does not have a JWT's form, or lacks a claim.
    Malformed,
    /// The signature is not the issuer's.
    Forged,
}

/// The provider's signing key, and whom it has taken back.
pub struct TokenIssuer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    revoked: Mutex<BTreeSet<String>>,
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuer").finish_non_exhaustive()
    }
}

impl TokenIssuer {
    /// A provider with a new key; `None` where the operating system gives no randomness.
    pub fn new() -> Option<Self> {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).ok()?;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).ok()?;
        Some(Self {
            key,
            random,
            revoked: Mutex::default(),
        })
    }

    /// A token of this provider's own for a job; `None` where the operating system gives no randomness.
    pub fn job_token(&self, subject: &str, audience: &str, now: Timestamp, seconds: i64) -> Option<String> {
        self.token(&Claims {
            iss: ISSUER.to_owned(),
            sub: subject.to_owned(),
            aud: audience.to_owned(),
            iat: now.as_second(),
            exp: now.as_second().saturating_add(seconds),
        })
    }

    /// Signs a token; `None` where the operating system gives no randomness.
    pub fn token(&self, claims: &Claims) -> Option<String> {
        let header = json!({ "alg": "ES256", "typ": "JWT", "kid": "sandbox" });
        let claims = serde_json::to_string(claims).ok()?;
        let signed = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header.to_string()),
            URL_SAFE_NO_PAD.encode(claims)
        );
        let signature = self.key.sign(&self.random, signed.as_bytes()).ok()?;
        Some(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Reads a token without believing it.
    pub fn read(token: &str) -> Result<Claims, NotAToken> {
        let read = || {
            let mut parts = token.split('.');
            let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
            let claims = parts.next().is_none().then_some(claims)?;
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
        };
        read().ok_or(NotAToken::Malformed)
    }

    /// Checks that this provider signed a token.
    pub fn verify(&self, token: &str) -> Result<(), NotAToken> {
        let (signed, signature) = token.rsplit_once('.').ok_or(NotAToken::Malformed)?;
        let signature = URL_SAFE_NO_PAD
            .decode(signature)
            .map_err(|_| NotAToken::Malformed)?;
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.key.public_key().as_ref())
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| NotAToken::Forged)
    }

    /// Takes a subject back: the provider stands behind its tokens no more.
    pub fn revoke(&self, subject: &str) {
        let mut revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.insert(subject.to_owned());
    }

    /// Whether a subject was taken back.
    pub fn has_revoked(&self, subject: &str) -> bool {
        let revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.contains(subject)
    }
}
