//! Getting a team's file from the https address that the person named.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use hatrack_core::sts::{AwsFailure, Reach};
use http_body_util::{BodyExt, Limited};
use url::Url;

use crate::failure::{find, innermost};
use crate::http::{ProxyAsks, SignInFirst, Wire, connector_elsewhere};

/// How long all of it may take, redirects included.
const PATIENCE: Duration = Duration::from_secs(20);
const MOST_REDIRECTS: usize = 3;

/// Why a file did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotFetched {
    /// The address is not of https, or the certificates or the proxy cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// Nobody answers, or not in time.
    #[error("{host} could not be reached: {why}; check the network, the proxy and AWS_CA_BUNDLE")]
    Unreachable {
        /// The host.
        host: String,
        /// What went wrong.
        why: String,
    },
    /// A proxy is on the way.
    #[error(
        "the proxy {proxy} asks for a name and a password; switch to a role to be asked for them, or put them into \
         HTTPS_PROXY as http://name:password@host:port"
    )]
    ProxyPassword {
        /// `host:port`.
        proxy: String,
    },
    /// The network answers in everybody's place.
    #[error(
        "this network asks for a sign-in first; open any page in a browser, sign in to the network, and try again"
    )]
    CaptivePortal,
    /// It is not there, or not for us.
    #[error("{host} answered with HTTP status {status}; check the address")]
    Status {
        /// The host.
        host: String,
        /// The status.
        status: u16,
    },
    /// It leads to another host, which the person has not named.
    #[error("{host} leads on to {to}; give the address that it leads to, if you trust that")]
    Elsewhere {
        /// The host.
        host: String,
        /// The scheme and host that it leads to.
        to: String,
    },
    /// There is no end of redirects.
    #[error("{host} leads on again and again; check the address")]
    RoundAndRound {
        /// The host.
        host: String,
    },
    /// More than is taken.
    #[error("the file is larger than {0} bytes, or breaks off")]
    TooLarge(usize),
    /// No UTF-8.
    #[error("the file is no text")]
    NoText,
}

/// The text at `url`, through what `reach` says of certificates and proxy; its endpoint and region have no part in it.
/// Redirects are followed on the same host only, and nothing that identifies the person is sent.
pub async fn fetch(url: &Url, reach: &Reach, largest: usize) -> Result<String, NotFetched> {
    let host = url.host_str().unwrap_or_default().to_owned();
    if url.scheme() != "https" {
        return Err(NotFetched::Unusable(format!("{host} is not reached by https")));
    }
    let exchange = follow(url, reach, largest);
    tokio::time::timeout(PATIENCE, exchange)
        .await
        .unwrap_or_else(|_| {
            let why = "no answer came in time".to_owned();
            Err(NotFetched::Unreachable { host, why })
        })
}

async fn follow(url: &Url, reach: &Reach, largest: usize) -> Result<String, NotFetched> {
    let wire = Wire::to(Some(url.as_str()), reach);
    let connector = connector_elsewhere(&wire).map_err(|why| match why {
        AwsFailure::Unusable(why) => NotFetched::Unusable(why),
        other => NotFetched::Unusable(other.to_string()),
    })?;
    let host = || url.host_str().unwrap_or_default().to_owned();
    let mut at = url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let unusable =
            |why: &dyn std::fmt::Display| NotFetched::Unusable(format!("{} cannot be asked: {why}", host()));
        let request = HttpRequest::get(at.as_str()).map_err(|why| unusable(&why))?;
        let mut response = connector
            .call(request)
            .await
            .map_err(|why| not_reached(host(), &why))?;
        match response.status().as_u16() {
            200 => {
                let body = Limited::new(response.take_body(), largest).collect().await;
                let bytes = body.map_err(|_| NotFetched::TooLarge(largest))?.to_bytes();
                return String::from_utf8(bytes.to_vec()).map_err(|_| NotFetched::NoText);
            }
            301 | 302 | 303 | 307 | 308 => at = next(&at, &response, &host())?,
            status => return Err(NotFetched::Status { host: host(), status }),
        }
    }
    Err(NotFetched::RoundAndRound { host: host() })
}

/// Where a redirect leads, if that is the same host.
fn next(at: &Url, response: &HttpResponse, host: &str) -> Result<Url, NotFetched> {
    let to = response.headers().get("location").and_then(|to| at.join(to).ok());
    match to {
        Some(to) if to.origin() == at.origin() => Ok(to),
        to => Err(NotFetched::Elsewhere {
            host: host.to_owned(),
            to: to.map_or_else(|| "nowhere".to_owned(), |to| to.origin().ascii_serialization()),
        }),
    }
}

fn not_reached(host: String, error: &ConnectorError) -> NotFetched {
    if let Some(ProxyAsks { proxy }) = find(error) {
        let proxy = proxy.clone();
        return NotFetched::ProxyPassword { proxy };
    }
    if find::<SignInFirst>(error).is_some() {
        return NotFetched::CaptivePortal;
    }
    NotFetched::Unreachable {
        host,
        why: innermost(error),
    }
}
