//! Making the calls of a plan.

use std::sync::Arc;
use std::time::Duration;

use super::denial::{Place, Told};
use super::plan::{Calls, Plan, Step};
use super::ports::{IdentitySource, Random};
use super::{BrokerError, denial};
use crate::caller::CallerContext;
use crate::expiry::{Clock, Expiry};
use crate::secret::Credentials;
use crate::session::{Origin, Session, SessionId, SessionKey, SwitchOptions};
use crate::sts::{AssumeRole, AwsFailure, GetSessionToken, Issued, Refusal, Sts};
use crate::sts_limits::{SessionDuration, TokenCode, UserSessionDuration};
use crate::view::{DenialView, NeedView};

/// A live hop with less life than this is not built upon: it may end while the next call is under way.
const LEAST_HOP_LIFE: Duration = Duration::from_secs(30);

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
}

/// What came of a plan.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// A session.
    Issued(Box<Session>),
    /// Something only the person has is needed.
    Needs(NeedView),
    /// AWS refused.
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

/// Why a chain stopped before its end.
enum Stop {
    Error(BrokerError),
    Needs(NeedView),
    Refused {
        refusal: Refusal,
        denial: Box<DenialView>,
        /// The first call after a live hop was refused: that hop signed it.
        by_live_hop: bool,
        /// The duration was over the maximum of the role asked for.
        over_maximum: bool,
        /// A code went with it.
        with_code: bool,
    },
}

impl Stop {
    fn signed_by_live_hop(mut self, signed: bool) -> Self {
        if let Self::Refused { by_live_hop, .. } = &mut self {
            *by_live_hop = signed;
        }
        self
    }
}

impl From<BrokerError> for Stop {
    fn from(error: BrokerError) -> Self {
        Self::Error(error)
    }
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

    /// The live session of the last hop that has one, before the last, with its place. None of `stale`.
    fn deepest_live(
        &self,
        plan: &Plan,
        live: &[Arc<Session>],
        stale: &[SessionId],
    ) -> Option<(usize, Arc<Session>)> {
        let Calls::Roles { before, .. } = &plan.calls else {
            return None;
        };
        let now = self.clock.now().boot;
        before.iter().enumerate().rev().find_map(|(at, step)| {
            let serves = |s: &&Arc<Session>| {
                s.key == step.key && s.expiry.left(now) >= LEAST_HOP_LIFE && !stale.contains(&s.id)
            };
            live.iter()
                .filter(serves)
                .max_by_key(|s| s.expiry.deadline)
                .map(|session| (at, session.clone()))
        })
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

/// One carrying out of a plan.
#[derive(Clone, Copy)]
struct Journey<'a> {
    broker: &'a Broker,
    plan: &'a Plan,
    caller: &'a CallerContext,
    code: Option<&'a TokenCode>,
    longest: Option<SessionDuration>,
}

impl<'a> Journey<'a> {
    /// Travels from the deepest live hop, which is noted as stale where AWS no longer accepts it.
    async fn attempt(self, live: &[Arc<Session>], trace: &mut Trace) -> Result<Session, Stop> {
        let start = self.broker.deepest_live(self.plan, live, &trace.stale);
        let reused = start.as_ref().map(|(_, session)| session.id.clone());
        let result = self.travel(start, trace).await;
        if let Err(Stop::Refused {
            refusal,
            by_live_hop: true,
            ..
        }) = &result
            && denial::is_expired_token(refusal)
        {
            trace.stale.extend(reused);
        }
        result
    }

    async fn travel(self, start: Option<(usize, Arc<Session>)>, trace: &mut Trace) -> Result<Session, Stop> {
        match &self.plan.calls {
            Calls::UserSession(duration) => self.user_session(*duration, trace).await,
            Calls::Roles { before, last } => self.roles(before, last, start, trace).await,
        }
    }

    async fn base(self) -> Result<Credentials, Stop> {
        let (route, reach) = (&self.plan.order.route, &self.plan.reach);
        let read = self
            .broker
            .identities
            .credentials(route, self.caller, reach)
            .await;
        Ok(read.map_err(BrokerError::from)?)
    }

    /// The device and the code, where the first call needs them.
    fn mfa(self) -> Result<Option<(crate::sts_limits::MfaSerial, TokenCode)>, Stop> {
        match (&self.plan.mfa, self.code) {
            (None, _) => Ok(None),
            (Some(serial), Some(code)) => Ok(Some((serial.clone(), code.clone()))),
            (Some(_), None) => Err(Stop::Needs(needs_code(self.plan, None))),
        }
    }

    async fn user_session(self, duration: UserSessionDuration, trace: &mut Trace) -> Result<Session, Stop> {
        let mfa = self.mfa()?;
        let base = self.base().await?;
        let call = GetSessionToken {
            mfa,
            ..self.plan.user_call(duration)
        };
        let reach = &self.plan.reach;
        let answer = self.broker.sts.get_session_token(reach, &base, &call).await;
        let issued = note(trace, answer).map_err(|failure| {
            let told = |refusal: &Refusal| denial::of_user(refusal, &base.access_key_id);
            stop(failure, told, call.mfa.is_some())
        })?;
        self.session(issued, &self.plan.key, true)
    }

