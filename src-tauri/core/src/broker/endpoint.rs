//! Which endpoints receive a signature without being asked about.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::{Host, Url};

use crate::shared_config::inert;

/// The suffixes of AWS's service endpoints, of every partition (AWS General Reference, "Service endpoints").
///
/// Under them live many hosts that anyone can rent: load balancers, API gateways, instances, buckets. So a suffix alone
/// says nothing, and only the names of services count.
const SUFFIXES: [&str; 6] = [
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "api.aws",
    "api.amazonwebservices.com.cn",
    "api.amazonwebservices.eu",
];

/// The services that are called with a person's credentials or sign-in, as their hosts begin.
const SERVICES: [&str; 8] = [
    "sts",
    "s3",
    "iam",
    "portal.sso",
    "sso",
    "oidc",
    "signin",
    "organizations",
];

/// The services whose interface endpoints are called (AWS PrivateLink Guide, "Access AWS services").
const IN_VPCS: [&str; 2] = ["sts", "s3"];

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
                url.scheme() == "https" && is_aws_service(domain),
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

    /// A text that is no endpoint's URL, as it may be shown: a name and a password before the host are left out.
    pub fn shown(text: &str) -> String {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.bytes().all(|b| b.is_ascii_alphanumeric()) => {
                (format!("{scheme}://"), rest)
            }
            _ => (String::new(), text),
        };
        // A password may hold any character, a slash or an @ among them: the host comes after the last @.
        let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        inert(&format!("{scheme}{host}"))
    }
}

fn is_aws_service(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain).to_ascii_lowercase();
    SUFFIXES.iter().any(|suffix| {
        domain
            .strip_suffix(suffix)
            .and_then(|name| name.strip_suffix('.'))
            .is_some_and(|name| is_service(name) || is_in_vpc(name))
    })
}

/// `sts`, `sts-fips.us-east-1`, `s3.dualstack.eu-west-1`, `portal.sso.eu-west-1`.
fn is_service(name: &str) -> bool {
    SERVICES.iter().any(|service| {
        name.strip_prefix(service).is_some_and(|rest| {
            let rest = rest.strip_prefix("-fips").unwrap_or(rest);
            let region = rest.strip_prefix(".dualstack").unwrap_or(rest);
            region.is_empty() || region.strip_prefix('.').is_some_and(is_region)
        })
    })
}

/// `vpce-0a1b-2c3d.sts.us-east-1.vpce`.
fn is_in_vpc(name: &str) -> bool {
    match name.split('.').collect::<Vec<_>>()[..] {
        [id, service, region, "vpce"] => {
            id.starts_with("vpce-") && IN_VPCS.contains(&service) && is_region(region)
        }
        _ => false,
    }
}

/// `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: not the label of a service, beside which others' names may stand.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    let [words @ .., number] = &parts[..] else {
        return false;
    };
    let all = |text: &str, is: fn(&u8) -> bool| !text.is_empty() && text.bytes().all(|b| is(&b));
    words.len() >= 2
        && words.iter().all(|word| all(word, u8::is_ascii_lowercase))
        && all(number, u8::is_ascii_digit)
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
            return Err(Endpoint::shown(url));
        };
        let allowed = endpoint.is_aws
            || self.allow_this
            || (self.sandbox && endpoint.is_loopback)
            || self.consented.contains(endpoint.origin());
        if allowed { Ok(()) } else { Err(endpoint.origin) }
    }
}
