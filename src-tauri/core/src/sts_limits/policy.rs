//! Session policies.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OutOfLimits, refuse};

/// An inline session policy: JSON of at most 2048 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "String", into = "String")]
#[ts(type = "string")]
pub struct SessionPolicy(String);

impl SessionPolicy {
    /// The JSON as it goes to STS.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SessionPolicy {
    type Error = OutOfLimits;

    /// Takes a JSON object. A text that is too long only for its white space is made compact.
    fn try_from(text: String) -> Result<Self, OutOfLimits> {
        let value: serde_json::Value = match serde_json::from_str(&text) {
            Ok(value @ serde_json::Value::Object(_)) => value,
            Ok(_) => {
                return refuse(
                    "Policy",
                    "takes a JSON object: { \"Version\": …, \"Statement\": … }",
                );
            }
            Err(wrong) => return refuse("Policy", format!("takes JSON, and this is none: {wrong}")),
        };
        let text = if text.chars().count() > LONGEST_POLICY {
            value.to_string()
        } else {
            text
        };
        let length = text.chars().count();
        if length > LONGEST_POLICY {
            return refuse(
                "Policy",
                format!("takes at most {LONGEST_POLICY} characters, not {length}"),
            );
        }
        let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        match text.chars().find(|c| !legal(*c)) {
            Some(c) => refuse(
                "Policy",
                format!("does not take the character {}", c.escape_debug()),
            ),
            None => Ok(Self(text)),
        }
    }
}

impl From<SessionPolicy> for String {
    fn from(policy: SessionPolicy) -> String {
        policy.0
    }
}

const LONGEST_POLICY: usize = 2048;
/// STS: at most ten managed policies in one request.
pub const MOST_POLICY_ARNS: usize = 10;
