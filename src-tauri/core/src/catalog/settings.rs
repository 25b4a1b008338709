//! What a profile says beside its route: region, endpoints, certificates.

use url::Url;

use super::EndpointOverrides;
use super::entry::EntrySettings;
use super::start::{at_fault, check_region, get};
use super::unresolved::{Reason, Unresolved};
use crate::shared_config::{Section, SharedConfig};

/// Reads a profile's settings.
pub(super) fn settings(config: &SharedConfig, profile: &Section) -> Result<EntrySettings, Unresolved> {
    let region = get(profile, "region");
    if let Some(region) = region {
        check_region(profile, "region", region)?;
    }
    Ok(EntrySettings {
        region: region.map(str::to_owned),
        endpoints: endpoints(config, profile)?,
        ca_bundle: get(profile, "ca_bundle").map(str::to_owned),
        s3_path_style: profile.nested("s3").get("addressing_style") == Some("path"),
    })
}

fn endpoints(config: &SharedConfig, profile: &Section) -> Result<EndpointOverrides, Unresolved> {
    let ignore = get(profile, "ignore_configured_endpoint_urls");
    let mut overrides = EndpointOverrides {
        ignore: ignore.is_some_and(|word| word.eq_ignore_ascii_case("true")),
        ..EndpointOverrides::default()
    };
    if let Some(url) = get(profile, "endpoint_url") {
        check_url(profile, "endpoint_url", url)?;
        overrides.global = Some(url.to_owned());
    }
    let services = get(profile, "services").and_then(|name| config.service_section(name));
    for (section, service) in services
        .iter()
        .flat_map(|s| s.properties.keys().map(move |key| (s, key)))
    {
        if let Some(url) = section
            .nested(service)
            .get("endpoint_url")
            .filter(|url| !url.is_empty())
        {
            check_url(section, service, url)?;
            overrides.by_service.insert(service.clone(), url.to_owned());
        }
    }
    Ok(overrides)
}

fn check_url(section: &Section, key: &str, url: &str) -> Result<(), Unresolved> {
    let usable = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if usable {
        return Ok(());
    }
    let why = "an endpoint starts with https:// or http:// and a host".to_owned();
    Err(at_fault(
        section,
        key,
        Reason::BadValue {
            key: "endpoint_url",
            why,
        },
    ))
}
