//! Endpoint overrides of a profile.

use std::collections::BTreeMap;

/// The endpoint URLs that a profile and its `services` section configure.
///
/// Source: AWS SDKs and Tools Reference Guide, "Service-specific endpoints".
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EndpointOverrides {
    /// `endpoint_url` of the profile: for every service.
    pub global: Option<String>,
    /// `endpoint_url` in the `services` section, by service (`s3`, `sts`, `sso_oidc`).
    pub by_service: BTreeMap<String, String>,
    /// `ignore_configured_endpoint_urls = true`: none of these holds.
    pub ignore: bool,
}

impl EndpointOverrides {
    /// The URL to use for `service` (the section's name for it: `sts`, `s3`, `iam`, `sso`, `sso_oidc`), the caller's
    /// environment first: `AWS_ENDPOINT_URL_STS`, then `AWS_ENDPOINT_URL`, then the profile's. `env` looks a variable
    /// up. `None` means AWS's own endpoint.
    pub fn resolve(&self, service: &str, env: impl Fn(&str) -> Option<String>) -> Option<String> {
        let set = |name: &str| env(name).filter(|value| !value.is_empty());
        if let Some(ignore) = set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
            if ignore.eq_ignore_ascii_case("true") {
                return None;
            }
        } else if self.ignore {
            return None;
        }
        set(&format!("AWS_ENDPOINT_URL_{}", service.to_ascii_uppercase()))
            .or_else(|| set("AWS_ENDPOINT_URL"))
            .or_else(|| self.by_service.get(service).or(self.global.as_ref()).cloned())
    }
}
