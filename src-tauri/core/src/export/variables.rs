//! Which variables an export sets and unsets.
//!
//! Source of the names: AWS SDKs and Tools Reference Guide, "Environment variables list".

/// What a variable is set to: text that may be shown, or a secret.
pub(super) enum Value<T> {
    Shown(String),
    Secret(T),
}

/// One thing an export does to the environment. `T` is what stands for a secret: the secret, or its length.
pub(super) enum Change<T> {
    Set(&'static str, Value<T>),
    Unset(&'static str),
}

/// The parts of a session that an export is made of.
pub(super) struct Parts<T> {
    pub access_key_id: String,
    pub secret_access_key: T,
    pub session_token: Option<T>,
    pub region: String,
    pub expires_at: Option<jiff::Timestamp>,
    pub role: Option<String>,
}

const SECURITY_TOKEN: &str = "AWS_SECURITY_TOKEN";
const SESSION_TOKEN: &str = "AWS_SESSION_TOKEN";
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
/// Hatrack's own: whose session it is, for the shell's prompt.
pub const ROLE: &str = "HATRACK_ROLE";

/// Unset before anything is set. `AWS_DEFAULT_PROFILE` beats `AWS_PROFILE` in boto3; `AWS_SECURITY_TOKEN` is the old
/// name of the session token, which some readers still prefer.
const STALE: [&str; 3] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", SECURITY_TOKEN];

/// Everything that an export may set.
const SET: [&str; 7] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    SESSION_TOKEN,
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    EXPIRATION,
    ROLE,
];

/// The changes of an export, in order. What a long-term key has not is unset, so that no older session's token
/// stays beside it.
pub(super) fn changes<T>(parts: Parts<T>) -> Vec<Change<T>> {
    let mut changes: Vec<Change<T>> = STALE.into_iter().map(Change::Unset).collect();
    changes.push(Change::Set(
        "AWS_ACCESS_KEY_ID",
        Value::Shown(parts.access_key_id),
    ));
    changes.push(Change::Set(
        "AWS_SECRET_ACCESS_KEY",
        Value::Secret(parts.secret_access_key),
    ));
    changes.push(match parts.session_token {
        Some(token) => Change::Set(SESSION_TOKEN, Value::Secret(token)),
        None => Change::Unset(SESSION_TOKEN),
    });
    changes.push(Change::Set("AWS_REGION", Value::Shown(parts.region.clone())));
    changes.push(Change::Set("AWS_DEFAULT_REGION", Value::Shown(parts.region)));
    changes.push(match parts.expires_at {
        Some(at) => Change::Set(
            EXPIRATION,
            Value::Shown(at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()),
        ),
        None => Change::Unset(EXPIRATION),
    });
    changes.push(match parts.role {
        Some(role) => Change::Set(ROLE, Value::Shown(role)),
        None => Change::Unset(ROLE),
    });
    changes
}

/// The names that undo an export, the old token name among them.
pub(super) fn undone() -> impl Iterator<Item = &'static str> {
    SET.into_iter().chain([SECURITY_TOKEN])
}
