//! The one HTTP client that everything to AWS goes through.
//!
//! Invariants: a CA bundle that is named is the only trust there is, and one that cannot be read stops the call; TLS
//! names are always checked; the proxy's password appears in no error and no log.

mod captive;
mod exchange;
mod silence;
mod skew;
mod watched;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_types::timeout::TimeoutConfig;
use hatrack_core::expiry::Clock;
use hatrack_core::secret::Secret;
use hatrack_core::sts::{AwsFailure, ProxyUrl, Reach};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::{Host, Url};

pub(crate) use captive::SignInFirst;
pub(crate) use exchange::exchange;
pub(crate) use skew::is_of_the_clock;
pub use skew::{ClockSkews, LargeSkew};
pub(crate) use watched::ProxyAsks;
use watched::{Watch, WatchedClient, WatchedConnector};

/// S3 closes idle connections after about 20 s; one that is used just then fails.
const POOL_IDLE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(5);
/// How long one attempt of a call that returns a document may take.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(15);
/// How long such a call may take, retries included.
const CALL: Duration = Duration::from_secs(50);
/// How long an answer may take after all of a request was sent: what is still on its way on a slow line, and an object
/// of 5 GiB that a server copies without a word.
const PATIENCE: Duration = Duration::from_secs(600);

/// Timeouts of calls that return a document.
pub fn document_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(CALL)
        .build()
}

/// Timeouts of calls that stream an object: the head of the answer is bounded; a body that stalls is ended by the
/// SDK's own protection.
pub fn stream_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT * 2)
        .build()
}

/// Timeouts of calls that send an object's bytes: the SDK counts the sending into its read timeout, and how long that
/// takes is up to the line. One that stalls, or that nobody answers, is ended by [`HttpClients`].
pub fn sending_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .disable_read_timeout()
        .build()
}

/// What the bytes go through.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Wire {
    /// Whether the endpoint is plain HTTP: loopback servers are. Then no certificate is ever loaded.
    pub plain: bool,
    /// Trusted instead of the system's certificates.
    pub ca_bundle: Option<PathBuf>,
    /// The proxy.
    pub proxy: Option<ProxyUrl>,
    /// What goes around the proxy.
    pub no_proxy: Option<String>,
}

impl Wire {
    /// The wire to `endpoint`, or to AWS's own, through what `reach` says.
    pub fn to(endpoint: Option<&str>, reach: &Reach) -> Self {
        let plain = endpoint.is_some_and(|url| url.trim_start().to_ascii_lowercase().starts_with("http://"));
        // No proxy leads to this computer's own loopback.
        let here = plain && endpoint.is_some_and(is_loopback);
        Self {
            plain,
            ca_bundle: reach.ca_bundle.clone().filter(|_| !plain),
            proxy: reach.proxy.clone().filter(|_| !here),
            no_proxy: reach.no_proxy.clone().filter(|_| !here),
        }
    }

    /// Changes when the CA bundle does.
    pub(crate) fn stamp(&self) -> Result<Option<Stamp>, AwsFailure> {
        self.ca_bundle.as_deref().map(stamp).transpose()
    }
}

/// Whether nobody is between here and the server.
pub(crate) fn is_loopback(url: &str) -> bool {
    match Url::parse(url.trim_start()).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Refuses an endpoint that is no address: the SDK would stop at it.
pub(crate) fn check_endpoint(endpoint: Option<&str>) -> Result<(), AwsFailure> {
    let Some(text) = endpoint else { return Ok(()) };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => Err(AwsFailure::Unusable(format!(
            "\"{}\" is no endpoint; one looks like https://sts.eu-west-1.amazonaws.com",
            text.escape_debug()
        ))),
    }
}

/// Clients by wire, each with its own pool of connections.
#[derive(Debug)]
pub struct HttpClients {
    made: Mutex<HashMap<(Wire, Option<Stamp>), SharedHttpClient>>,
    skews: Arc<ClockSkews>,
    patience: Duration,
}

impl Default for HttpClients {
    fn default() -> Self {
        Self {
            made: Mutex::default(),
            skews: Arc::default(),
            patience: PATIENCE,
        }
    }
}

/// Tells a CA bundle that has been replaced from the one that was read.
pub(crate) type Stamp = (u64, Option<SystemTime>);

impl HttpClients {
    /// Clients whose answers tell how far this `clock` is off.
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        Self {
            skews: Arc::new(ClockSkews::by(clock)),
            ..Self::default()
        }
    }

    /// The same; no call waits longer for an answer after all of its request was sent.
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The client of this wire.
    pub fn client(&self, wire: &Wire) -> Result<SharedHttpClient, AwsFailure> {
        let stamp = wire.stamp()?;
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(&(wire.clone(), stamp)) {
            return Ok(client.clone());
        }
        let client = SharedHttpClient::new(WatchedClient {
            inner: build(wire)?,
            watch: self.watch(wire),
        });
        made.retain(|(other, _), _| !is_outdated(other.proxy.as_ref(), wire.proxy.as_ref()));
        made.insert((wire.clone(), stamp), client.clone());
        Ok(client)
    }

    /// One connector to AWS by this wire, for a request that no client of the SDK makes.
    pub(crate) fn connector(&self, wire: &Wire) -> Result<SharedHttpConnector, AwsFailure> {
        Ok(SharedHttpConnector::new(WatchedConnector {
            inner: SharedHttpConnector::new(connector_to(wire)?),
            watch: self.watch(wire),
        }))
    }

    /// What the answers so far say of the clocks.
    pub fn skews(&self) -> &ClockSkews {
        &self.skews
    }

    fn watch(&self, wire: &Wire) -> Watch {
        Watch {
            skews: Arc::clone(&self.skews),
            proxy: wire.proxy.as_ref().and_then(proxy_shown),
            of_aws: true,
            patience: self.patience,
        }
    }
}

