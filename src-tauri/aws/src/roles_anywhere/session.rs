//! CreateSession.

use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::{DateTime, Format};
use hatrack_core::account::Partition;
use hatrack_core::arn::RoleArn;
use hatrack_core::broker::Given;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts::{AwsFailure, Reach, Refusal};
use hatrack_core::sts_limits::{SessionDuration, SessionName};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;
use url::Url;
use zeroize::Zeroizing;

use super::bearer::{Bearer, BearerFault};
use super::signing::{PATH, Unsigned};
use crate::answer::timestamp;
use crate::failure::Asked;
use crate::http::{HttpClients, Wire, check_endpoint, exchange, is_of_the_clock};

const LONGEST_ANSWER: usize = 256 * 1024;

/// What a certificate asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSession<'a> {
    /// The trust anchor that stands behind the certificate, by ARN.
    pub trust_anchor_arn: &'a str,
    /// The profile of Roles Anywhere that has the role, by ARN.
    pub profile_arn: &'a str,
    /// The role.
    pub role: &'a RoleArn,
    /// `durationSeconds`; the profile's own where it is `None`.
    pub duration: Option<SessionDuration>,
    /// `roleSessionName`: only profiles that accept one take it. The certificate's serial number where it is `None`.
    pub session_name: Option<&'a SessionName>,
}

/// CreateSession, signed by `bearer` at `now`, corrected by what is known of AWS's clock. Asked once; once more where
/// the refusal shows that the clock was to blame.
///
/// # Errors
/// AWS refuses (`AccessDeniedException` for an expired or untrusted certificate, as for a role that does not trust
/// it), or cannot be asked.
pub async fn create_session(
    http: &HttpClients,
    reach: &Reach,
    bearer: &Bearer,
    ask: &CreateSession<'_>,
    now: Timestamp,
) -> Result<Given, AwsFailure> {
    let asked = Asked {
        service: "Roles Anywhere",
        region: &reach.region,
    };
    let connector = http.connector(&Wire::to(reach.endpoint.as_deref(), reach))?;
    let url = base(reach);
    let used = http.skews().ahead(&url);
    let first = attempt(
        asked,
        &connector,
        request(reach, bearer, ask, shifted(now, used))?,
    )
    .await;
    match first {
        Err(AwsFailure::Refused(refusal))
            if is_of_the_clock(&refusal.code, used, http.skews().ahead(&url)) =>
        {
            let now = http.skews().corrected(&url, now);
            attempt(asked, &connector, request(reach, bearer, ask, now)?).await
        }
        answered => answered,
    }
}

fn shifted(now: Timestamp, ahead: SignedDuration) -> Timestamp {
    now.checked_add(ahead).unwrap_or(now)
}

/// Sends one request and reads its answer.
async fn attempt(
    asked: Asked<'_>,
    connector: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<Given, AwsFailure> {
    let started = Instant::now();
    let (response, body) = exchange(asked, connector, request, LONGEST_ANSWER).await?;
    read(asked, &response, &body, started.elapsed())
}

fn unusable(why: impl std::fmt::Display) -> AwsFailure {
    AwsFailure::Unusable(format!(
        "the certificate cannot be shown to Roles Anywhere: {why}"
    ))
}

fn request(
    reach: &Reach,
    bearer: &Bearer,
    ask: &CreateSession<'_>,
    now: Timestamp,
) -> Result<HttpRequest, AwsFailure> {
    check_endpoint(reach.endpoint.as_deref())?;
    // It becomes a part of the host's name.
    let label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    if reach.region.is_empty() || !reach.region.bytes().all(label) {
        return Err(unusable(format!(
            "\"{}\" is no region",
            reach.region.escape_debug()
        )));
    }
    let base = base(reach);
    let url = Url::parse(base.trim_end_matches('/')).map_err(|_| unusable("its endpoint is no address"))?;
    let host = match (url.host_str(), url.port()) {
        (Some(host), None) => host.to_owned(),
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (None, _) => return Err(unusable("its endpoint is no address")),
    };
    let role = ask.role.to_string();
    // In the order of their names, as the signature wants them.
    let query = [
        ("profileArn", ask.profile_arn),
        ("roleArn", role.as_str()),
        ("trustAnchorArn", ask.trust_anchor_arn),
    ]
    .map(|(name, value)| format!("{name}={}", encoded(value)))
    .join("&");
    let mut body = json!({});
    if let Some(duration) = ask.duration {
        body["durationSeconds"] = json!(duration.seconds());
    }
    if let Some(name) = ask.session_name {
        body["roleSessionName"] = json!(name.as_str());
    }
    let body = body.to_string();
    let unsigned = Unsigned {
        host: &host,
        query: &query,
        body: &body,
        region: &reach.region,
        now,
    };
    let headers = unsigned
        .signed(bearer)
        .map_err(|why: BearerFault| unusable(why))?;
    let no_address = |_| unusable("its endpoint is no address");
    let address = format!("{}://{host}{PATH}?{query}", url.scheme());
    let mut request = HttpRequest::get(address).map_err(no_address)?;
    request.set_method("POST").map_err(no_address)?;
    for (name, value) in headers {
        request
            .headers_mut()
            .try_insert(name, value)
            .map_err(no_address)?;
    }
    request
        .headers_mut()
        .insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
    Ok(request)
}

/// Percent-encodes all but RFC 3986's unreserved characters, as signatures want it.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            b => format!("%{b:02X}"),
        })
        .collect()
}

