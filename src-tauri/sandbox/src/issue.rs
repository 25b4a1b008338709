//! Issuing temporary credentials.

use hatrack_core::secret::Secret;
use jiff::{SignedDuration, Timestamp};

use crate::state::State;
use crate::world::{Session, SessionOf, World};

const MANY_SESSIONS: usize = 10_000;

/// Issues a session of `seconds`, or of the sandbox's longest life if that is shorter.
pub fn issue(state: &State, seconds: i64, mfa_at: Option<Timestamp>, of: SessionOf) -> Session {
    let now = state.now();
    let session = {
        let mut keys = state.keys();
        Session {
            access_key_id: keys.id("ASIA"),
            secret: Secret::new(keys.secret()),
            token: Secret::new(keys.session_token()),
            issued_at: now,
            expires_at: end_of_life(state, now, seconds),
            mfa_at,
            of,
        }
    };
    let mut world = state.change();
    forget_the_long_expired(&mut world, now);
    world
        .sessions
        .insert(session.access_key_id.clone(), session.clone());
    session
}

/// When what is issued now for `seconds` ends, in the whole seconds that AWS gives.
pub fn end_of_life(state: &State, now: Timestamp, seconds: i64) -> Timestamp {
    let longest = state
        .max_life
        .and_then(|d| i64::try_from(d.as_secs()).ok())
        .unwrap_or(i64::MAX);
    Timestamp::from_second(now.as_second())
        .and_then(|t| t.checked_add(SignedDuration::from_secs(seconds.min(longest))))
        .unwrap_or(Timestamp::MAX)
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
