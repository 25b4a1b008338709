//! The values that STS takes, each in a type that holds only what STS would accept.
//!
//! Source of every limit: AWS STS API Reference, "AssumeRole" and "GetSessionToken". Checking before the call
//! saves a round trip and, where a code is part of the request, the code.

mod duration;
mod policy;
mod tags;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::secret::Secret;
pub use duration::{SessionDuration, UserSessionDuration};
pub use policy::{MOST_POLICY_ARNS, SessionPolicy};
pub use tags::{MOST_TAGS, SessionTag, SessionTags};

/// A value that STS would refuse.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} {why}")]
pub struct OutOfLimits {
    /// The parameter, as STS calls it.
    pub what: &'static str,
    /// What it would have to be; never repeats a secret.
    pub why: String,
}

fn refuse<T>(what: &'static str, why: impl Into<String>) -> Result<T, OutOfLimits> {
    Err(OutOfLimits {
        what,
        why: why.into(),
    })
}

/// `\w` of STS's patterns: ASCII letters, digits and the underscore.
fn in_class(c: char, extra: &str) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || extra.contains(c)
}

fn check(
    what: &'static str,
    text: &str,
    shortest: usize,
    longest: usize,
    extra: &str,
) -> Result<(), OutOfLimits> {
    let length = text.chars().count();
    if length < shortest || length > longest {
        return refuse(
            what,
            format!("takes {shortest} to {longest} characters, not {length}"),
        );
    }
    match text.chars().find(|c| !in_class(*c, extra)) {
        Some(c) => refuse(
            what,
            format!(
                "takes letters, digits and _{extra}, not the character {}",
                c.escape_debug()
            ),
        ),
        None => Ok(()),
    }
}

/// A text type whose every value satisfies STS's limits.
macro_rules! limited_text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $shortest:literal..=$longest:literal, $extra:literal $(, $also:expr)?) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
        #[ts(type = "string")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = OutOfLimits;

            fn from_str(text: &str) -> Result<Self, OutOfLimits> {
                check($what, text, $shortest, $longest, $extra)?;
                $(
                    let also: fn(&str) -> Result<(), OutOfLimits> = $also;
                    also(text)?;
                )?
                Ok(Self(text.to_owned()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

limited_text!(
    /// The name that CloudTrail shows for a session: 2 to 64 of `[\w+=,.@-]`.
    SessionName, "RoleSessionName", 2..=64, "+=,.@-"
);

impl SessionName {
    /// `text` as a session name: what STS does not take becomes a dash, what is too long is cut, what is too short
    /// filled up.
    pub fn made_of(text: &str) -> Self {
        let taken = |c: char| if in_class(c, "+=,.@-") { c } else { '-' };
        let name: String = text.chars().map(taken).take(64).collect();
        Self(format!("{name:-<2}"))
    }
}

limited_text!(
    /// The secret-less word that a third party's trust policy asks for (`sts:ExternalId`): 2 to 1224 of
    /// `[\w+=,.@:\/-]`. AWS does not treat it as a secret, nor does Hatrack.
    ExternalId, "ExternalId", 2..=1224, "+=,.@:/-"
);

limited_text!(
    /// The serial number or ARN of an MFA device: 9 to 256 of `[\w+=/:,.@-]`.
    MfaSerial, "SerialNumber", 9..=256, "+=/:,.@-"
);

limited_text!(
    /// Who is behind a session, fixed for the whole chain: 2 to 64 of `[\w+=,.@-]`, not starting with `aws:`.
    SourceIdentity, "SourceIdentity", 2..=64, "+=,.@-", |text| {
        // STS's pattern allows no colon at all today; its text names the prefix, so both are held.
        if text.to_ascii_lowercase().starts_with("aws:") {
            refuse("SourceIdentity", "does not take a text that starts with aws:, which is AWS's own")
        } else {
            Ok(())
        }
    }
);

limited_text!(
    /// The ARN of a managed policy used as a session policy: 20 to 2048 characters.
    PolicyArn, "PolicyArns", 20..=2048, "+=,.@:/-", |text| {
        if text.starts_with("arn:") && text.contains(":policy/") {
            Ok(())
        } else {
            refuse("PolicyArns", "takes ARNs of managed policies, such as arn:aws:iam::aws:policy/ReadOnlyAccess")
        }
    }
);

/// The six digits that an MFA device shows. A secret for as long as it can be used: never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenCode(Secret);

impl TokenCode {
    /// The digits, for the request to STS.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl FromStr for TokenCode {
    type Err = OutOfLimits;

    /// Takes six digits; blanks are dropped, since phones show `123 456`.
    fn from_str(text: &str) -> Result<Self, OutOfLimits> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        if digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()) {
            Ok(Self(Secret::new(digits)))
        } else {
            refuse("TokenCode", "takes exactly six digits")
        }
    }
}

impl fmt::Debug for TokenCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("******")
    }
}