/// The address of the service there.
fn base(reach: &Reach) -> String {
    reach.endpoint.clone().unwrap_or_else(|| endpoint(&reach.region))
}

/// The service's own endpoint in a region.
fn endpoint(region: &str) -> String {
    let suffix = match Partition::of_region(region) {
        Partition::Aws | Partition::AwsUsGov => "amazonaws.com",
        Partition::AwsCn => "amazonaws.com.cn",
        Partition::AwsEusc => "amazonaws.eu",
    };
    format!("https://rolesanywhere.{region}.{suffix}")
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    credential_set: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    #[serde(default)]
    assumed_role_user: Option<User>,
    credentials: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct User {
    arn: Option<String>,
    assumed_role_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Keys {
    access_key_id: String,
    #[serde(deserialize_with = "zeroed")]
    secret_access_key: Zeroizing<String>,
    #[serde(deserialize_with = "zeroed")]
    session_token: Zeroizing<String>,
    expiration: Timestamp,
}

fn zeroed<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(from).map(Zeroizing::new)
}

/// The answer to a request that was refused.
#[derive(Deserialize)]
struct Said {
    #[serde(rename = "__type", default)]
    kind: Option<String>,
    #[serde(alias = "Message", default)]
    message: String,
}

fn read(asked: Asked<'_>, response: &HttpResponse, body: &[u8], took: Duration) -> Result<Given, AwsFailure> {
    let status = response.status().as_u16();
    let header = |name: &str| response.headers().get(name);
    let request_id = header("x-amzn-requestid").map(str::to_owned);
    if !(200..300).contains(&status) {
        let said =
            serde_json::from_slice::<Said>(body).map_err(|_| asked.garbled(format!("HTTP {status}")))?;
        // `AccessDeniedException:http://…` in the header, `namespace#AccessDeniedException` in the body.
        let named = header("x-amzn-errortype").map(str::to_owned).or(said.kind);
        let named = named.ok_or_else(|| asked.garbled(format!("HTTP {status}")))?;
        let code = named.split(':').next().unwrap_or_default();
        return Err(AwsFailure::Refused(Refusal {
            code: code.rsplit('#').next().unwrap_or(code).to_owned(),
            message: said.message,
            request_id,
            status,
        }));
    }
    let output: Output =
        serde_json::from_slice(body).map_err(|_| asked.garbled("it holds no credentials"))?;
    let member = output.credential_set.into_iter().next();
    let member = member.ok_or_else(|| asked.garbled("it holds no credentials"))?;
    let keys = member.credentials;
    if [
        &keys.access_key_id,
        &*keys.secret_access_key,
        &*keys.session_token,
    ]
    .iter()
    .any(|part| part.is_empty())
    {
        return Err(asked.garbled("its credentials are incomplete"));
    }
    let date = header("date").and_then(|date| DateTime::from_str(date, Format::HttpDate).ok());
    let user = member.assumed_role_user;
    let (arn, id) = user
        .map(|user| (user.arn, user.assumed_role_id))
        .unwrap_or_default();
    Ok(Given {
        credentials: Credentials {
            access_key_id: keys.access_key_id,
            secret_access_key: Secret::new(keys.secret_access_key.as_str()),
            session_token: Some(Secret::new(keys.session_token.as_str())),
            expires_at: Some(keys.expiration),
        },
        aws_date: date.as_ref().and_then(timestamp),
        assumed_role_arn: arn,
        assumed_role_id: id,
        request_id,
        took: Some(took),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b30_each_partition_has_its_own_endpoint() {
        for (region, url) in [
            ("eu-west-1", "https://rolesanywhere.eu-west-1.amazonaws.com"),
            ("cn-north-1", "https://rolesanywhere.cn-north-1.amazonaws.com.cn"),
            (
                "us-gov-west-1",
                "https://rolesanywhere.us-gov-west-1.amazonaws.com",
            ),
            (
                "eusc-de-east-1",
                "https://rolesanywhere.eusc-de-east-1.amazonaws.eu",
            ),
        ] {
            assert_eq!(endpoint(region), url);
        }
    }
}
