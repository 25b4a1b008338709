//! AWS Sign-In's token endpoint, which renews what `aws login` got.
//!
//! Source: AWS Sign-In API, "CreateOAuth2Token" (the service model of the AWS SDKs, version 2023-01-01, and its
//! endpoint rules); AWS SDKs and Tools Reference Guide, "Login credentials provider".

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::{DateTime, Format};
use hatrack_core::account::Partition;
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::proof::ProofKey;
use crate::answer::timestamp;
use crate::failure::Asked;
use crate::http::{HttpClients, Wire, check_endpoint, exchange};

const LONGEST_ANSWER: usize = 64 * 1024;

/// One renewal.
#[derive(Debug)]
pub struct Refresh<'a> {
    /// Whom the sign-in was made by: the AWS CLI's own client ID.
    pub client_id: &'a str,
    /// Good for one renewal: the answer brings the next.
    pub refresh_token: &'a Secret,
    /// The key that the sign-in is bound to.
    pub key: &'a ProofKey,
    /// This computer's clock.
    pub now: Timestamp,
    /// Makes the proof one of a kind.
    pub id: [u8; 16],
}

/// What a renewal brought.
#[derive(Debug)]
pub struct Refreshed {
    /// The credentials' parts.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// The session token.
    pub session_token: Secret,
    /// For the next renewal.
    pub refresh_token: Secret,
    /// From AWS's answer on: 15 minutes at most.
    pub expires_in: Duration,
    /// The answer's `Date`.
    pub aws_date: Option<Timestamp>,
    /// AWS's request ID.
    pub request_id: Option<String>,
    /// From request to answer.
    pub took: Duration,
}

/// Renews a console sign-in. Nothing is signed by credentials: the refresh token and the proof speak for themselves.
/// Asked once: a refresh token that was taken is not taken again. The proof's time is by AWS's clock, as far as that is
/// known.
///
/// A refusal's `code` is the service's own `error`: `TOKEN_EXPIRED`, `USER_CREDENTIALS_CHANGED`,
/// `INSUFFICIENT_PERMISSIONS`, ….
pub async fn refresh(http: &HttpClients, reach: &Reach, ask: &Refresh<'_>) -> Result<Refreshed, AwsFailure> {
    let asked = Asked {
        service: "AWS Sign-In",
        region: &reach.region,
    };
    let now = http.skews().corrected(&base(reach), ask.now);
    let request = request(reach, ask, now)?;
    let connector = http.connector(&Wire::to(reach.endpoint.as_deref(), reach))?;
    let started = Instant::now();
    let (response, body) = exchange(asked, &connector, request, LONGEST_ANSWER).await?;
    read(asked, &response, &body, started.elapsed())
}

fn request(reach: &Reach, ask: &Refresh<'_>, now: Timestamp) -> Result<HttpRequest, AwsFailure> {
    check_endpoint(reach.endpoint.as_deref())?;
    let unusable = |why: String| AwsFailure::Unusable(format!("the sign-in cannot be renewed: {why}"));
    // It becomes a part of the host's name.
    let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if !reach.region.bytes().all(label) {
        return Err(unusable(format!(
            "\"{}\" is no region",
            reach.region.escape_debug()
        )));
    }
    let url = format!("{}/v1/token", base(reach).trim_end_matches('/'));
    let proof = ask
        .key
        .of_post(&url, now, ask.id)
        .map_err(|why| unusable(why.to_string()))?;
    let body = json!({
        "clientId": ask.client_id,
        "grantType": "refresh_token",
        "refreshToken": ask.refresh_token.expose(),
    });
    let body = body.to_string();
    let no_address = |_| unusable("its endpoint is no address".to_owned());
    let mut request = HttpRequest::get(url).map_err(no_address)?;
    request.set_method("POST").map_err(no_address)?;
    let length = body.len().to_string();
    for (name, value) in [
        ("content-type", "application/json".to_owned()),
        ("content-length", length),
        ("dpop", proof),
    ] {
        request.headers_mut().insert(name, value);
    }
    *request.body_mut() = SdkBody::from(body);
    Ok(request)
}

/// The address of the service there.
fn base(reach: &Reach) -> String {
    reach.endpoint.clone().unwrap_or_else(|| endpoint(&reach.region))
}

/// The service's own endpoint in a region.
fn endpoint(region: &str) -> String {
    let host = match Partition::of_region(region) {
        Partition::Aws => "signin.aws.amazon.com",
        Partition::AwsCn => "signin.amazonaws.cn",
        Partition::AwsUsGov => "signin.amazonaws-us-gov.com",
        Partition::AwsEusc => "signin.amazonaws-eusc.eu",
    };
    format!("https://{region}.{host}")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    access_token: AccessToken,
    expires_in: u32,
    refresh_token: Zeroed,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessToken {
    access_key_id: String,
    secret_access_key: Zeroed,
    session_token: Zeroed,
}

struct Zeroed(Zeroizing<String>);

impl<'de> Deserialize<'de> for Zeroed {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

/// The answer to a request that was refused.
#[derive(Deserialize)]
struct Error {
    error: String,
    #[serde(default)]
    message: String,
}

fn read(
    asked: Asked<'_>,
    response: &HttpResponse,
    body: &[u8],
    took: Duration,
) -> Result<Refreshed, AwsFailure> {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name);
    let request_id = header("x-amzn-requestid").map(str::to_owned);
    if status != 200 {
        return Err(match serde_json::from_slice::<Error>(body) {
            Ok(said) => AwsFailure::Refused(Refusal {
                code: said.error,
                message: said.message,
                request_id,
                status,
            }),
            Err(_) => asked.garbled(format!("HTTP {status}")),
        });
    }
    let output: Output =
        serde_json::from_slice(body).map_err(|_| asked.garbled("it holds no credentials"))?;
    let secret = |text: &Zeroed| Secret::new(text.0.as_str());
    let date = header("date").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    Ok(Refreshed {
        access_key_id: output.access_token.access_key_id,
        secret_access_key: secret(&output.access_token.secret_access_key),
        session_token: secret(&output.access_token.session_token),
        refresh_token: secret(&output.refresh_token),
        expires_in: Duration::from_secs(output.expires_in.into()),
        aws_date: date.as_ref().and_then(timestamp),
        request_id,
        took,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b30_each_partition_has_its_own_endpoint() {
        for (region, url) in [
            ("us-east-1", "https://us-east-1.signin.aws.amazon.com"),
            ("il-central-1", "https://il-central-1.signin.aws.amazon.com"),
            ("cn-north-1", "https://cn-north-1.signin.amazonaws.cn"),
            (
                "us-gov-west-1",
                "https://us-gov-west-1.signin.amazonaws-us-gov.com",
            ),
            (
                "eusc-de-east-1",
                "https://eusc-de-east-1.signin.amazonaws-eusc.eu",
            ),
        ] {
            assert_eq!(endpoint(region), url);
        }
    }
}
