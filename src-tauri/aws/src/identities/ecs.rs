//! `credential_source = EcsContainer`: the container's credentials endpoint (ECS, EKS Pod Identity, Greengrass).
//!
//! Source: AWS SDKs and Tools Reference Guide, "Container credential provider": the relative URI wins over the full
//! one, the token's file over the token; plain HTTP only to loopback and to the two services' own addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hatrack_core::broker::IdentityFailure;
use hatrack_core::caller::CallerContext;
use hatrack_core::secret::Credentials;
use url::{Host, Url};
use zeroize::Zeroizing;

use super::document::{self, NotCredentials};
use super::fetch::{NoAnswer, fetch};

const ECS: &str = "http://169.254.170.2";
const ALLOWED_V4: [Ipv4Addr; 2] = [Ipv4Addr::new(169, 254, 170, 2), Ipv4Addr::new(169, 254, 170, 23)];
const ALLOWED_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23);

/// The credentials of the container's role.
pub async fn credentials(caller: &CallerContext) -> Result<Credentials, IdentityFailure> {
    let url = address(caller).await?;
    let token = token(caller).await?;
    let mut headers = vec![("accept", "application/json")];
    if let Some(token) = &token {
        headers.push(("authorization", token.as_str()));
    }
    let answer = fetch("GET", url.as_str(), &headers).await.map_err(|why| {
        IdentityFailure::Unreachable(match why {
            NoAnswer::Silent => format!("no credentials endpoint answers at {}", origin(&url)),
            NoAnswer::Unsendable => "AWS_CONTAINER_AUTHORIZATION_TOKEN is no value for a header".to_owned(),
            NoAnswer::Garbled => format!("what answers at {} gives no credentials", origin(&url)),
        })
    })?;
    document::credentials(&answer.body).map_err(|why| match why {
        NotCredentials::Refused(said) => {
            IdentityFailure::Missing(format!("the container's credentials endpoint refused: {said}"))
        }
        NotCredentials::Garbled => IdentityFailure::Unreachable(format!(
            "the credentials endpoint at {} gave no credentials (HTTP {})",
            origin(&url),
            answer.status
        )),
    })
}

/// Host and port: the path of such an address is itself a secret.
fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

async fn address(caller: &CallerContext) -> Result<Url, IdentityFailure> {
    let wrong =
        |name: &str| IdentityFailure::Missing(format!("{name} is no address of a credentials endpoint"));
    if let Some(path) = caller.var("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        let name = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
        if !path.starts_with('/') {
            return Err(wrong(name));
        }
        return Url::parse(&format!("{ECS}{path}")).map_err(|_| wrong(name));
    }
    let name = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    let Some(full) = caller.var(name) else {
        return Err(IdentityFailure::Missing(
            "this is no ECS container: neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor \
             AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
                .to_owned(),
        ));
    };
    let url = Url::parse(full).map_err(|_| wrong(name))?;
    let may = match (url.scheme(), url.host()) {
        ("https", Some(_)) => true,
        ("http", Some(Host::Ipv4(ip))) => is_allowed(IpAddr::V4(ip)),
        ("http", Some(Host::Ipv6(ip))) => is_allowed(IpAddr::V6(ip)),
        ("http", Some(Host::Domain(domain))) => {
            resolves_to_allowed(domain, url.port_or_known_default()).await
        }
        _ => return Err(wrong(name)),
    };
    if may {
        Ok(url)
    } else {
        Err(IdentityFailure::Missing(format!(
            "{} may not hand out credentials over plain HTTP; use https, or an address on this machine",
            origin(&url)
        )))
    }
}

fn is_allowed(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ALLOWED_V4.contains(&ip),
        IpAddr::V6(ip) => ip.is_loopback() || ip == ALLOWED_V6,
    }
}

/// Every address of the name must be allowed, not just one.
async fn resolves_to_allowed(domain: &str, port: Option<u16>) -> bool {
    let Ok(found) = tokio::net::lookup_host((domain, port.unwrap_or(80))).await else {
        return false;
    };
    let found: Vec<_> = found.collect();
    !found.is_empty() && found.iter().all(|address| is_allowed(address.ip()))
}

async fn token(caller: &CallerContext) -> Result<Option<Zeroizing<String>>, IdentityFailure> {
    let Some(file) = caller.var("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
        let token = caller.var("AWS_CONTAINER_AUTHORIZATION_TOKEN");
        return Ok(token.map(|token| Zeroizing::new(token.to_owned())));
    };
    let path = caller.working_folder.join(file);
    let text = tokio::fs::read_to_string(&path).await.map_err(|why| {
        IdentityFailure::Missing(format!(
            "the token file {} cannot be read: {why}; it is named by AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
            path.display()
        ))
    })?;
    let text = Zeroizing::new(text);
    Ok(Some(Zeroizing::new(text.trim_end().to_owned())))
}
