//! How long sessions last.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{OutOfLimits, refuse};

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
