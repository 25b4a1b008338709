//! MFA codes: what one buys, that each is sent once, and where one comes from that nobody types.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use super::plan::{Calls, Plan};
use crate::expiry::{BootTime, Moment};
use crate::session::{CodeUse, Session, SessionKey};
use crate::sts_limits::{MfaSerial, SessionDuration, TokenCode};

/// RFC 6238: a device shows another code each half minute.
pub const CODE_STEP: Duration = Duration::from_secs(30);

/// AWS takes the code of the present half minute and its neighbours'. After this, the same digits are another code.
const REMEMBERED: Duration = Duration::from_secs(120);

/// A code that is made here may be taken by another switch just before; then the next one is made.
const MOST_MADE: usize = 4;

impl Plan {
    /// The session of the user's own that a code would be spent on, if one would: whoever else needs it can wait for
    /// it.
    pub fn code_buys(&self) -> Option<&SessionKey> {
        match &self.calls {
            Calls::Roles { shared, .. } => shared.as_ref(),
            Calls::UserSession(_) => self.mfa.as_ref().map(|_| &self.key),
            Calls::Given => None,
        }
    }

    /// Whether a code of it serves every role of the same user and device.
    pub fn shares_code(&self) -> bool {
        self.order.codes == CodeUse::Shared && self.code_buys().is_some()
    }

    /// What the code that was given has cost and bought, where `session` came of it.
    pub fn note_of_code(&self, session: &Session) -> Option<String> {
        let Calls::Roles { shared: Some(_), .. } = &self.calls else {
            return None;
        };
        session.origin.chained.then(|| {
            format!(
                "The code serves every role of {} for {}; a session through it lasts 1 h at most. A longer one takes a \
                 code of its own.",
                self.mfa.as_ref().map(MfaSerial::as_str).unwrap_or_default(),
                SessionDuration::LONGEST
            )
        })
    }
}

/// The codes that were sent: AWS accepts each once, so that a second switch with one is in vain.
///
/// Kept in memory only, and not the digits: a hash whose key is this process's own.
#[derive(Debug, Clone, Default)]
pub struct SpentCodes {
    hasher: RandomState,
    sent: Arc<Mutex<HashMap<u64, BootTime>>>,
}

impl SpentCodes {
    /// Takes `code` of the device `serial` for one call; `false` where it was sent before.
    pub fn spend(&self, serial: &MfaSerial, code: &TokenCode, now: BootTime) -> bool {
        let mut sent = self.sent();
        sent.retain(|_, at| now.0.saturating_sub(at.0) < REMEMBERED);
        let hash = self.hash(serial, code);
        let fresh = !sent.contains_key(&hash);
        sent.entry(hash).or_insert(now);
        fresh
    }

    /// Whether `code` was sent before.
    pub fn is_spent(&self, serial: &MfaSerial, code: &TokenCode, now: BootTime) -> bool {
        let sent = self.sent();
        let at = sent.get(&self.hash(serial, code));
        at.is_some_and(|at| now.0.saturating_sub(at.0) < REMEMBERED)
    }

    /// The call with `code` has not reached AWS.
    pub fn give_back(&self, serial: &MfaSerial, code: &TokenCode) {
        self.sent().remove(&self.hash(serial, code));
    }

    fn hash(&self, serial: &MfaSerial, code: &TokenCode) -> u64 {
        self.hasher.hash_one((serial, code.expose()))
    }

    fn sent(&self) -> MutexGuard<'_, HashMap<u64, BootTime>> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Codes of devices whose secret the person has left with Hatrack.
#[async_trait]
pub trait CodeSource: Send + Sync {
    /// Whether it makes codes of `serial`.
    fn makes(&self, serial: &MfaSerial) -> bool;

    /// A code of `serial` that is none of `spent`: where the present one is, the next half minute is waited for.
    /// `None` where the secret is not here.
    async fn code(&self, serial: &MfaSerial, spent: &SpentCodes) -> Option<TokenCode>;
}

/// Makes no codes: each is typed.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCodes;

#[async_trait]
impl CodeSource for NoCodes {
    fn makes(&self, _: &MfaSerial) -> bool {
        false
    }

    async fn code(&self, _: &MfaSerial, _: &SpentCodes) -> Option<TokenCode> {
        None
    }
}

/// A code of `serial` that `source` makes. From here on it counts as sent. `None` where the source makes none, or
/// others are always faster.
pub async fn fresh_code(
    source: &dyn CodeSource,
    spent: &SpentCodes,
    serial: &MfaSerial,
    now: impl Fn() -> BootTime,
) -> Option<TokenCode> {
    for _ in 0..MOST_MADE {
        let code = source.code(serial, spent).await?;
        if spent.spend(serial, &code, now()) {
            return Some(code);
        }
    }
    None
}

/// How long until the device shows another code, in whole seconds: 1 to 30.
pub fn next_code_in(now: Moment) -> u64 {
    let step = i64::try_from(CODE_STEP.as_secs()).unwrap_or(i64::MAX);
    let into = now.wall.as_second().rem_euclid(step);
    (step - into).unsigned_abs()
}
