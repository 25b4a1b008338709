//! The session name sent where nobody has chosen one.

use crate::sts_limits::SessionName;

/// `hatrack-<user>`, with what STS does not take replaced by a dash. The same for every role and every call, so that
/// a live hop is found again.
pub fn default_session_name(user: Option<&str>) -> SessionName {
    match user {
        Some(user) if !user.is_empty() => SessionName::made_of(&format!("hatrack-{user}")),
        _ => SessionName::made_of("hatrack"),
    }
}
