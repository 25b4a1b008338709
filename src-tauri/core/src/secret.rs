//! Secrets, in types that redact and zeroize.
//!
//! Invariant: nothing here implements `Serialize`. What must cross the agent's socket is written out by the
//! agent's protocol on purpose, and what goes to the page (`view`) cannot hold one of these.

use std::fmt;

use jiff::Timestamp;
use zeroize::Zeroizing;

/// A secret text. `Debug` and `Display` never show it; its memory is cleared when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself, for the one place that must have it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The number of characters: all that may be shown of it.
    pub fn chars(&self) -> usize {
        self.0.chars().count()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// AWS credentials: a user's long-term keys, or temporary ones with a session token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credentials {
    /// Identifies the key; no secret (IAM User Guide, "Manage access keys").
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: Secret,
    /// Present exactly when the credentials are temporary.
    pub session_token: Option<Secret>,
    /// When AWS stops accepting them; `None` for long-term keys, or where the source does not say.
    pub expires_at: Option<Timestamp>,
}

impl Credentials {
    /// Whether they are temporary: an AssumeRole signed by them is chained and capped at one hour.
    pub fn is_temporary(&self) -> bool {
        self.session_token.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_a_secret_shows_dots() {
        let credentials = Credentials {
            access_key_id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret_access_key: Secret::new("canary"),
            session_token: Some(Secret::new("canary")),
            expires_at: None,
        };
        let shown = format!("{credentials:?} {}", credentials.secret_access_key);
        assert!(
            !shown.contains("canary") && shown.contains("AKIAIOSFODNN7EXAMPLE"),
            "{shown}"
        );
    }
}
