//! What was revoked from here: remembered, so that no session is used that AWS denies everything, and so that it can be
//! taken back.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hatrack_core::arn::RoleArn;
use hatrack_core::revoke::{RevokesBefore, is_of, is_same};
use hatrack_core::session::Session;
use hatrack_store::kept::{Kept, KeptFailure, KeptRevocation};
use jiff::{SignedDuration, Timestamp};

/// What is revoked further ahead than this is somebody else's, and not waited for.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(5);

/// The revocations of this home.
pub struct Revocations {
    files: Kept<KeptRevocation>,
    known: Mutex<HashMap<RoleArn, KeptRevocation>>,
}

impl Revocations {
    /// With what was kept. Blocks shortly.
    pub fn new(files: Kept<KeptRevocation>, now: Timestamp) -> Self {
        let kept = files.all(now).into_iter();
        let known = kept.map(|kept| (kept.role.clone(), kept)).collect();
        Self {
            files,
            known: Mutex::new(known),
        }
    }

    /// Whether AWS denies everything to this session, as far as it was revoked from here.
    pub fn cover(&self, session: &Session) -> bool {
        self.until(session).is_some()
    }

    /// How long to wait for a session that AWS does not deny, if this one was got while its role was being revoked.
    pub fn wait_after(&self, session: &Session) -> Option<Duration> {
        let left = self.until(session)?.duration_since(session.issued_at);
        (left <= LONGEST_WAIT).then(|| left.try_into().unwrap_or_default())
    }

    /// Which sessions of its role are denied everything, where it is one of them.
    fn until(&self, session: &Session) -> Option<Timestamp> {
        let known = self.known();
        let of_it = known.values().filter(|kept| is_of(&kept.role, session));
        let covering = of_it
            .filter_map(|kept| kept.in_force)
            .filter(|time| RevokesBefore::at(*time).covers(session.issued_at));
        covering.max()
    }

    /// What is remembered of this role.
    pub fn of(&self, role: &RoleArn) -> Option<KeptRevocation> {
        let known = self.known();
        known.values().find(|kept| is_same(&kept.role, role)).cloned()
    }

    /// Remembers this, in the place of what was remembered of the same role. Durable when it returns. Blocks shortly.
    ///
    /// # Errors
    /// Where it cannot be written: then nothing is remembered of it.
    pub fn put(&self, kept: KeptRevocation) -> Result<(), KeptFailure> {
        self.files.put(&kept)?;
        self.known().insert(kept.role.clone(), kept);
        Ok(())
    }

    /// Nothing is revoked any more. Blocks shortly.
    ///
    /// # Errors
    /// Where the file cannot be removed.
    pub fn forget(&self, role: &RoleArn) -> Result<(), KeptFailure> {
        if let Some(kept) = self.of(role) {
            self.files.forget(&kept.role.to_string())?;
            self.known().remove(&kept.role);
        }
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, HashMap<RoleArn, KeptRevocation>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
