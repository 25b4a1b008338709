//! Where providers send assertions.

use url::Url;

/// The hosts of AWS's sign-in, one for each partition; a region may stand before each (AWS General Reference, "AWS
/// Sign-In endpoints and quotas").
const HOSTS: [&str; 4] = [
    "signin.aws.amazon.com",
    "signin.amazonaws.cn",
    "signin.amazonaws-us-gov.com",
    "signin.amazonaws-eusc.eu",
];

/// Whether `url` is where AWS takes assertions: `/saml`, and `/saml/acs/ID` of a provider that encrypts them.
///
/// `instead` is an address that stands in for AWS's sign-in, such as a sandbox's.
pub fn is_sign_in_of_aws(url: &Url, instead: Option<&str>) -> bool {
    let of_aws = || {
        url.scheme() == "https"
            && url.port().is_none()
            && url.host_str().is_some_and(|host| {
                HOSTS.iter().any(|known| {
                    host.strip_suffix(known).is_some_and(|before| {
                        before.is_empty() || before.strip_suffix('.').is_some_and(is_region)
                    })
                })
            })
    };
    let stands_in = || {
        let instead = instead.and_then(|address| Url::parse(address).ok());
        instead.is_some_and(|instead| instead.origin().is_tuple() && instead.origin() == url.origin())
    };
    let path = url.path();
    (path == "/saml" || path.starts_with("/saml/acs/")) && (of_aws() || stands_in())
}

/// One label, such as `eu-west-1`: no host of somebody else's.
fn is_region(label: &str) -> bool {
    !label.is_empty()
        && label
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}
