//! What a command prints: version 1 of the process credential provider's JSON.
//!
//! Source: AWS SDKs and Tools Reference Guide, "Process credential provider".

use hatrack_core::secret::{Credentials, Secret};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

/// What was printed is no set of credentials. It is never repeated: it may hold half of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotCredentials {
    /// It is no JSON document.
    #[error("what it printed is not JSON")]
    NotJson,
    /// It is JSON of another form.
    #[error("what it printed is JSON of another form than the documented one")]
    OtherForm,
    /// There is no `Version`, or another one than 1.
    #[error("what it printed does not have \"Version\": 1")]
    WrongVersion,
    /// A field that has to be there is not, or is empty.
    #[error("what it printed has no {0}")]
    Missing(&'static str),
    /// `Expiration` is no time.
    #[error("the Expiration that it printed is no time such as 2026-11-22T12:00:00Z")]
    BadExpiration,
}

/// `AccountId` may stand there too, and is not read: AWS itself says whose credentials they are.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Printed {
    version: Option<Value>,
    access_key_id: Option<String>,
    secret_access_key: Option<Zeroed>,
    session_token: Option<Zeroed>,
    expiration: Option<String>,
}

struct Zeroed(Zeroizing<String>);

impl<'de> Deserialize<'de> for Zeroed {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

/// The credentials in `bytes`. Without a session token they are a user's long-term keys.
pub fn credentials(bytes: &[u8]) -> Result<Credentials, NotCredentials> {
    let printed: Printed = serde_json::from_slice(bytes).map_err(|why| {
        if why.is_data() {
            NotCredentials::OtherForm
        } else {
            NotCredentials::NotJson
        }
    })?;
    if printed.version.and_then(|version| version.as_u64()) != Some(1) {
        return Err(NotCredentials::WrongVersion);
    }
    let filled = |secret: Option<Zeroed>| secret.filter(|text| !text.0.is_empty());
    let key_id = printed.access_key_id.filter(|id| !id.is_empty());
    let secret_key = filled(printed.secret_access_key);
    let expiration = printed.expiration.map(|at| at.parse::<Timestamp>()).transpose();
    Ok(Credentials {
        access_key_id: key_id.ok_or(NotCredentials::Missing("AccessKeyId"))?,
        secret_access_key: secret_key
            .map(|text| Secret::new(text.0.as_str()))
            .ok_or(NotCredentials::Missing("SecretAccessKey"))?,
        session_token: filled(printed.session_token).map(|text| Secret::new(text.0.as_str())),
        expires_at: expiration.map_err(|_| NotCredentials::BadExpiration)?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn credentials_come_with_a_token_and_an_end_or_without() {
        let long_term =
            credentials(br#"{"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s"}"#).unwrap();
        assert_eq!(
            (
                long_term.access_key_id.as_str(),
                long_term.is_temporary(),
                long_term.expires_at
            ),
            ("AKIA", false, None)
        );
        let temporary =
            br#"{"Version": 1, "AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t",
            "Expiration": "2026-11-22T14:00:00+02:00", "AccountId": "081278057606", "Else": {"a": []}}"#;
        let temporary = credentials(temporary).unwrap();
        assert_eq!(temporary.session_token.unwrap().expose(), "t");
        assert_eq!(
            temporary.expires_at,
            Some("2026-11-22T12:00:00Z".parse().unwrap())
        );
        let nulls = br#"{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": null, "Expiration": null}"#;
        assert!(!credentials(nulls).unwrap().is_temporary());
    }

    #[test]
    fn b25_what_is_no_set_of_credentials_is_told_and_never_repeated() {
        use NotCredentials::*;
        let with = |fields: &str| format!("{{\"Version\": 1, {fields}}}");
        let cases = [
            (String::new(), NotJson),
            ("canary".into(), NotJson),
            (
                r#"{"Version": 1, "AccessKeyId": "canary", "Secret"#.into(),
                NotJson,
            ),
            (r#"["canary"]"#.into(), OtherForm),
            (with(r#""AccessKeyId": ["canary"]"#), OtherForm),
            (
                r#"{"AccessKeyId": "canary", "SecretAccessKey": "canary"}"#.into(),
                WrongVersion,
            ),
            (r#"{"Version": 2, "AccessKeyId": "canary"}"#.into(), WrongVersion),
            (r#"{"Version": "canary"}"#.into(), WrongVersion),
            (with(r#""SecretAccessKey": "canary""#), Missing("AccessKeyId")),
            (
                with(r#""AccessKeyId": "", "SecretAccessKey": "canary""#),
                Missing("AccessKeyId"),
            ),
            (with(r#""AccessKeyId": "canary""#), Missing("SecretAccessKey")),
            (
                with(r#""AccessKeyId": "A", "SecretAccessKey": "canary", "Expiration": "canary""#),
                BadExpiration,
            ),
        ];
        for (printed, wanted) in cases {
            let failure = credentials(printed.as_bytes()).unwrap_err();
            assert_eq!(failure, wanted, "{printed}");
            assert!(!format!("{failure} {failure:?}").contains("canary"));
        }
    }
}
