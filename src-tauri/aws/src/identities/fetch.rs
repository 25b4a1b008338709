//! Small requests to the machine's own services: short, bounded, no redirect, no proxy, no second try.

use std::time::Duration;

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use http_body_util::{BodyExt, Limited};
use zeroize::Zeroizing;

/// Such a service is a hop away and answers in milliseconds, or it is not there.
const PATIENCE: Duration = Duration::from_millis(900);
const LONGEST_ANSWER: usize = 64 * 1024;

/// An answer, or why there was none.
#[derive(Debug)]
pub struct Fetched {
    /// The HTTP status.
    pub status: u16,
    /// The text, which may be a secret.
    pub body: Zeroizing<String>,
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAnswer {
    /// Nobody answers there.
    Silent,
    /// The address or a header is none.
    Unsendable,
    /// What came is no text, or has no end.
    Garbled,
}

/// Sends one request.
pub async fn fetch(method: &str, url: &str, headers: &[(&'static str, &str)]) -> Result<Fetched, NoAnswer> {
    let mut request = HttpRequest::get(url).map_err(|_| NoAnswer::Unsendable)?;
    request.set_method(method).map_err(|_| NoAnswer::Unsendable)?;
    for (name, value) in headers {
        request
            .headers_mut()
            .try_insert(*name, (*value).to_owned())
            .map_err(|_| NoAnswer::Unsendable)?;
    }
    if method == "PUT" {
        request.headers_mut().insert("content-length", "0");
    }
    let answer = async {
        let response = connector(url).call(request).await.map_err(|_| NoAnswer::Silent)?;
        let status = response.status().as_u16();
        let body: SdkBody = response.into_body();
        let bytes = Limited::new(body, LONGEST_ANSWER)
            .collect()
            .await
            .map_err(|_| NoAnswer::Garbled)?
            .to_bytes();
        let body = Zeroizing::new(String::from_utf8(bytes.to_vec()).map_err(|_| NoAnswer::Garbled)?);
        Ok(Fetched { status, body })
    };
    tokio::time::timeout(PATIENCE, answer)
        .await
        .unwrap_or(Err(NoAnswer::Silent))
}

fn connector(url: &str) -> Connector {
    let settings = HttpConnectorSettings::builder().connect_timeout(PATIENCE).build();
    let builder = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new());
    if url.starts_with("https:") {
        builder.tls_provider(Provider::Rustls(CryptoMode::Ring)).build()
    } else {
        builder.build_http()
    }
}
