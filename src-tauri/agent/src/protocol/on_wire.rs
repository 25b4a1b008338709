//! The few secrets that cross the socket, written out on purpose.

use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::sts_limits::TokenCode;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// An MFA code that may be left out.
pub(super) mod code {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(code: &Option<TokenCode>, to: S) -> Result<S::Ok, S::Error> {
        code.as_ref().map(TokenCode::expose).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<TokenCode>, D::Error> {
        let text = Option::<String>::deserialize(from)?.map(Secret::new);
        text.map(|text| text.expose().parse().map_err(D::Error::custom))
            .transpose()
    }
}

/// A secret text: that of an MFA device, or a code that the person asked to see.
pub(super) mod secret {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(secret: &Secret, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(secret.expose())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Secret, D::Error> {
        String::deserialize(from).map(Secret::new)
    }
}

/// A secret text that may be left out.
pub(super) mod optional_secret {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(secret: &Option<Secret>, to: S) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(Secret::expose).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
        Ok(Option::<String>::deserialize(from)?.map(Secret::new))
    }
}

/// Credentials of a hand-out.
pub(super) mod credentials {
    use super::*;

    #[derive(Serialize)]
    struct Out<'a> {
        access_key_id: &'a str,
        secret_access_key: &'a str,
        session_token: Option<&'a str>,
        expires_at: Option<Timestamp>,
    }

    #[derive(Deserialize)]
    struct In {
        access_key_id: String,
        secret_access_key: String,
        session_token: Option<String>,
        expires_at: Option<Timestamp>,
    }

    pub(crate) fn serialize<S: Serializer>(credentials: &Credentials, to: S) -> Result<S::Ok, S::Error> {
        Out {
            access_key_id: &credentials.access_key_id,
            secret_access_key: credentials.secret_access_key.expose(),
            session_token: credentials.session_token.as_ref().map(Secret::expose),
            expires_at: credentials.expires_at,
        }
        .serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Credentials, D::Error> {
        let read = In::deserialize(from)?;
        Ok(Credentials {
            access_key_id: read.access_key_id,
            secret_access_key: Secret::new(read.secret_access_key),
            session_token: read.session_token.map(Secret::new),
            expires_at: read.expires_at,
        })
    }
}
