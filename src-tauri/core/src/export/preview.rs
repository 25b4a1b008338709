//! The same lines for people to look at: where a secret stands, only its length.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::statement::Unquotable;
use super::variables::{Change, Parts, Value, changes};
use super::{Shell, prompt_name};
use crate::secret::Credentials;
use crate::view::SessionView;

/// Export lines as the window shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnvPreview {
    /// The lines, in order.
    pub lines: Vec<EnvLine>,
}

/// One line: `before`, `name`, `between`, the value or dots for it, `after`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct EnvLine {
    /// Up to the name: `export `.
    pub before: String,
    /// The variable; empty on a line that names none.
    pub name: String,
    /// From the name to the value, the opening quote included.
    pub between: String,
    /// The value as the shell reads it, escapes included; `None` where it is secret or where the line unsets.
    pub value: Option<String>,
    /// How many characters a secret has; `None` where the value is no secret.
    pub secret_chars: Option<u32>,
    /// From the value to the line's end, the closing quote included.
    pub after: String,
}

/// A session as an export shows it, its secrets reduced to their lengths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    /// The access key ID.
    pub access_key_id: String,
    /// Characters of the secret access key.
    pub secret_chars: u32,
    /// Characters of the session token; `None` for long-term keys.
    pub token_chars: Option<u32>,
    /// The region.
    pub region: String,
    /// The end.
    pub expires_at: Option<Timestamp>,
    /// Its name in a prompt.
    pub role: Option<String>,
}

/// A secret access key has 40 characters (IAM API Reference, "AccessKey").
const SECRET_ACCESS_KEY_CHARS: u32 = 40;

impl Masked {
    /// Of credentials in hand.
    pub fn of_credentials(credentials: &Credentials, region: &str) -> Self {
        let count = |chars: usize| u32::try_from(chars).unwrap_or(u32::MAX);
        Self {
            access_key_id: credentials.access_key_id.clone(),
            secret_chars: count(credentials.secret_access_key.chars()),
            token_chars: credentials
                .session_token
                .as_ref()
                .map(|token| count(token.chars())),
            region: region.to_owned(),
            expires_at: credentials.expires_at,
            role: None,
        }
    }

    /// Of a session whose secrets are elsewhere.
    pub fn of_session(session: &SessionView) -> Self {
        Self {
            access_key_id: session.access_key_id.clone(),
            secret_chars: SECRET_ACCESS_KEY_CHARS,
            token_chars: Some(session.token_chars),
            region: session.region.clone(),
            expires_at: Some(session.expires_at),
            role: Some(prompt_name(session)),
        }
    }
}

/// The lines of `export_text`, without the secrets.
pub fn preview(shell: Shell, session: &Masked) -> Result<EnvPreview, Unquotable> {
    let parts = Parts {
        access_key_id: session.access_key_id.clone(),
        secret_access_key: session.secret_chars,
        session_token: session.token_chars,
        region: session.region.clone(),
        expires_at: session.expires_at,
        role: session.role.clone().filter(|_| shell.has_a_prompt()),
    };
    let mut lines = Vec::new();
    for change in changes::<u32>(parts) {
        match change {
            Change::Set(name, Value::Shown(value)) => {
                lines.push(set(
                    shell,
                    name,
                    Some(shell.escape(name, &value)?.to_string()),
                    None,
                ));
            }
            Change::Set(name, Value::Secret(chars)) => lines.push(set(shell, name, None, Some(chars))),
            Change::Unset(name) => lines.extend(unset(shell, name)),
        }
    }
    let (first, last, separator) = shell.wrapping();
    let ends = lines.len().saturating_sub(1);
    lines
        .iter_mut()
        .take(ends)
        .for_each(|line| line.after.push_str(separator));
    let lines = bare(first).into_iter().chain(lines).chain(bare(last)).collect();
    Ok(EnvPreview { lines })
}

fn set(shell: Shell, name: &str, value: Option<String>, secret_chars: Option<u32>) -> EnvLine {
    let frame = shell.frame();
    EnvLine {
        before: frame.before.to_owned(),
        name: name.to_owned(),
        between: frame.between.to_owned(),
        value,
        secret_chars,
        after: frame.after.to_owned(),
    }
}

fn unset(shell: Shell, name: &str) -> Option<EnvLine> {
    let frame = shell.unset_frame_beside_set()?;
    Some(EnvLine {
        name: name.to_owned(),
        after: frame.after.to_owned(),
        ..line(frame.before)
    })
}

/// A line without a variable.
fn bare(text: &str) -> Option<EnvLine> {
    (!text.is_empty()).then(|| line(text))
}

fn line(before: &str) -> EnvLine {
    EnvLine {
        before: before.to_owned(),
        name: String::new(),
        between: String::new(),
        value: None,
        secret_chars: None,
        after: String::new(),
    }
}
