//! A look at every exchange with AWS, whichever client makes it: what the clocks say, and who it was that answered.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{RuntimeComponents, RuntimeComponentsBuilder};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;

use super::captive;
use super::silence::{Moved, heard};
use super::skew::ClockSkews;
use crate::failure::{is_of_tls, says};
use crate::patience::SignedAt;

/// The proxy wants a name and a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the proxy {proxy} asks for a name and a password")]
pub(crate) struct ProxyAsks {
    /// `host:port`.
    pub proxy: String,
}

/// What is looked at with.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    pub skews: Arc<ClockSkews>,
    /// `host:port` of the proxy that the wire goes through.
    pub proxy: Option<String>,
    /// Whether an answer that AWS has not marked is somebody else's.
    pub of_aws: bool,
    /// How long an answer may take after all of the request was sent.
    pub patience: Duration,
}

impl Watch {
    /// What the connection's trouble was, where its own words do not say it.
    async fn trouble(&self, url: &str, error: ConnectorError) -> ConnectorError {
        if let Some(proxy) = &self.proxy {
            // hyper-util has no type for it, only this text of its own.
            if says(&error, "proxy authorization required") {
                let asks = ProxyAsks { proxy: proxy.clone() };
                return ConnectorError::user(asks.into());
            }
            return error;
        }
        if error.is_user() || !is_of_tls(&error) {
            return error;
        }
        match captive::behind_failed_tls(url).await {
            Some(first) => ConnectorError::user(first.into()),
            None => error,
        }
    }
}

/// A connector that is watched.
#[derive(Debug)]
pub(super) struct WatchedConnector {
    pub inner: SharedHttpConnector,
    pub watch: Watch,
}

impl HttpConnector for WatchedConnector {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let url = request.uri().to_owned();
        let watch = self.watch.clone();
        let signed_at = request.headers().get("x-amz-date").map(str::to_owned);
        // What is read may take as long as the person looks at it; the SDK ends what stalls of that.
        let changes = !matches!(request.method(), "GET" | "HEAD");
        let sent = watch.skews.now();
        let moved = Moved::of(&mut request);
        let answer = moved.answered(self.inner.call(request), watch.patience);
        HttpConnectorFuture::new(async move {
            let mut answer = match answer.await {
                Ok(answer) => answer,
                Err(error) => return Err(watch.trouble(&url, error).await),
            };
            if answer.status().as_u16() == 407
                && let Some(proxy) = &watch.proxy
            {
                // By plain HTTP the proxy's own answer comes like any other.
                let asks = ProxyAsks { proxy: proxy.clone() };
                return Err(ConnectorError::user(asks.into()));
            }
            if watch.of_aws
                && let Some(first) = captive::of_answer(&url, &answer)
            {
                return Err(ConnectorError::user(first.into()));
            }
            watch.skews.note(&url, answer.headers(), sent);
            if changes {
                let body = std::mem::replace(answer.body_mut(), SdkBody::taken());
                *answer.body_mut() = heard(body, watch.patience);
            }
            if let Some(at) = signed_at {
                answer.add_extension(SignedAt(at));
            }
            Ok(answer)
        })
    }
}

/// A client whose connectors are watched.
#[derive(Debug)]
pub(super) struct WatchedClient {
    pub inner: SharedHttpClient,
    pub watch: Watch,
}

impl HttpClient for WatchedClient {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(WatchedConnector {
            inner: self.inner.http_connector(settings, components),
            watch: self.watch.clone(),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_base_client_config(&self.inner, components, config)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        config: &ConfigBag,
    ) -> Result<(), BoxError> {
        HttpClient::validate_final_config(&self.inner, components, config)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}
