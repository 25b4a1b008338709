//! The session name sent where nobody has chosen one.

use crate::sts_limits::SessionName;

/// STS: `RoleSessionName` takes at most 64 characters.
const LONGEST: usize = 64;

/// `hatrack-<user>`, with what STS does not take replaced by a dash. The same for every role and every call, so that
/// a live hop is found again.
pub fn default_session_name(user: Option<&str>) -> SessionName {
    let user: String = user
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || "_+=,.@-".contains(c) { c } else { '-' })
        .collect();
    let name = match user.trim_matches('-') {
        "" => "hatrack".to_owned(),
        user => format!("hatrack-{user}"),
    };
    let name: String = name.chars().take(LONGEST).collect();
    // Every character is in STS's class and the length is right, so the first parse succeeds.
    name.parse().unwrap_or_else(|_| fallback())
}

fn fallback() -> SessionName {
    match "hatrack".parse() {
        Ok(name) => name,
        Err(_) => unreachable!("\"hatrack\" is a session name"),
    }
}
