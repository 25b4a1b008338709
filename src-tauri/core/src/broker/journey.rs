//! One carrying out of a plan: its calls, in order.

use std::sync::Arc;
use std::time::Duration;

use super::codes::{fresh_code, next_code_in};
use super::denial;
use super::denial::Place;
use super::execute::{Broker, Trace};
use super::plan::{Calls, Plan, Step, chain_of};
use super::ports::{Given, IdentityAsk, IdentityFailure};
use super::stop::{Stop, stop};
use crate::caller::CallerContext;
use crate::secret::Credentials;
use crate::session::{Session, SessionKey, SwitchOptions};
use crate::sts::{AssumeRole, AwsFailure, GetSessionToken, Issued, Refusal};
use crate::sts_limits::{MfaSerial, SessionDuration, TokenCode, UserSessionDuration};
use crate::view::NeedView;

/// Temporary credentials that come without an end are asked for again after this.
const LIFE_WITHOUT_END: Duration = Duration::from_secs(15 * 60);

/// Where a journey can start: a live session, and the hop that it signs.
pub(super) struct Start {
    pub next: usize,
    pub signer: Arc<Session>,
}

/// Who signs the next hop.
struct Signer {
    next: usize,
    credentials: Credentials,
    /// Whether it is a session of before, which AWS may no longer accept.
    lived: bool,
}

/// One carrying out of a plan.
#[derive(Clone, Copy)]
pub(super) struct Journey<'a> {
    pub broker: &'a Broker,
    pub plan: &'a Plan,
    pub caller: &'a CallerContext,
    pub code: Option<&'a TokenCode>,
    pub longest: Option<SessionDuration>,
}

