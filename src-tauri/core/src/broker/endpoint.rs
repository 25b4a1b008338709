//! Which endpoints receive a signature without being asked about.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::{Host, Url};

/// The domains that are AWS's own (AWS General Reference, "Service endpoints"; the partitions' DNS suffixes).
const AWS_DOMAINS: [&str; 8] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
    "aws.dev",
    "on.aws",
];

/// Scheme, host and port of an endpoint: what consent is given to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint {
    origin: String,
    is_aws: bool,
    is_loopback: bool,
}

impl Endpoint {
    /// Of an endpoint's URL; `None` where it is none.
    pub fn parse(url: &str) -> Option<Self> {
        let url = Url::parse(url).ok()?;
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let (is_aws, is_loopback) = match url.host()? {
            Host::Domain(domain) => (
                url.scheme() == "https" && is_aws_domain(domain),
                domain.eq_ignore_ascii_case("localhost"),
            ),
            Host::Ipv4(ip) => (false, IpAddr::V4(ip).is_loopback()),
            Host::Ipv6(ip) => (false, IpAddr::V6(ip).is_loopback()),
        };
        Some(Self {
            origin: url.origin().ascii_serialization(),
            is_aws,
            is_loopback,
        })
    }

    /// `https://host:port`, for people and for the settings.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

fn is_aws_domain(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    AWS_DOMAINS.iter().any(|aws| {
        domain
            .strip_suffix(aws)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// What has been decided about endpoints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointRules {
    /// Whether the home is a sandbox's: then loopback is where its AWS lives.
    pub sandbox: bool,
    /// The origins that the person consented to.
    pub consented: BTreeSet<String>,
    /// Consent for this request alone.
    pub allow_this: bool,
}

impl EndpointRules {
    /// `Err` with the origin to ask about, where a signature needs the person's leave first.
    pub fn check(&self, url: Option<&str>) -> Result<(), String> {
        let Some(url) = url else { return Ok(()) };
        let Some(endpoint) = Endpoint::parse(url) else {
            return Err(url.to_owned());
        };
        let allowed = endpoint.is_aws
            || self.allow_this
            || (self.sandbox && endpoint.is_loopback)
            || self.consented.contains(endpoint.origin());
        if allowed { Ok(()) } else { Err(endpoint.origin) }
    }
}
