//! What is done elsewhere because of what becomes of a session.

use hatrack_core::caller::CallerContext;
use hatrack_core::session::Session;

/// Told what becomes of sessions, beside the clients that listen. It must not wait: it is the keeper who tells it.
pub trait Follower: Send + Sync {
    /// The person switched back: the session that people saw, of this caller's files, is gone.
    fn switched_back(&self, session: &Session, caller: &CallerContext);

    /// The sessions of before a restart are known now.
    fn restored(&self);

    /// A session was issued, renewed, or has ended by time.
    fn changed(&self);
}
