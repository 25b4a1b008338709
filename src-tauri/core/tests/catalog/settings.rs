//! Regions, endpoints and certificates of a profile.

use crate::{catalog, identity};

const KEYS: &str = "aws_access_key_id = A\naws_secret_access_key = s\n";

fn no_environment(_: &str) -> Option<String> {
    None
}

#[test]
fn endpoints_go_from_the_callers_environment_to_the_service_to_the_profile() {
    let config = format!(
        "[profile a]\n{KEYS}endpoint_url = https://all.example\nservices = dev\n\
         [services dev]\ns3 =\n  endpoint_url = http://127.0.0.1:9000\nsts =\n  other = x\n"
    );
    let catalog = catalog(&config, "");
    let endpoints = &identity(&catalog, "a").settings.endpoints;
    let env = |pairs: &'static [(&str, &str)]| {
        move |name: &str| {
            pairs
                .iter()
                .find(|(n, _)| *n == name)
                .map(|(_, v)| (*v).to_owned())
        }
    };
    let resolve = |pairs, service: &str| endpoints.resolve(service, env(pairs));
    assert_eq!(resolve(&[], "s3").as_deref(), Some("http://127.0.0.1:9000"));
    assert_eq!(resolve(&[], "sts").as_deref(), Some("https://all.example"));
    assert_eq!(
        resolve(&[("AWS_ENDPOINT_URL", "http://e")], "s3").as_deref(),
        Some("http://e")
    );
    let both = &[
        ("AWS_ENDPOINT_URL", "http://e"),
        ("AWS_ENDPOINT_URL_S3", "http://s3"),
    ];
    assert_eq!(resolve(both, "s3").as_deref(), Some("http://s3"));
    assert_eq!(resolve(both, "sts").as_deref(), Some("http://e"));
    assert_eq!(
        resolve(&[("AWS_ENDPOINT_URL", "")], "sts").as_deref(),
        Some("https://all.example")
    );
    assert_eq!(
        resolve(&[("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")], "s3"),
        None
    );
}

#[test]
fn configured_endpoints_can_be_switched_off() {
    let config = format!(
        "[profile a]\n{KEYS}endpoint_url = https://all.example\nignore_configured_endpoint_urls = TRUE\n"
    );
    let catalog = catalog(&config, "");
    let endpoints = &identity(&catalog, "a").settings.endpoints;
    assert_eq!(endpoints.resolve("s3", no_environment), None);
    // The environment has the last word on that too.
    let env = |name: &str| (name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").then(|| "false".to_owned());
    assert_eq!(
        endpoints.resolve("s3", env).as_deref(),
        Some("https://all.example")
    );
}

#[test]
fn the_selected_profiles_settings_count_and_not_its_sources() {
    let config = format!(
        "[profile base]\n{KEYS}region = us-east-1\nca_bundle = /base.pem\n\
         [profile r]\nrole_arn = arn:aws:iam::123456789012:role/R\nsource_profile = base\nregion = eu-west-1\n\
         s3 =\n  addressing_style = path\n"
    );
    let catalog = catalog(&config, "");
    let settings = &crate::role(&catalog, "r").settings;
    assert_eq!(
        (settings.region.as_deref(), settings.ca_bundle.as_deref()),
        (Some("eu-west-1"), None)
    );
    assert!(settings.s3_path_style);
    assert_eq!(
        identity(&catalog, "base").settings.ca_bundle.as_deref(),
        Some("/base.pem")
    );
}
