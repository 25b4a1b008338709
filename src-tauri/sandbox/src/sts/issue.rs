//! Issuing temporary credentials.

use hatrack_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use super::Call;
use super::reply::{Refusal, element};
use crate::world::{Session, SessionOf, World};

const MANY_SESSIONS: usize = 10_000;

/// Issues a session and gives its `Credentials` element.
pub(super) fn issue(
    call: &Call<'_>,
    seconds: i64,
    mfa_at: Option<Timestamp>,
    of: SessionOf,
) -> Result<String, Refusal> {
    let longest = call
        .state
        .max_life
        .and_then(|d| i64::try_from(d.as_secs()).ok())
        .unwrap_or(i64::MAX);
    let now = call.state.now();
    // AWS gives whole seconds.
    let expires_at = Timestamp::from_second(now.as_second())
        .and_then(|t| t.checked_add(SignedDuration::from_secs(seconds.min(longest))))
        .map_err(|_| Refusal::malformed_input())?;
    let session = {
        let mut keys = call.state.keys();
        Session {
            access_key_id: keys.id("ASIA"),
            secret: Secret::new(keys.secret()),
            token: Secret::new(keys.session_token()),
            issued_at: now,
            expires_at,
            mfa_at,
            of,
        }
    };
    let xml = [
        "<Credentials>".to_owned(),
        element("AccessKeyId", &session.access_key_id),
        element("SecretAccessKey", session.secret.expose()),
        element("SessionToken", session.token.expose()),
        element("Expiration", &session.expires_at.to_string()),
        "</Credentials>".to_owned(),
    ]
    .concat();
    let mut world = call.state.change();
    forget_the_long_expired(&mut world, now);
    world.sessions.insert(session.access_key_id.clone(), session);
    Ok(xml)
}

/// A sandbox may run for days: keeps sessions from piling up. One that expired lately is still told `ExpiredToken`.
fn forget_the_long_expired(world: &mut World, now: Timestamp) {
    if world.sessions.len() > MANY_SESSIONS {
        let lately = now.as_second() - 3600;
        world
            .sessions
            .retain(|_, session| session.expires_at.as_second() > lately);
    }
}
