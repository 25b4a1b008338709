//! The session name sent where nobody has chosen one.

use crate::route::Identity;
use crate::session::SwitchOptions;
use crate::sts_limits::SessionName;

/// `hatrack-<user>`, with what STS does not take replaced by a dash. The same for every role and every call, so that
/// a live hop is found again.
pub fn default_session_name(user: Option<&str>) -> SessionName {
    match user {
        Some(user) if !user.is_empty() => SessionName::made_of(&format!("hatrack-{user}")),
        _ => SessionName::made_of("hatrack"),
    }
}

/// The name of a role session that the identity itself gives: the one asked for, else its profile's.
pub(super) fn given_session_name(
    identity: &Identity,
    options: &SwitchOptions,
    user: Option<&str>,
) -> SessionName {
    let of_profile = match identity {
        Identity::WebIdentity { session_name, .. } => session_name.as_ref(),
        Identity::Saml(saml) => Some(&saml.session_name),
        Identity::RolesAnywhere(anywhere) => anywhere.session_name.as_ref(),
        _ => None,
    };
    let named = options.session_name.as_ref().or(of_profile);
    named.cloned().unwrap_or_else(|| default_session_name(user))
}
