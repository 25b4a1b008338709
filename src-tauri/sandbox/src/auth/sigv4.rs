//! Checking a signed request.

use hatrack_core::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use jiff::Timestamp;
use jiff::civil::DateTime;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::scope::{Scope, field};

/// How far a request's time may be off, in seconds: 15 minutes, as STS has it.
pub const TOLERANCE_SECONDS: i64 = 15 * 60;

/// A request as it came.
#[derive(Debug)]
pub struct SignedRequest<'a> {
    /// `GET`, `POST`.
    pub method: &'a str,
    /// The path as sent.
    pub path: &'a str,
    /// The query as sent.
    pub query: &'a str,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body.
    pub body: &'a [u8],
}

/// Why a signature is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// There is none, or not all of it.
    Incomplete,
    /// It is not what the secret key gives.
    Mismatch,
    /// The request is too old or from the future: the texts of its time and of the nearest time taken.
    Skewed {
        /// `x-amz-date`.
        signed: String,
        /// The server's time.
        now: String,
        /// The earliest or latest time taken.
        limit: String,
        /// Too old, or not yet valid.
        old: bool,
    },
}

/// Checks the signature of `request`, made with `secret` for `scope`.
///
/// # Errors
/// See [`Refused`].
pub fn verify(
    request: &SignedRequest<'_>,
    scope: &Scope,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Refused> {
    let header = |name: &str| request.headers.get(name).and_then(|v| v.to_str().ok());
    let authorization = header("authorization").ok_or(Refused::Incomplete)?;
    let signature = field(authorization, "Signature").ok_or(Refused::Incomplete)?;
    let signed_headers = field(authorization, "SignedHeaders").ok_or(Refused::Incomplete)?;
    let signed_at = header("x-amz-date").ok_or(Refused::Incomplete)?;
    check_time(signed_at, now)?;
    if signed_at.get(..8) != Some(scope.date.as_str()) || !signed_headers.split(';').any(|h| h == "host") {
        return Err(Refused::Mismatch);
    }
    let canonical = canonical_request(request, signed_headers)?;
    let scope_text = format!("{}/{}/{}/aws4_request", scope.date, scope.region, scope.service);
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{signed_at}\n{scope_text}\n{}",
        hex::encode(Sha256::digest(canonical))
    );
    let mut key = mac(
        format!("AWS4{}", secret.expose()).as_bytes(),
        scope.date.as_bytes(),
    );
    for part in [&scope.region, &scope.service, "aws4_request"] {
        key = mac(&key, part.as_bytes());
    }
    let expected = hex::encode(mac(&key, to_sign.as_bytes()));
    if bool::from(expected.as_bytes().ct_eq(signature.as_bytes())) {
        Ok(())
    } else {
        Err(Refused::Mismatch)
    }
}

fn mac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length, so the error cannot occur; an empty key then fails the comparison.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Vec::new();
    };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

/// The canonical form of `request` with these headers.
///
/// # Errors
/// A header that is signed is not there.
pub fn canonical_request(request: &SignedRequest<'_>, signed_headers: &str) -> Result<String, Refused> {
    let mut headers = String::new();
    for name in signed_headers.split(';') {
        let values: Vec<String> = request
            .headers
            .get_all(name)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .map(|v| v.split_ascii_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        if values.is_empty() {
            return Err(Refused::Mismatch);
        }
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    let mut query: Vec<(String, String)> = url::form_urlencoded::parse(request.query.as_bytes())
        .map(|(k, v)| (encode(&k), encode(&v)))
        .collect();
    query.sort();
    let query = query
        .iter()
        .map(|(k, v)| format!("{k}={v}"))
        .collect::<Vec<_>>()
        .join("&");
    let path = request.path.split('/').map(encode).collect::<Vec<_>>().join("/");
    let body = hex::encode(Sha256::digest(request.body));
    Ok(format!(
        "{}\n{path}\n{query}\n{headers}\n{signed_headers}\n{body}",
        request.method
    ))
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

/// Reads `20260102T030405Z`.
pub fn amz_date(text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime("%Y%m%dT%H%M%SZ", text).ok()?;
    civil
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|z| z.timestamp())
}

/// Checks that a request was signed lately.
///
/// # Errors
/// It was not, or its time cannot be read.
pub fn check_time(signed: &str, now: Timestamp) -> Result<(), Refused> {
    let at = amz_date(signed).ok_or(Refused::Incomplete)?;
    let off = at.as_second() - now.as_second();
    if off.abs() <= TOLERANCE_SECONDS {
        return Ok(());
    }
    let text = |at: i64| {
        let at = Timestamp::from_second(at).unwrap_or(now);
        at.strftime("%Y%m%dT%H%M%SZ").to_string()
    };
    let limit = now.as_second() + TOLERANCE_SECONDS * off.signum();
    Err(Refused::Skewed {
        signed: signed.to_owned(),
        now: text(now.as_second()),
        limit: text(limit),
        old: off < 0,
    })
}
