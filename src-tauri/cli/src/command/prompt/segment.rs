//! What a prompt shows.

use hatrack_core::export::ROLE;
use jiff::Timestamp;

use crate::context::EXEC_CONFIG;

const KEY: &str = "AWS_ACCESS_KEY_ID";
const EXPIRATION: &str = "AWS_CREDENTIAL_EXPIRATION";
const ENDPOINT: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/// `account/role 42m`; `None` where the environment has no session of Hatrack's. Inside `hat exec`, and with an endpoint,
/// the session is renewed, so no minutes are counted there.
pub fn of(variable: impl Fn(&str) -> Option<String>, now: Timestamp) -> Option<String> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    // A shell acts on what stands in its prompt: what is not as we write it is not shown.
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let role = set(ROLE).filter(|role| role.chars().all(legal))?;
    if set(KEY).is_none() {
        return set(EXEC_CONFIG).or_else(|| set(ENDPOINT)).map(|_| role);
    }
    let Some(end) = set(EXPIRATION).and_then(|end| end.parse::<Timestamp>().ok()) else {
        return Some(role);
    };
    let left = end.as_second().saturating_sub(now.as_second());
    let left = match left {
        ..=0 => "expired".to_owned(),
        1..60 => "<1m".to_owned(),
        60..3600 => format!("{}m", left / 60),
        _ => format!("{}h{:02}m", left / 3600, left / 60 % 60),
    };
    Some(format!("{role} {left}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(variables: &[(&str, &str)]) -> Option<String> {
        let of_name = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        // 12:00:00.
        of(
            of_name,
            Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(12),
        )
    }

    #[test]
    fn the_minutes_left_are_counted_until_there_are_none() {
        for (end, expected) in [
            ("1970-01-01T12:42:30Z", "acme/Reader 42m"),
            ("1970-01-01T13:05:00Z", "acme/Reader 1h05m"),
            ("1970-01-01T12:00:59Z", "acme/Reader <1m"),
            ("1970-01-01T12:00:00Z", "acme/Reader expired"),
            ("1970-01-01T11:00:00Z", "acme/Reader expired"),
            ("no time", "acme/Reader"),
        ] {
            let variables = [(ROLE, "acme/Reader"), (KEY, "ASIA"), (EXPIRATION, end)];
            assert_eq!(shown(&variables).as_deref(), Some(expected), "{end}");
        }
    }

    #[test]
    fn without_a_session_nothing_is_shown() {
        assert_eq!(shown(&[]), None);
        assert_eq!(
            shown(&[(ROLE, "acme/Reader")]),
            None,
            "the keys were unset by hand"
        );
        assert_eq!(
            shown(&[(KEY, "ASIA"), (EXPIRATION, "1970-01-01T13:00:00Z")]),
            None
        );
        assert_eq!(
            shown(&[(ROLE, "acme/Reader"), (EXEC_CONFIG, "/x")]).as_deref(),
            Some("acme/Reader")
        );
        assert_eq!(
            shown(&[
                (ROLE, "acme/Reader"),
                (ENDPOINT, "http://127.0.0.1:1/credentials")
            ])
            .as_deref(),
            Some("acme/Reader")
        );
        for hostile in ["$(id)", "a%F{red}", "`id`", "a\u{1b}[0m", "a b", "\\u"] {
            assert_eq!(shown(&[(ROLE, hostile), (KEY, "ASIA")]), None, "{hostile}");
        }
    }
}