impl<'a> Journey<'a> {
    /// Travels from the deepest live hop, which is noted as stale where AWS no longer accepts it.
    pub(super) async fn attempt(self, live: &[Arc<Session>], trace: &mut Trace) -> Result<Session, Stop> {
        let start = self.broker.deepest_live(self.plan, live, &trace.stale);
        let reused = start.as_ref().map(|start| start.signer.id.clone());
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

    async fn travel(self, start: Option<Start>, trace: &mut Trace) -> Result<Session, Stop> {
        match &self.plan.calls {
            Calls::Given => self.given_session(trace).await,
            Calls::UserSession(duration) => self.user_session(*duration, trace).await,
            Calls::Roles { shared, before, last } => {
                let signer = self.first_signer(start, shared.as_ref(), trace).await?;
                self.roles(before, last, signer, trace).await
            }
        }
    }

    /// The identity's credentials. `options` are for a session that they themselves are.
    async fn given(self, options: &SwitchOptions, trace: &mut Trace) -> Result<Given, Stop> {
        let ask = IdentityAsk {
            route: &self.plan.order.route,
            caller: self.caller,
            reach: &self.plan.reach,
            options,
        };
        let given = self.broker.identities.credentials(ask).await.map_err(|failure| {
            if let IdentityFailure::Refused(refused) = &failure {
                trace.request_id = refused.refusal.request_id.clone();
            }
            Stop::from(failure)
        })?;
        trace.request_id = given.request_id.clone();
        if let Some(took) = given.took {
            trace.took = Some(trace.took.unwrap_or_default() + took);
        }
        Ok(given)
    }

    async fn base(self, trace: &mut Trace) -> Result<Credentials, Stop> {
        Ok(self.given(&SwitchOptions::default(), trace).await?.credentials)
    }

    /// The identity's own credentials, as a session. Long-term keys that a command printed are none yet.
    async fn given_session(self, trace: &mut Trace) -> Result<Session, Stop> {
        let given = self.given(&self.plan.order.options, trace).await?;
        if !given.credentials.is_temporary() {
            return self
                .of_long_term_keys(&given.credentials, UserSessionDuration::DEFAULT, trace)
                .await;
        }
        let now = self.broker.clock.now();
        let without_end = now.wall + jiff::SignedDuration::try_from(LIFE_WITHOUT_END).unwrap_or_default();
        let issued = Issued {
            expiration: given.credentials.expires_at.unwrap_or(without_end),
            credentials: given.credentials,
            aws_date: given.aws_date,
            assumed_role_arn: given.assumed_role_arn,
            assumed_role_id: given.assumed_role_id,
            request_id: given.request_id,
            took: given.took.unwrap_or_default(),
        };
        self.session_asked_for(issued, false)
    }

    /// Whether a code will be at hand for the first call. Asked before the keys are read: a dialog should not wait for
    /// them.
    fn has_code(self) -> Result<(), Stop> {
        let now = self.broker.clock.now().boot;
        match (&self.plan.mfa, self.code) {
            (Some(serial), Some(code)) if self.broker.spent.is_spent(serial, code, now) => Err(self.spent()),
            (Some(serial), None) if !self.broker.codes.makes(serial) => {
                Err(Stop::Needs(needs_code(self.plan, None)))
            }
            _ => Ok(()),
        }
    }

    /// The device and a code, where the call needs them. From here on the code counts as sent.
    async fn mfa(self) -> Result<Option<(MfaSerial, TokenCode)>, Stop> {
        let Some(serial) = &self.plan.mfa else {
            return Ok(None);
        };
        let Broker {
            codes, spent, clock, ..
        } = self.broker;
        let code = match self.code {
            Some(code) if spent.spend(serial, code, clock.now().boot) => code.clone(),
            Some(_) => return Err(self.spent()),
            None => fresh_code(&**codes, spent, serial, || clock.now().boot)
                .await
                .ok_or_else(|| Stop::Needs(needs_code(self.plan, None)))?,
        };
        Ok(Some((serial.clone(), code)))
    }

    /// The code was sent before. AWS is not asked: it would refuse.
    fn spent(self) -> Stop {
        let why = format!(
            "That code was used already, and AWS accepts each once. The device shows the next one in {} s.",
            next_code_in(self.broker.clock.now())
        );
        Stop::Needs(needs_code(self.plan, Some(why)))
    }

    /// What came of a call. A code that did not reach AWS can be sent again.
    fn answered(
        self,
        answer: Result<Issued, AwsFailure>,
        mfa: Option<&(MfaSerial, TokenCode)>,
        trace: &mut Trace,
    ) -> Result<Issued, AwsFailure> {
        if let (Err(failure), Some((serial, code))) = (&answer, mfa)
            && !failure.reached_aws()
        {
            self.broker.spent.give_back(serial, code);
        }
        note(trace, answer)
    }

    async fn user_session(self, duration: UserSessionDuration, trace: &mut Trace) -> Result<Session, Stop> {
        self.has_code()?;
        let base = self.base(trace).await?;
        self.of_long_term_keys(&base, duration, trace).await
    }

    async fn of_long_term_keys(
        self,
        base: &Credentials,
        duration: UserSessionDuration,
        trace: &mut Trace,
    ) -> Result<Session, Stop> {
        let issued = self.get_session_token(base, duration, trace).await?;
        self.session_asked_for(issued, false)
    }

    async fn get_session_token(
        self,
        base: &Credentials,
        duration: UserSessionDuration,
        trace: &mut Trace,
    ) -> Result<Issued, Stop> {
        let call = GetSessionToken {
            mfa: self.mfa().await?,
            ..self.plan.user_call(duration)
        };
        let reach = &self.plan.reach;
        let answer = self.broker.sts.get_session_token(reach, base, &call).await;
        self.answered(answer, call.mfa.as_ref(), trace)
            .map_err(|failure| {
                let told = |refusal: &Refusal| {
                    denial::of_user(refusal, &base.access_key_id).in_region(&reach.region)
                };
                stop(failure, told, call.mfa.is_some())
            })
    }

    /// Who signs the next call: the live session, else the identity; where a code is shared, the session that it buys.
    async fn first_signer(
        self,
        start: Option<Start>,
        shared: Option<&SessionKey>,
        trace: &mut Trace,
    ) -> Result<Signer, Stop> {
        if let Some(Start { next, signer }) = start {
            let credentials = signer.credentials.clone();
            return Ok(Signer {
                next,
                credentials,
                lived: true,
            });
        }
        // Where only the keys themselves tell whether a code is needed, they come first.
        if self.plan.order.base.temporary.is_some() {
            self.has_code()?;
        }
        let mut credentials = self.base(trace).await?;
        if let Some(key) = shared.filter(|_| !credentials.is_temporary()) {
            let issued = self
                .get_session_token(&credentials, UserSessionDuration::DEFAULT, trace)
                .await?;
            let session = self.shared_session(issued, key)?;
            credentials = session.credentials.clone();
            trace.hops.push(session);
        }
        Ok(Signer {
            next: 0,
            credentials,
            lived: false,
        })
    }

    async fn roles(
        self,
        before: &[Step],
        last: &Step,
        first: Signer,
        trace: &mut Trace,
    ) -> Result<Session, Stop> {
        let (mut signer, mut by_live_hop) = (first.credentials, first.lived);
        for step in before.iter().skip(first.next) {
            let place = Place::OnTheWay(self.profile_of(&step.key));
            let answer = self.assume(step, place, &signer, trace).await;
            let issued = answer.map_err(|failed| failed.signed_by_live_hop(by_live_hop))?;
            let session = self.session_on_the_way(issued, &step.key, signer.is_temporary())?;
            signer = session.credentials.clone();
            trace.hops.push(session);
            by_live_hop = false;
        }
        let chained = signer.is_temporary();
        let place = Place::Last(self.longest.filter(|_| !chained));
        let answer = self.assume(last, place, &signer, trace).await;
        let issued = answer.map_err(|failed| failed.signed_by_live_hop(by_live_hop))?;
        self.session_asked_for(issued, chained)
    }

    async fn assume(
        self,
        step: &Step,
        place: Place<'_>,
        signer: &Credentials,
        trace: &mut Trace,
    ) -> Result<Issued, Stop> {
        let call = AssumeRole {
            // STS takes a code only where a user's own long-term keys sign.
            mfa: match signer.is_temporary() {
                false => self.mfa().await?,
                true => None,
            },
            duration: self.duration(step, place, signer)?,
            ..step.call.clone()
        };
        let reach = &self.plan.reach;
        let answer = self.broker.sts.assume_role(reach, signer, &call).await;
        self.answered(answer, call.mfa.as_ref(), trace)
            .map_err(|failure| {
                let told = |refusal: &Refusal| {
                    denial::of_role(refusal, &call, signer, place).in_region(&reach.region)
                };
                stop(failure, told, call.mfa.is_some())
            })
    }

    /// The planned duration, or a chain's hour where it turns out only now that temporary credentials sign.
    fn duration(self, step: &Step, place: Place<'_>, signer: &Credentials) -> Result<SessionDuration, Stop> {
        let planned = step.call.duration;
        if !signer.is_temporary() || planned <= SessionDuration::HOUR {
            return Ok(planned);
        }
        match (place, self.plan.order.options.duration) {
            (Place::Last(_), Some(asked)) => {
                let because = chain_of(&self.plan.order);
                let denial = denial::chained_too_long(&step.call.role, asked, because);
                Err(Stop::NotAsked(Box::new(denial)))
            }
            (Place::Last(_), None) | (Place::OnTheWay(_), _) => Ok(SessionDuration::HOUR),
        }
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

/// A code is needed; `refused` says why the one before did not do.
pub(super) fn needs_code(plan: &Plan, refused: Option<String>) -> NeedView {
    NeedView::MfaCode {
        serial: plan.mfa.as_ref().map(|s| s.to_string()).unwrap_or_default(),
        role_arn: plan.key.hops.first().map(|hop| hop.role.to_string()),
        refused,
        shared: plan.shares_code(),
    }
}
