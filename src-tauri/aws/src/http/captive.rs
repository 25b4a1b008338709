//! Networks that answer in AWS's place until the person has signed in to them.
//!
//! Source: RFC 8952, "Captive Portal Architecture"; RFC 6585, 6, for the status 511.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use url::Url;

use super::skew::aws_partition;

/// Such a page is in the next room.
const PATIENCE: Duration = Duration::from_secs(2);

/// The network wants to be signed in to first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this network asks for a sign-in first")]
pub(crate) struct SignInFirst {
    /// The host that it leads to, where it said so.
    pub portal: Option<String>,
}

/// Whether `answer`, to a request to `url`, is such a network's.
///
/// AWS marks each of its answers with a header of its own, as other S3 servers do.
pub(super) fn of_answer(url: &str, answer: &HttpResponse) -> Option<SignInFirst> {
    let headers = answer.headers();
    let status = answer.status().as_u16();
    let portal = || leads_elsewhere(url, headers.get("location")?);
    if status == 511 {
        return Some(SignInFirst { portal: portal() });
    }
    if headers.get("etag").is_some() || headers.iter().any(|(name, _)| name.starts_with("x-amz")) {
        return None;
    }
    match status {
        301 | 302 | 303 | 307 | 308 => portal().map(|host| SignInFirst { portal: Some(host) }),
        200..=299 if is_page(headers.get("content-type")?) => Some(SignInFirst { portal: None }),
        _ => None,
    }
}

fn is_page(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|page| kind.eq_ignore_ascii_case(page))
}

/// The host of `location`, if that is neither the one asked nor AWS's.
fn leads_elsewhere(url: &str, location: &str) -> Option<String> {
    let asked = Url::parse(url).ok()?;
    let host = asked.join(location).ok()?.host_str()?.to_owned();
    let is_aws = host == "aws.amazon.com" || aws_partition(&host).is_some();
    (asked.host_str() != Some(host.as_str()) && !is_aws).then_some(host)
}

/// Asks after a network that lets no TLS through: the server's own host and port by plain HTTP, with nothing of the
/// person's in it. AWS's hosts answer that with a redirect of their own, or not at all.
pub(super) async fn behind_failed_tls(url: &str) -> Option<SignInFirst> {
    let mut plain = Url::parse(url).ok().filter(|url| url.scheme() == "https")?;
    plain.set_scheme("http").ok()?;
    plain.set_path("/");
    plain.set_query(None);
    let request = HttpRequest::get(plain.as_str()).ok()?;
    let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .build_http();
    let answer = tokio::time::timeout(PATIENCE, connector.call(request)).await;
    of_answer(plain.as_str(), &answer.ok()?.ok()?)
}

#[cfg(test)]
mod tests {
    use aws_smithy_runtime_api::http::{Response, StatusCode};
    use aws_smithy_types::body::SdkBody;

    use super::*;

    fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> HttpResponse {
        let status = StatusCode::try_from(status).unwrap();
        let mut response = Response::new(status, SdkBody::empty());
        for (name, value) in headers {
            response.headers_mut().insert(*name, *value);
        }
        response
    }

    #[test]
    fn i77_a_page_or_a_redirect_that_is_not_aws_s_is_a_networks() {
        let html = ("content-type", "text/html; charset=utf-8");
        let away = ("location", "https://login.hotel.example/?from=sts");
        for (status, headers, portal) in [
            (200, &[html][..], None),
            (302, &[away], Some("login.hotel.example")),
            (307, &[away, html], Some("login.hotel.example")),
            (511, &[], None),
            (511, &[away], Some("login.hotel.example")),
        ] {
            let found = of_answer("https://sts.eu-west-1.amazonaws.com/", &answer(status, headers));
            let portal = portal.map(str::to_owned);
            assert_eq!(found, Some(SignInFirst { portal }), "{status} {headers:?}");
        }
    }

    #[test]
    fn i77_what_aws_itself_answers_is_none() {
        let html = ("content-type", "text/html");
        for (status, headers) in [
            (200, &[html, ("x-amz-request-id", "1")][..]),
            (200, &[html, ("etag", "\"1\"")]),
            (200, &[("content-type", "text/xml")]),
            (200, &[]),
            (301, &[("location", "https://b.s3.eu-west-1.amazonaws.com/")]),
            (302, &[("location", "https://aws.amazon.com/iam")]),
            (307, &[("location", "/elsewhere")]),
            (302, &[]),
            (403, &[html]),
            (503, &[html]),
        ] {
            let found = of_answer("https://sts.eu-west-1.amazonaws.com/", &answer(status, headers));
            assert_eq!(found, None, "{status} {headers:?}");
        }
    }
}
