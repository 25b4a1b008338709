//! Making the calls of a plan.

use std::sync::Arc;
use std::time::Duration;

use super::codes::{CodeSource, SpentCodes};
use super::journey::{Journey, Start, needs_code};
use super::plan::{Calls, Plan};
use super::ports::{IdentitySource, Random};
use super::stop::Stop;
use super::{BrokerError, denial};
use crate::caller::CallerContext;
use crate::expiry::{BootTime, Clock};
use crate::session::{Session, SessionId, SessionKey};
use crate::sts::Sts;
use crate::sts_limits::{SessionDuration, TokenCode};
use crate::view::{DenialView, NeedView};

/// A live hop with less life than this is not built upon: it may end while the next call is under way.
const LEAST_HOP_LIFE: Duration = Duration::from_secs(30);

/// Whether `session` lasts long enough to sign a further call.
pub fn can_be_built_upon(session: &Session, now: BootTime) -> bool {
    session.expiry.left(now) >= LEAST_HOP_LIFE
}

/// Makes the calls of a switch, through its ports.
#[derive(Clone)]
pub struct Broker {
    /// STS.
    pub sts: Arc<dyn Sts>,
    /// The starts of routes.
    pub identities: Arc<dyn IdentitySource>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Session IDs.
    pub random: Arc<dyn Random>,
    /// Codes that nobody types.
    pub codes: Arc<dyn CodeSource>,
    /// The codes that were sent.
    pub spent: SpentCodes,
}

/// What came of a plan.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A session.
    Issued(Box<Session>),
    /// Something only the person has is needed.
    Needs(NeedView),
    /// AWS refused, or would have: then it was not asked.
    Denied {
        /// How.
        denial: Box<DenialView>,
        /// Whether AWS failed (5xx, throttling) rather than said no.
        failed: bool,
        /// Whether the duration was over the maximum of the role asked for.
        over_maximum: bool,
    },
}

/// A plan that was carried out as far as it went.
#[derive(Debug, Clone)]
pub struct Landed {
    /// What came of it.
    pub result: Result<Outcome, BrokerError>,
    /// What it left behind.
    pub trace: Trace,
}

/// What carrying out a plan leaves behind, however it ends.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Sessions of hops on the way, to keep for the next chain; good even where the last hop failed.
    pub hops: Vec<Session>,
    /// Sessions that AWS no longer accepts.
    pub stale: Vec<SessionId>,
    /// AWS's request ID of the last call.
    pub request_id: Option<String>,
    /// How long AWS took to answer, all calls together; `None` where none answered.
    pub took: Option<Duration>,
}

impl Broker {
    /// Carries `plan` out. `live` are the sessions whose hops may be built upon; `longest` is the longest duration the
    /// role is known to give, for a refusal to offer.
    pub async fn execute(
        &self,
        plan: &Plan,
        caller: &CallerContext,
        code: Option<&TokenCode>,
        live: &[Arc<Session>],
        longest: Option<SessionDuration>,
    ) -> Landed {
        let mut trace = Trace::default();
        let journey = Journey {
            broker: self,
            plan,
            caller,
            code,
            longest,
        };
        let mut result = journey.attempt(live, &mut trace).await;
        if !trace.stale.is_empty() {
            // Revoked, or ended by a clock that is not ours: once more from the next hop that is live, and only once.
            result = journey.attempt(live, &mut trace).await;
        }
        Landed {
            result: outcome(result, plan),
            trace,
        }
    }

    /// The live session of the last hop that has one, before the last; without one, that which shares a code. None of
    /// `stale`.
    pub(super) fn deepest_live(
        &self,
        plan: &Plan,
        live: &[Arc<Session>],
        stale: &[SessionId],
    ) -> Option<Start> {
        let Calls::Roles { shared, before, .. } = &plan.calls else {
            return None;
        };
        let now = self.clock.now().boot;
        let of = |key: &SessionKey| {
            let serves =
                |s: &&Arc<Session>| s.key == *key && can_be_built_upon(s, now) && !stale.contains(&s.id);
            let found = live.iter().filter(serves).max_by_key(|s| s.expiry.deadline);
            found.cloned()
        };
        let hop = before.iter().enumerate().rev().find_map(|(at, step)| {
            Some(Start {
                next: at + 1,
                signer: of(&step.key)?,
            })
        });
        hop.or_else(|| {
            Some(Start {
                next: 0,
                signer: of(shared.as_ref()?)?,
            })
        })
    }

    /// Whether carrying `plan` out takes a code, `live` being the sessions that may be built upon.
    pub fn takes_code(&self, plan: &Plan, live: &[Arc<Session>]) -> bool {
        plan.mfa.is_some() && self.deepest_live(plan, live, &[]).is_none()
    }

    /// Eight letters and digits.
    pub fn new_session_id(&self) -> SessionId {
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let mut bytes = [0; 8];
        self.random.fill(&mut bytes);
        SessionId(
            bytes
                .iter()
                .map(|b| char::from(LETTERS[usize::from(b % 32)]))
                .collect(),
        )
    }
}

fn outcome(result: Result<Session, Stop>, plan: &Plan) -> Result<Outcome, BrokerError> {
    match result {
        Ok(session) => Ok(Outcome::Issued(Box::new(session))),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Needs(need)) => Ok(Outcome::Needs(need)),
        Err(Stop::NotAsked(denial)) => Ok(Outcome::Denied {
            denial,
            failed: false,
            over_maximum: false,
        }),
        Err(Stop::Refused {
            refusal,
            with_code: true,
            ..
        }) if denial::sent_code_was_refused(&refusal) => {
            let why = format!(
                "AWS did not accept the code; each is accepted once, so wait for the next. {refusal}"
            );
            Ok(Outcome::Needs(needs_code(plan, Some(why))))
        }
        Err(Stop::Refused {
            refusal,
            denial,
            over_maximum,
            ..
        }) => Ok(Outcome::Denied {
            denial,
            failed: refusal.status >= 500 || refusal.status == 429 || refusal.code.starts_with("Throttling"),
            over_maximum,
        }),
    }
}
