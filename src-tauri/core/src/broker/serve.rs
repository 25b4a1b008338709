//! Whether a live session serves a request.

use std::time::Duration;

use crate::expiry::BootTime;
use crate::session::{HopKey, Session, SessionKey, SwitchOptions};

/// STS counts whole seconds, so a session's life may come out a little below what was asked.
const ROUNDING: Duration = Duration::from_secs(5);

/// What a request asks of a live session.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// What a new session would serve.
    pub key: &'a SessionKey,
    /// The catalog's key of the role asked for.
    pub role_key: &'a str,
    /// The options given: each must match; one left out asks for nothing.
    pub options: &'a SwitchOptions,
    /// The least life left; without it, what a hand-out to an SDK needs.
    pub min_life: Option<Duration>,
}

/// The session that serves `wish`: one that is exactly what a new one would be, else the one that lasts longest.
pub fn serving<'s>(
    wish: Wish<'_>,
    now: BootTime,
    sessions: impl IntoIterator<Item = &'s Session>,
) -> Option<&'s Session> {
    sessions
        .into_iter()
        .filter(|session| serves(wish, now, session))
        .max_by_key(|session| (session.key == *wish.key, session.expiry.left(now)))
}

fn serves(wish: Wish<'_>, now: BootTime, session: &Session) -> bool {
    let expiry = &session.expiry;
    let needed = wish.min_life.unwrap_or_else(|| expiry.renew_below());
    let left = expiry.left(now);
    let asked = wish
        .options
        .duration
        .map(|d| Duration::from_secs(d.seconds().into()));
    !left.is_zero()
        && left >= needed
        && asked.is_none_or(|asked| expiry.life + ROUNDING >= asked)
        && if session.origin.role_key.as_deref() == Some(wish.role_key) {
            matches(wish, &session.key)
        } else {
            is_just_like(wish, &session.key)
        }
}

/// A session that another entry of the catalog got serves only where this one would ask AWS for the same: with another
/// external ID it would hide that this entry's own is missing or wrong. A session name that nobody asked for does not
/// matter.
fn is_just_like(wish: Wish<'_>, has: &SessionKey) -> bool {
    let mut has = has.clone();
    if let (None, Some(last), Some(wanted)) = (
        &wish.options.session_name,
        has.hops.last_mut(),
        wish.key.hops.last(),
    ) {
        last.session_name = wanted.session_name.clone();
    }
    has == *wish.key
}

fn matches(wish: Wish<'_>, has: &SessionKey) -> bool {
    let wanted = wish.key;
    let same_way = wanted.base == has.base
        && wanted.endpoint == has.endpoint
        && wanted.user_mfa == has.user_mfa
        && wanted.hops.len() == has.hops.len();
    if !same_way {
        return false;
    }
    let Some((last_wanted, before_wanted)) = wanted.hops.split_last() else {
        return true;
    };
    let Some((last, before)) = has.hops.split_last() else {
        return false;
    };
    before
        .iter()
        .zip(before_wanted)
        .enumerate()
        .all(|(at, (has, wanted))| same_hop(has, wanted, at == 0 && wish.options.source_identity.is_none()))
        && last_matches(wish.options, last, last_wanted)
}

/// A hop on the way is exactly the wanted one; a source identity that nobody asked for does not matter.
fn same_hop(has: &HopKey, wanted: &HopKey, any_source_identity: bool) -> bool {
    if any_source_identity {
        let has = HopKey {
            source_identity: wanted.source_identity.clone(),
            ..has.clone()
        };
        return has == *wanted;
    }
    has == wanted
}

fn last_matches(options: &SwitchOptions, has: &HopKey, wanted: &HopKey) -> bool {
    let given = |given: bool, same: bool| !given || same;
    has.role == wanted.role
        && has.mfa_serial == wanted.mfa_serial
        && given(
            options.external_id.is_some(),
            has.external_id == wanted.external_id,
        )
        && given(
            options.session_name.is_some(),
            has.session_name == wanted.session_name,
        )
        && given(options.policy.is_some(), has.policy == wanted.policy)
        && given(
            !options.policy_arns.is_empty(),
            has.policy_arns == wanted.policy_arns,
        )
        && given(!options.tags.is_empty(), has.tags == wanted.tags)
        && given(
            options.source_identity.is_some(),
            has.source_identity == wanted.source_identity,
        )
}
