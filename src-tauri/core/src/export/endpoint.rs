//! Lines that point SDKs at a session's endpoint, in place of the credentials themselves.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Container credential provider". The relative address wins over the full
//! one and a token's file over the token; keys and web identity in the environment win over both. All those are unset.

use super::Shell;
use super::statement::Unquotable;
use super::text::{ExportText, join, set, unset};
use super::variables::ROLE;
use crate::secret::Secret;

const ADDRESS: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN";

const IN_THE_WAY: [&str; 12] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    // A file of boto's first version, which botocore still takes before an endpoint.
    "AWS_CREDENTIAL_FILE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];
const SET: [&str; 5] = [ADDRESS, TOKEN, "AWS_REGION", "AWS_DEFAULT_REGION", ROLE];

/// What the lines are made from.
#[derive(Debug, Clone, Copy)]
pub struct EndpointExports<'a> {
    /// The endpoint's address.
    pub address: &'a str,
    /// What is sent to it as `Authorization`.
    pub token: &'a Secret,
    /// The region; both of its variables are set.
    pub region: &'a str,
    /// Whose session it is, for the shell's prompt: see [`super::prompt_name`].
    pub role: Option<&'a str>,
}

/// The lines that point SDKs at an endpoint in `shell`, each ending in a line break.
pub fn endpoint_text(shell: Shell, exports: EndpointExports<'_>) -> Result<ExportText, Unquotable> {
    let mut lines = Vec::new();
    if let Some(frame) = shell.unset_frame_beside_set() {
        lines.extend(IN_THE_WAY.iter().map(|name| unset(&frame, name)));
    }
    let role = exports.role.filter(|_| shell.has_a_prompt());
    let values = [
        (ADDRESS, Some(exports.address)),
        (TOKEN, Some(exports.token.expose())),
        ("AWS_REGION", Some(exports.region)),
        ("AWS_DEFAULT_REGION", Some(exports.region)),
        (ROLE, role),
    ];
    for (name, value) in values {
        if let Some(value) = value {
            lines.push(set(shell, name, value)?);
        }
    }
    Ok(join(shell, &lines))
}

/// The lines that undo them in `shell`.
pub fn endpoint_unset_text(shell: Shell) -> Result<ExportText, Unquotable> {
    let frame = shell.unset_frame().ok_or(Unquotable::CannotUnset { shell })?;
    let lines: Vec<_> = SET.iter().map(|name| unset(&frame, name)).collect();
    Ok(join(shell, &lines))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(shell: Shell) -> String {
        let token = Secret::new("0123abcd");
        let exports = EndpointExports {
            address: "http://127.0.0.1:40123/credentials",
            token: &token,
            region: "eu-west-1",
            role: Some("acme/Reader"),
        };
        endpoint_text(shell, exports).unwrap().expose().to_owned()
    }

    #[test]
    fn what_an_sdk_would_take_first_is_unset() {
        let lines = text(Shell::Posix);
        for name in IN_THE_WAY {
            assert!(lines.contains(&format!("unset {name}\n")), "{name}");
        }
        assert!(lines.ends_with(
            "export AWS_CONTAINER_CREDENTIALS_FULL_URI='http://127.0.0.1:40123/credentials'\n\
             export AWS_CONTAINER_AUTHORIZATION_TOKEN='0123abcd'\n\
             export AWS_REGION='eu-west-1'\nexport AWS_DEFAULT_REGION='eu-west-1'\n\
             export HATRACK_ROLE='acme/Reader'\n"
        ));
    }

    #[test]
    fn every_language_can_say_it() {
        for shell in Shell::ALL {
            let lines = text(shell);
            assert!(lines.contains(ADDRESS) && lines.contains("0123abcd"), "{shell}");
            assert_eq!(lines.contains("acme/Reader"), shell.has_a_prompt(), "{shell}");
        }
        let json: serde_json::Value = serde_json::from_str(&text(Shell::Json)).unwrap();
        assert_eq!(json[TOKEN], "0123abcd");
    }

    #[test]
    fn what_was_set_is_unset() {
        let lines = endpoint_unset_text(Shell::Fish).unwrap();
        for name in SET {
            assert!(lines.expose().contains(&format!("set -e {name}\n")), "{name}");
        }
        assert!(endpoint_unset_text(Shell::Dotenv).is_err());
    }
}