    async fn roles(
        self,
        before: &[Step],
        last: &Step,
        start: Option<(usize, Arc<Session>)>,
        trace: &mut Trace,
    ) -> Result<Session, Stop> {
        let (first, mut signer, mut by_live_hop) = match start {
            Some((at, session)) => (at + 1, session.credentials.clone(), true),
            None => {
                // Asked before the keys are read: a dialog should not wait for a metadata service.
                self.mfa()?;
                (0, self.base().await?, false)
            }
        };
        for step in before.iter().skip(first) {
            let place = Place::OnTheWay(self.profile_of(&step.key));
            let answer = self.assume(step, place, &signer, trace).await;
            let issued = answer.map_err(|failed| failed.signed_by_live_hop(by_live_hop))?;
            let session = self.session(issued, &step.key, false)?;
            signer = session.credentials.clone();
            trace.hops.push(session);
            by_live_hop = false;
        }
        let place = Place::Last(self.longest.filter(|_| !last.chained));
        let answer = self.assume(last, place, &signer, trace).await;
        let issued = answer.map_err(|failed| failed.signed_by_live_hop(by_live_hop))?;
        self.session(issued, &last.key, true)
    }

    async fn assume(
        self,
        step: &Step,
        place: Place<'_>,
        signer: &Credentials,
        trace: &mut Trace,
    ) -> Result<Issued, Stop> {
        let call = AssumeRole {
            mfa: match step.key.hops.len() {
                1 => self.mfa()?,
                _ => None,
            },
            ..step.call.clone()
        };
        let answer = self.broker.sts.assume_role(&self.plan.reach, signer, &call).await;
        note(trace, answer).map_err(|failure| {
            let told = |refusal: &Refusal| denial::of_role(refusal, &call, signer, place);
            stop(failure, told, call.mfa.is_some())
        })
    }

    fn session(self, issued: Issued, key: &SessionKey, last: bool) -> Result<Session, Stop> {
        let received = self.broker.clock.now();
        let expiry =
            Expiry::of_answer(issued.expiration, issued.aws_date, received).map_err(BrokerError::from)?;
        let role = key.hops.last().map(|hop| &hop.role);
        Ok(Session {
            id: self.broker.new_session_id(),
            key: key.clone(),
            // An end that was not believed is handed to nobody: who has the keys would never ask again.
            credentials: Credentials {
                expires_at: Some(expiry.at),
                ..issued.credentials
            },
            expiry,
            issued_at: issued.aws_date.unwrap_or(received.wall),
            account: role.map(|role| role.account()).or(self.plan.order.account),
            assumed_role_arn: issued.assumed_role_arn,
            user_id: issued.assumed_role_id,
            region: self.plan.order.region.clone(),
            origin: if last {
                self.plan.origin.clone()
            } else {
                self.origin_of_hop(key)
            },
            listed: last,
        })
    }

    fn origin_of_hop(self, key: &SessionKey) -> Origin {
        Origin {
            role_key: None,
            profile: self.profile_of(key).map(str::to_owned),
            source: self.plan.origin.source.clone(),
            chained: key.hops.len() > 1 || self.plan.order.base.temporary,
            options: SwitchOptions::default(),
        }
    }

    /// The profile that describes the last hop of `key`.
    fn profile_of(self, key: &SessionKey) -> Option<&'a str> {
        let hops = &self.plan.order.route.hops;
        hops.get(key.hops.len().checked_sub(1)?)?.profile.as_deref()
    }
}

/// Remembers what the call cost and what AWS called it.
fn note(trace: &mut Trace, answer: Result<Issued, AwsFailure>) -> Result<Issued, AwsFailure> {
    match &answer {
        Ok(issued) => {
            trace.request_id = issued.request_id.clone();
            trace.took = Some(trace.took.unwrap_or_default() + issued.took);
        }
        Err(AwsFailure::Refused(refusal)) => trace.request_id = refusal.request_id.clone(),
        Err(_) => trace.request_id = None,
    }
    answer
}

fn stop(failure: AwsFailure, told: impl Fn(&Refusal) -> Told, with_code: bool) -> Stop {
    match failure {
        AwsFailure::Refused(refusal) => {
            let Told { view, over_maximum } = told(&refusal);
            Stop::Refused {
                denial: Box::new(view),
                refusal,
                by_live_hop: false,
                over_maximum,
                with_code,
            }
        }
        other => Stop::Error(BrokerError::Aws(other)),
    }
}

fn needs_code(plan: &Plan, refused: Option<&Refusal>) -> NeedView {
    NeedView::MfaCode {
        serial: plan.mfa.as_ref().map(|s| s.to_string()).unwrap_or_default(),
        role_arn: plan.key.hops.first().map(|hop| hop.role.to_string()),
        refused: refused.map(|refusal| {
            format!("AWS did not accept the code; each is accepted once, so wait for the next. {refusal}")
        }),
    }
}

fn outcome(result: Result<Session, Stop>, plan: &Plan) -> Result<Outcome, BrokerError> {
    match result {
        Ok(session) => Ok(Outcome::Issued(Box::new(session))),
        Err(Stop::Error(error)) => Err(error),
        Err(Stop::Needs(need)) => Ok(Outcome::Needs(need)),
        Err(Stop::Refused {
            refusal,
            with_code: true,
            ..
        }) if denial::sent_code_was_refused(&refusal) => Ok(Outcome::Needs(needs_code(plan, Some(&refusal)))),
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
