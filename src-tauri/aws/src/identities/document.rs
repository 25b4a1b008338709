//! The JSON in which metadata services hand out credentials.
//!
//! Source: Amazon EC2 User Guide, "Retrieve security credentials"; Amazon ECS Developer Guide, "Task IAM role".

use hatrack_core::secret::{Credentials, Secret};
use jiff::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

/// The document is no set of credentials. Its text is never repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotCredentials {
    /// It says why: `Code` and `Message`.
    Refused(String),
    /// It is something else.
    Garbled,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(alias = "code")]
    code: Option<String>,
    #[serde(alias = "message")]
    message: Option<String>,
    access_key_id: Option<String>,
    secret_access_key: Option<Zeroed>,
    token: Option<Zeroed>,
    expiration: Option<Timestamp>,
}

struct Zeroed(Zeroizing<String>);

impl<'de> Deserialize<'de> for Zeroed {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

/// The credentials in `text`.
pub fn credentials(text: &str) -> Result<Credentials, NotCredentials> {
    let document: Document = serde_json::from_str(text).map_err(|_| NotCredentials::Garbled)?;
    match (document.code.as_deref(), document.message) {
        (None | Some("Success"), _) => {}
        (Some(code), message) => {
            let message = message.unwrap_or_default();
            return Err(NotCredentials::Refused(
                format!("{code} {message}").trim_end().to_owned(),
            ));
        }
    }
    let filled = |text: Option<Zeroed>| text.filter(|t| !t.0.is_empty()).ok_or(NotCredentials::Garbled);
    Ok(Credentials {
        access_key_id: document
            .access_key_id
            .filter(|id| !id.is_empty())
            .ok_or(NotCredentials::Garbled)?,
        secret_access_key: Secret::new(filled(document.secret_access_key)?.0.as_str()),
        session_token: Some(Secret::new(filled(document.token)?.0.as_str())),
        expires_at: document.expiration,
    })
}
