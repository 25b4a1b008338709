//! The values of a condition, and how each kind is compared with the request's.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine as _;
use jiff::Timestamp;
use jiff::civil::Date;

use super::Holds;
use super::operator::{Comparison, Order};
use crate::policy::context::Context;
use crate::policy::pattern::Pattern;

/// One value of a condition, read in the way of its operator.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wanted {
    Text {
        pattern: Pattern,
        comparison: Comparison,
    },
    Arn(Pattern),
    Number(Decimal, Order),
    Date(Timestamp, Order),
    Bool(bool),
    Binary(Vec<u8>),
    Network(Network),
}

impl Wanted {
    pub(super) fn fits(&self, value: &str, context: &Context) -> Holds {
        let text = |fits: Result<bool, _>| fits.map_or(Holds::Unresolved, Holds::from);
        let told = match self {
            Self::Text {
                pattern,
                comparison: Comparison::StringIgnoreCase,
            } => {
                return text(pattern.fits_ignoring_case(value, context));
            }
            Self::Text { pattern, .. } => return text(pattern.fits(value, context)),
            Self::Arn(pattern) => return text(pattern.fits_arn(value, context)),
            Self::Number(wanted, order) => {
                Decimal::read(value).map(|have| order.accepts(have.compare(wanted)))
            }
            Self::Date(wanted, order) => date(value).map(|have| order.accepts(have.cmp(wanted))),
            Self::Bool(wanted) => boolean(value).map(|have| have == *wanted),
            Self::Binary(wanted) => binary(value).map(|have| have == *wanted),
            Self::Network(wanted) => value.parse().ok().map(|have| wanted.holds(have)),
        };
        told.map_or(Holds::Unclear, Holds::from)
    }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

pub(super) fn binary(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// A date in one of the W3C's profiles of ISO 8601 (year, month, day, time with zone), or epoch seconds.
pub(super) fn date(text: &str) -> Option<Timestamp> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() > 4 {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    if text.contains('T') {
        return with_time(text);
    }
    let mut parts = text.split('-');
    let mut part = |width: usize| -> Option<Option<i16>> {
        match parts.next() {
            None => Some(None),
            Some(p) if p.len() == width && p.bytes().all(|b| b.is_ascii_digit()) => p.parse().ok().map(Some),
            Some(_) => None,
        }
    };
    let year = part(4)??;
    let month = part(2)?.unwrap_or(1);
    let day = part(2)?.unwrap_or(1);
    if parts.next().is_some() {
        return None;
    }
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// `YYYY-MM-DDThh:mm[:ss[.s]]` and a zone.
fn with_time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}

/// A decimal number, compared exactly: no float rounds two different limits together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decimal {
    negative: bool,
    /// Digits before the point, without leading zeros.
    whole: String,
    /// Digits after the point, without trailing zeros.
    fraction: String,
}

impl Decimal {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let only_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !only_digits(whole) || !only_digits(fraction) || digits.ends_with('.') {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        let zero = whole.is_empty() && fraction.is_empty();
        Some(Self {
            negative: negative && !zero,
            whole,
            fraction,
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self.size().cmp(&other.size()),
            (true, true) => other.size().cmp(&self.size()),
        }
    }

    fn size(&self) -> (usize, &str, &str) {
        (self.whole.len(), &self.whole, &self.fraction)
    }
}

/// An address range in CIDR notation (RFC 4632, RFC 4291); one address without a prefix length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, Some(prefix.parse::<u32>().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let longest = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    fn holds(&self, other: IpAddr) -> bool {
        match (self.address, other) {
            (IpAddr::V4(a), IpAddr::V4(b)) => {
                let shift = 32 - self.prefix;
                u64::from(a.to_bits()) >> shift == u64::from(b.to_bits()) >> shift
            }
            (IpAddr::V6(a), IpAddr::V6(b)) => {
                let differs = a.to_bits() ^ b.to_bits();
                self.prefix == 0 || differs >> (128 - self.prefix) == 0
            }
            _ => false,
        }
    }
}
