//! Times and durations, as people type and read them.

use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Reads `1h30m`, `45m`, `2d`, `900s`, `900`. Units go from large to small, each once.
pub fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("\"{text}\" is no duration; write it like 1h30m, 45m or 900s");
    if text.is_empty() {
        return Err(wrong());
    }
    let mut seconds = 0u64;
    let mut last_unit = u64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: u64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let unit = match rest.chars().next().map(|c| c.to_ascii_lowercase()) {
            Some('w') => 604_800,
            Some('d') => 86_400,
            Some('h') => 3_600,
            Some('m') => 60,
            Some('s') => 1,
            // A bare number counts seconds, as AWS's own options do.
            None if last_unit == u64::MAX => 1,
            _ => return Err(wrong()),
        };
        if unit >= last_unit {
            return Err(wrong());
        }
        last_unit = unit;
        seconds = number
            .checked_mul(unit)
            .and_then(|part| seconds.checked_add(part))
            .ok_or_else(wrong)?;
        rest = rest.get(1..).unwrap_or_default();
    }
    Ok(Duration::from_secs(seconds))
}

/// Reads a time in the past: `2d` (ago), `2026-11-20` (its midnight here) or an RFC 3339 time.
pub fn parse_since(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, String> {
    if let Ok(ago) = parse_duration(text) {
        return now
            .checked_sub(ago)
            .map_err(|_| format!("\"{text}\" reaches back before any calendar"));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let day = text
        .parse::<Date>()
        .ok()
        .and_then(|day| day.to_zoned(zone.clone()).ok());
    day.map(|day| day.timestamp())
        .ok_or_else(|| format!("\"{text}\" is no time; write it like 2d, 2026-11-20 or 2026-11-20T08:00:00Z"))
}

/// What is left of a session, to the minute once there is more than one.
pub fn remaining(seconds: u32) -> String {
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0) => "ended".to_owned(),
        (0, 0, s) => format!("{s} s"),
        (0, m, _) => format!("{m} min"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// A time for people, in their own zone.
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone())
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn durations_read_as_people_type_them() {
        for (text, seconds) in [
            ("1h30m", 5400),
            ("45m", 2700),
            ("900", 900),
            ("900s", 900),
            ("12H", 43200),
            ("2d", 172_800),
            ("1w", 604_800),
            ("1h1m1s", 3661),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "h",
            "1x",
            "1h30",
            "30m1h",
            "1m1m",
            "-5m",
            "1.5h",
            " 1h",
            "99999999999999999999d",
            "1hé",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_in_the_past_reads_three_ways() {
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let read = |text: &str| parse_since(text, now, &zone).map(|at| at.to_string());
        assert_eq!(read("2d"), Ok("2026-11-20T12:00:00Z".to_owned()));
        assert_eq!(read("2026-11-20"), Ok("2026-11-19T22:00:00Z".to_owned()));
        assert_eq!(
            read("2026-11-20T08:00:00+01:00"),
            Ok("2026-11-20T07:00:00Z".to_owned())
        );
        assert!(read("yesterday").is_err() && read("99999999w").is_err());
    }

    #[test]
    fn what_is_left_is_said_to_the_minute() {
        let said: Vec<String> = [0, 59, 60, 3599, 3600, 5400].map(remaining).into();
        assert_eq!(
            said,
            ["ended", "59 s", "1 min", "59 min", "1 h 00 min", "1 h 30 min"]
        );
    }
}
