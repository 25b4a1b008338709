//! The values that STS takes, each in a type that holds only what STS would accept.
//!
//! Source of every limit: AWS STS API Reference, "AssumeRole" and "GetSessionToken". Checking before the call
//! saves a round trip and, where a code is part of the request, the code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::secret::Secret;

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

/// How long an assumed role's session is asked to last, in whole seconds: 900 to 43200.
///
/// The role's own maximum (1 to 12 hours) and the hour's cap of chained roles come on top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "u32", into = "u32")]
#[ts(type = "number")]
pub struct SessionDuration(u32);

impl SessionDuration {
    /// 15 minutes: the least STS gives.
    pub const SHORTEST: Self = Self(900);
    /// One hour: STS's default, what every role allows, and the cap of chained roles.
    pub const HOUR: Self = Self(3600);
    /// Twelve hours: the most a role can be set to allow.
    pub const LONGEST: Self = Self(43200);

    /// Seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for SessionDuration {
    type Error = OutOfLimits;

    fn try_from(seconds: u32) -> Result<Self, OutOfLimits> {
        if (Self::SHORTEST.0..=Self::LONGEST.0).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            refuse(
                "DurationSeconds",
                format!("takes 900 to 43200 seconds (15 minutes to 12 hours), not {seconds}"),
            )
        }
    }
}

impl From<SessionDuration> for u32 {
    fn from(duration: SessionDuration) -> u32 {
        duration.0
    }
}

impl FromStr for SessionDuration {
    type Err = OutOfLimits;

    /// Takes seconds (`5400`) or units (`1h30m`, `90m`, `15m0s`).
    fn from_str(text: &str) -> Result<Self, OutOfLimits> {
        match seconds_in(text.trim()) {
            Some(seconds) => Self::try_from(seconds),
            None => refuse("DurationSeconds", "takes seconds, or a time such as 45m or 1h30m"),
        }
    }
}

impl fmt::Display for SessionDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        match (hours, minutes, seconds) {
            (0, m, 0) => write!(f, "{m} min"),
            (h, 0, 0) => write!(f, "{h} h"),
            (h, m, 0) => write!(f, "{h} h {m} min"),
            _ => write!(f, "{} s", self.0),
        }
    }
}

/// How long a GetSessionToken session is asked to last, in whole seconds: 900 to 129600.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(try_from = "u32", into = "u32")]
#[ts(type = "number")]
pub struct UserSessionDuration(u32);

impl UserSessionDuration {
    /// Twelve hours: what STS gives when none is asked for.
    pub const DEFAULT: Self = Self(43200);

    /// Seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for UserSessionDuration {
    type Error = OutOfLimits;

    fn try_from(seconds: u32) -> Result<Self, OutOfLimits> {
        if (900..=129_600).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            refuse(
                "DurationSeconds",
                format!("of a GetSessionToken session takes 900 to 129600 seconds, not {seconds}"),
            )
        }
    }
}

impl From<UserSessionDuration> for u32 {
    fn from(duration: UserSessionDuration) -> u32 {
        duration.0
    }
}

impl FromStr for UserSessionDuration {
    type Err = OutOfLimits;

    fn from_str(text: &str) -> Result<Self, OutOfLimits> {
        match seconds_in(text.trim()) {
            Some(seconds) => Self::try_from(seconds),
            None => refuse("DurationSeconds", "takes seconds, or a time such as 45m or 1h30m"),
        }
    }
}

/// Seconds in `5400`, `1h30m`, `90m` or `1h30m15s`; `None` for anything else, an overflow included.
fn seconds_in(text: &str) -> Option<u32> {
    if let Ok(seconds) = text.parse::<u32>() {
        // `+5` parses as a number; STS's own texts never carry a sign.
        return text.bytes().all(|b| b.is_ascii_digit()).then_some(seconds);
    }
    let (mut total, mut digits, mut units) = (0u32, String::new(), "hms");
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let size = match c {
            'h' => 3600,
            'm' => 60,
            's' => 1,
            _ => return None,
        };
        // Each unit once, the larger first.
        units = &units[units.find(c)? + 1..];
        total = total.checked_add(digits.parse::<u32>().ok()?.checked_mul(size)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(total)
}

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
/// STS: at most fifty tags in one request.
pub const MOST_TAGS: usize = 50;

/// A session tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct SessionTag {
    /// 1 to 128 characters; keys are compared without regard to case.
    pub key: String,
    /// At most 256 characters.
    pub value: String,
    /// Whether the tag passes on to the next role of a chain.
    pub transitive: bool,
}

/// The tags of one request, checked together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(try_from = "Vec<SessionTag>", into = "Vec<SessionTag>")]
#[ts(as = "Vec<SessionTag>")]
pub struct SessionTags(Vec<SessionTag>);

impl SessionTags {
    /// The tags, in the order given.
    pub fn as_slice(&self) -> &[SessionTag] {
        &self.0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl TryFrom<Vec<SessionTag>> for SessionTags {
    type Error = OutOfLimits;

    fn try_from(tags: Vec<SessionTag>) -> Result<Self, OutOfLimits> {
        if tags.len() > MOST_TAGS {
            return refuse(
                "Tags",
                format!("takes at most {MOST_TAGS} tags, not {}", tags.len()),
            );
        }
        for (i, tag) in tags.iter().enumerate() {
            check_tag(tag)?;
            if tags[..i]
                .iter()
                .any(|earlier| earlier.key.to_lowercase() == tag.key.to_lowercase())
            {
                return refuse(
                    "Tags",
                    format!("takes each key once, and \"{}\" comes twice", tag.key),
                );
            }
        }
        Ok(Self(tags))
    }
}

impl From<SessionTags> for Vec<SessionTag> {
    fn from(tags: SessionTags) -> Vec<SessionTag> {
        tags.0
    }
}

/// STS's pattern for tags is `[\p{L}\p{Z}\p{N}_.:/=+\-@]`.
fn check_tag(tag: &SessionTag) -> Result<(), OutOfLimits> {
    let legal =
        |c: char| c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c);
    let (key, value) = (tag.key.chars().count(), tag.value.chars().count());
    if !(1..=128).contains(&key) {
        return refuse("Tags", format!("takes keys of 1 to 128 characters, not {key}"));
    }
    if value > 256 {
        return refuse(
            "Tags",
            format!("takes values of at most 256 characters, not {value}"),
        );
    }
    if tag.key.to_ascii_lowercase().starts_with("aws:") {
        return refuse(
            "Tags",
            "does not take keys that start with aws:, which are AWS's own",
        );
    }
    match tag.key.chars().chain(tag.value.chars()).find(|c| !legal(*c)) {
        Some(c) => refuse(
            "Tags",
            format!("does not take the character {}", c.escape_debug()),
        ),
        None => Ok(()),
    }
}
