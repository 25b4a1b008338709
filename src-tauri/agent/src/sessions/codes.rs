//! MFA codes under way: one at a time for each user and device. Whoever else needs the session that a code buys waits
//! for it, whichever role it is for.

use std::sync::Arc;

use hatrack_core::broker::{Plan, can_be_built_upon};
use hatrack_core::session::{CodeUse, Session, SessionKey};
use hatrack_core::sts_limits::{MfaSerial, TokenCode};
use hatrack_core::view::NeedView;

use super::keeper::{Keeper, Passenger, tell};
use super::mail::Served;

/// A call that may spend a code.
pub(super) struct CodeUnderWay {
    /// The session that is called for.
    flight: SessionKey,
    code: Option<TokenCode>,
    waiting: Vec<Passenger>,
}

impl Keeper {
    /// Lets a request wait where a code is under way for the session that it needs, too. Gives back one that need not
    /// wait; from now on others wait for that one.
    pub(super) fn wait_for_code(&mut self, passenger: Passenger) -> Option<Passenger> {
        let plan = passenger.fare.plan.clone();
        let Some(bought) = plan.code_buys() else {
            return Some(passenger);
        };
        if !self.wiring.broker.takes_code(&plan, &self.live()) {
            return Some(passenger);
        }
        if let Some(under_way) = self.codes.get_mut(bought) {
            under_way.waiting.push(passenger);
            return None;
        }
        let under_way = CodeUnderWay {
            flight: plan.key.clone(),
            code: passenger.fare.code.clone(),
            waiting: Vec::new(),
        };
        self.codes.insert(bought.clone(), under_way);
        Some(passenger)
    }

    /// A call has landed. Those who waited for its code go on with the session that it bought; where there is none,
    /// they share the refusal of the same code, and try another.
    pub(super) fn code_landed(&mut self, flight: &SessionKey, served: &Served) {
        let landed = |(_, code): &(SessionKey, CodeUnderWay)| code.flight == *flight;
        let (landed, others) = std::mem::take(&mut self.codes)
            .into_iter()
            .partition::<Vec<_>, _>(landed);
        self.codes = others.into_iter().collect();
        for (bought, under_way) in landed {
            let is_live = self.live_of_user(&bought).is_some();
            for passenger in under_way.waiting {
                let code = &passenger.fare.code;
                let same = code.is_none() || *code == under_way.code;
                match shared_failure(served, &passenger.fare.plan) {
                    Some(failure) if same && !is_live => tell(passenger.reply, failure),
                    _ => self.serve(passenger),
                }
            }
        }
    }

    /// Whether carrying `plan` out now would ask the person for a code.
    pub(super) fn asks_for_code(&self, plan: &Plan) -> bool {
        let made = plan.mfa.as_ref().is_some_and(|device| self.makes_codes(device));
        !made && self.wiring.broker.takes_code(plan, &self.live())
    }

    /// Whether a renewal of `session` would ask the person for a code.
    pub(super) fn renewal_asks_for_code(&self, session: &Session) -> bool {
        device(session).is_some_and(|device| {
            !self.makes_codes(device) && !self.has_live_hop(session) && !self.is_shared_for(session, device)
        })
    }

    fn makes_codes(&self, device: &MfaSerial) -> bool {
        self.wiring.broker.codes.makes(device)
    }

    /// Whether a code that was shared serves a renewal of `session`: one that was got so, and by the same settings.
    fn is_shared_for(&self, session: &Session, device: &MfaSerial) -> bool {
        let user = SessionKey {
            hops: Vec::new(),
            user_mfa: Some(device.clone()),
            ..session.key.clone()
        };
        session.origin.chained
            && self.wiring.choices.now().codes == CodeUse::Shared
            && self.live_of_user(&user).is_some()
    }

    fn live_of_user(&self, key: &SessionKey) -> Option<&Arc<Session>> {
        let now = self.now().boot;
        let mut sessions = self.held.iter().map(|held| &held.session);
        sessions.find(|session| session.key == *key && can_be_built_upon(session, now))
    }
}

/// What those who waited for the same code are told where it bought nothing. A code that nobody has given is asked of
/// each by itself.
fn shared_failure(served: &Served, plan: &Plan) -> Option<Served> {
    match served {
        Served::Session { .. } | Served::Needs(NeedView::MfaCode { refused: None, .. }) => None,
        Served::Needs(NeedView::MfaCode { serial, refused, .. }) => Some(Served::Needs(NeedView::MfaCode {
            serial: serial.clone(),
            role_arn: plan.key.hops.first().map(|hop| hop.role.to_string()),
            refused: refused.clone(),
            shared: plan.shares_code(),
        })),
        other => Some(other.clone()),
    }
}

/// The device whose code a session took.
pub(super) fn device(session: &Session) -> Option<&MfaSerial> {
    let first = session.key.hops.first().and_then(|hop| hop.mfa_serial.as_ref());
    first.or(session.key.user_mfa.as_ref())
}
