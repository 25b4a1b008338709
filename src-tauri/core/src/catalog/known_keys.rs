//! The keys of a profile that AWS's tools know.
//!
//! Sources: AWS SDKs and Tools Reference Guide, "Settings reference"; AWS CLI User Guide, "Configuration and
//! credential file settings".

use super::near::{distance, tolerance};

const KNOWN: &[&str] = &[
    "account_id_endpoint_mode",
    "addressing_style",
    "api_versions",
    "auth_scheme_preference",
    "aws_access_key_id",
    "aws_account_id",
    "aws_secret_access_key",
    "aws_security_token",
    "aws_session_token",
    "ca_bundle",
    "cli_auto_prompt",
    "cli_binary_format",
    "cli_error_format",
    "cli_follow_urlparam",
    "cli_help_output",
    "cli_hide_error_details",
    "cli_history",
    "cli_pager",
    "cli_timestamp_format",
    "connect_timeout",
    "credential_process",
    "credential_source",
    "csm_client_id",
    "csm_enabled",
    "csm_host",
    "csm_port",
    "cloudwatch",
    "defaults_mode",
    "disable_request_compression",
    "duration_seconds",
    "dynamodb",
    "ec2_metadata_service_endpoint",
    "ec2_metadata_service_endpoint_mode",
    "ec2_metadata_v1_disabled",
    "ec2_instance_profile_name",
    "endpoint_discovery_enabled",
    "endpoint_url",
    "external_id",
    "ignore_configured_endpoint_urls",
    "include_profile",
    "login_session",
    "max_attempts",
    "metadata_service_num_attempts",
    "metadata_service_timeout",
    "mfa_serial",
    "output",
    "parameter_validation",
    "plugins",
    "region",
    "request_checksum_calculation",
    "request_min_compression_size_bytes",
    "response_checksum_validation",
    "retry_mode",
    "role_arn",
    "role_session_name",
    "s3",
    "s3_disable_express_session_auth",
    "s3_disable_multiregion_access_points",
    "s3_us_east_1_regional_endpoint",
    "s3_use_arn_region",
    "s3api",
    "s3control",
    "sdk_ua_app_id",
    "services",
    "sigv4a_signing_region_set",
    "source_profile",
    "sso_account_id",
    "sso_account_name",
    "sso_auto_populated",
    "sso_region",
    "sso_registration_scopes",
    "sso_role_name",
    "sso_session",
    "sso_start_url",
    "sts_regional_endpoints",
    "tcp_keepalive",
    "tcp_keep_alive",
    "read_timeout",
    "use_dualstack_endpoint",
    "use_fips_endpoint",
    "user_agent_extra",
    "web_identity_token_file",
];

/// Beginnings under which other tools keep their own keys in a profile, knowing that AWS passes them over.
const FOREIGN: [&str; 12] = [
    "aws_expiration",
    "assumed_role",
    "azure_",
    "common_fate_",
    "credential_",
    "granted_",
    "google_",
    "hatrack_",
    "okta_",
    "saml",
    "x_",
    "x-",
];

/// What is to be said about a key that AWS does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// It is almost this key.
    Almost(&'static str),
    /// It is like none.
    LikeNone,
}

/// `None` for keys that AWS or a tool that is known to write its own has.
pub(super) fn unknown(key: &str) -> Option<Unknown> {
    if KNOWN.contains(&key) {
        return None;
    }
    let most = tolerance(key);
    let nearest = KNOWN
        .iter()
        .filter_map(|known| Some((distance(key, known, most)?, *known)))
        .min();
    match nearest {
        Some((_, known)) => Some(Unknown::Almost(known)),
        None if FOREIGN.iter().any(|start| key.starts_with(start)) => None,
        None => Some(Unknown::LikeNone),
    }
}