/// One connector by this wire to a server that is not AWS: it may lead on, and its clock is its own.
pub(crate) fn connector_elsewhere(wire: &Wire) -> Result<SharedHttpConnector, AwsFailure> {
    let clients = HttpClients::default();
    Ok(SharedHttpConnector::new(WatchedConnector {
        inner: SharedHttpConnector::new(connector_to(wire)?),
        watch: Watch {
            of_aws: false,
            ..clients.watch(wire)
        },
    }))
}

/// Whether `old` is the proxy that is `now` used with another login: a password that was changed is not held on to.
pub(crate) fn is_outdated(old: Option<&ProxyUrl>, now: Option<&ProxyUrl>) -> bool {
    let (Some(old), Some(now)) = (old, now) else {
        return false;
    };
    old != now && proxy_shown(old).is_some_and(|host| proxy_shown(now) == Some(host))
}

/// `host:port` of a proxy, for people.
fn proxy_shown(ProxyUrl(text): &ProxyUrl) -> Option<String> {
    let url = proxy_address(text)?;
    Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
}

fn build(wire: &Wire) -> Result<SharedHttpClient, AwsFailure> {
    let finish = prepared(wire)?;
    Ok(Builder::new()
        .build_with_connector_fn(move |settings, components| finish(connector(settings, components))))
}

fn connector_to(wire: &Wire) -> Result<Connector, AwsFailure> {
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(CONNECT)
        .read_timeout(ATTEMPT)
        .build();
    let started = connector(Some(&settings), None).sleep_impl(TokioSleep::new());
    Ok(prepared(wire)?(started))
}

/// Finishes a connector that has been started.
type Finish = Box<dyn Fn(ConnectorBuilder) -> Connector + Send + Sync>;

fn prepared(wire: &Wire) -> Result<Finish, AwsFailure> {
    let proxy = wire
        .proxy
        .as_ref()
        .map(|url| proxy(url, wire))
        .transpose()?
        .unwrap_or_else(ProxyConfig::disabled);
    if wire.plain {
        return Ok(Box::new(move |mut connector: ConnectorBuilder| {
            connector.set_proxy_config(Some(proxy.clone()));
            connector.build_http()
        }));
    }
    let trust = match &wire.ca_bundle {
        Some(path) => TrustStore::empty().with_pem_certificate(checked_bundle(path)?),
        None => TrustStore::default(),
    };
    let tls = TlsContext::builder()
        .with_trust_store(trust)
        .build()
        .map_err(|why| AwsFailure::Unusable(format!("TLS could not be set up: {why}")))?;
    Ok(Box::new(move |mut connector: ConnectorBuilder| {
        connector.set_proxy_config(Some(proxy.clone()));
        connector
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.clone())
            .build()
    }))
}

fn connector(
    settings: Option<&HttpConnectorSettings>,
    components: Option<&aws_smithy_runtime_api::client::runtime_components::RuntimeComponents>,
) -> ConnectorBuilder {
    let mut connector = Connector::builder().pool_idle_timeout(POOL_IDLE);
    connector.set_connector_settings(settings.cloned());
    if let Some(components) = components {
        connector.set_sleep_impl(components.sleep_impl());
    }
    connector
}

fn stamp(path: &Path) -> Result<Stamp, AwsFailure> {
    let found = std::fs::metadata(path).map_err(|why| unreadable(path, &why))?;
    Ok((found.len(), found.modified().ok()))
}

fn unreadable(path: &Path, why: &dyn std::fmt::Display) -> AwsFailure {
    AwsFailure::Unusable(format!(
        "the CA bundle {} cannot be used: {why}; correct AWS_CA_BUNDLE or ca_bundle, nothing was sent",
        path.display()
    ))
}

/// The bundle's bytes, every certificate of which the TLS library accepts. The HTTP client would panic on one that
/// it does not.
fn checked_bundle(path: &Path) -> Result<Vec<u8>, AwsFailure> {
    let bytes = std::fs::read(path).map_err(|why| unreadable(path, &why))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|why| unreadable(path, &why))?;
        roots.add(certificate).map_err(|why| unreadable(path, &why))?;
    }
    if roots.is_empty() {
        return Err(unreadable(path, &"it holds no certificate"));
    }
    Ok(bytes)
}

/// A proxy's address as people write it: the scheme may be left out.
fn proxy_address(text: &Secret) -> Option<Url> {
    let parsed = match text.expose() {
        with_scheme if with_scheme.contains("://") => Url::parse(with_scheme),
        bare => Url::parse(Secret::new(format!("http://{bare}")).expose()),
    };
    parsed.ok().filter(|url| {
        matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty())
    })
}

/// The proxy's configuration. Its parser's own errors repeat the URL and with it the password, so they are not told.
fn proxy(url: &ProxyUrl, wire: &Wire) -> Result<ProxyConfig, AwsFailure> {
    let variable = if wire.plain { "HTTP_PROXY" } else { "HTTPS_PROXY" };
    let wrong = || {
        AwsFailure::Unusable(format!(
            "{variable} is not a proxy's address; it looks like http://proxy.example.com:3128"
        ))
    };
    let parsed = proxy_address(&url.0).ok_or_else(wrong)?;
    // `Url` has escaped what stands in the user's part as RFC 3986 asks, and the connector unescapes it once.
    let config = if wire.plain {
        ProxyConfig::http(parsed.as_str())
    } else {
        ProxyConfig::https(parsed.as_str())
    };
    let config = config.map_err(|_| wrong())?;
    Ok(match wire.no_proxy.as_deref() {
        Some(rules) => config.no_proxy(rules),
        None => config,
    })
}

#[cfg(test)]
mod tests;
