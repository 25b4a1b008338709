//! From a request to a live session, a call under way, or a new call.

use std::time::Duration;

use hatrack_core::broker::{Boarding, Landed, Outcome, Wish, serving};
use hatrack_core::secret::Credentials;
use hatrack_core::session::{Session, SessionId};
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::NeedView;

use super::keeper::{Keeper, Passenger, tell};
use super::mail::{Fare, Mail, Served};
use crate::protocol::Event;

impl Keeper {
    /// Serves one request.
    pub(super) fn serve(&mut self, passenger: Passenger) {
        match self.live_for(&passenger.fare) {
            Some(served) => tell(passenger.reply, served),
            None => self.board(passenger),
        }
    }

    /// The live session that serves, if one does. A hop that served only others so far is from now on listed.
    fn live_for(&mut self, fare: &Fare) -> Option<Served> {
        if let Some(id) = &fare.renews {
            return self.renewed_meanwhile(id, fare.min_life?);
        }
        let now = self.now().boot;
        let wish = Wish {
            key: &fare.plan.key,
            role_key: &fare.plan.order.role_key,
            options: &fare.plan.order.options,
            min_life: fare.min_life,
        };
        let usable = self.held.iter().map(|held| &*held.session);
        let usable = usable.filter(|session| !self.wiring.revocations.cover(session));
        let id = serving(wish, now, usable)?.id.clone();
        let place = self.place(&id)?;
        if !self.held[place].session.listed {
            self.list(place, fare);
        }
        Some(self.served(place))
    }

    /// The session that is to be renewed, where another's renewal came between the look at it and this.
    fn renewed_meanwhile(&self, id: &SessionId, needed: Duration) -> Option<Served> {
        let place = self.place(id)?;
        let session = &self.held[place].session;
        let left = session.expiry.left(self.now().boot);
        let serves = !left.is_zero() && left >= needed && !self.wiring.revocations.cover(session);
        serves.then(|| self.served(place))
    }

    pub(super) fn served(&self, place: usize) -> Served {
        Served::Session {
            session: self.held[place].session.clone(),
            view: Box::new(self.view(&self.held[place])),
        }
    }

    fn board(&mut self, passenger: Passenger) {
        let Some(passenger) = self.wait_for_code(passenger) else {
            return;
        };
        let fare = passenger.fare.clone();
        let plan = &fare.plan;
        let asked = plan.order.options.duration;
        let boarding = self
            .flights
            .board(&plan.key, plan.duration(), asked, fare.code.as_ref(), passenger);
        if boarding == Boarding::Departs {
            self.depart(fare);
        }
    }

    /// Makes the call, beside the keeper.
    fn depart(&self, fare: Fare) {
        let broker = self.wiring.broker.clone();
        let revocations = self.wiring.revocations.clone();
        let mut live = self.live();
        let longest = self.longest(&fare);
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            let code = fare.code.as_ref();
            let mut landed = broker
                .execute(&fare.plan, &fare.caller, code, &live, longest)
                .await;
            // Whoever is given what was got while its role was being revoked would keep it, and it does nothing. A code is
            // not spent on that twice.
            if code.is_none()
                && let Ok(Outcome::Issued(session)) = &landed.result
                && let Some(wait) = revocations.wait_after(session)
            {
                tokio::time::sleep(wait).await;
                live.retain(|session| !revocations.cover(session));
                landed = broker
                    .execute(&fare.plan, &fare.caller, code, &live, longest)
                    .await;
            }
            let unknown = of_unknown_holder(&landed);
            let reach = fare.plan.reach.clone();
            mailbox.post(Mail::Landed {
                key: fare.plan.key.clone(),
                fare,
                landed: Box::new(landed),
            });
            // A user's keys and an Identity Center role do not tell who holds the session; it is not kept waiting for that.
            if let Some(credentials) = unknown
                && let Ok(identity) = broker.sts.get_caller_identity(&reach, &credentials).await
            {
                mailbox.post(Mail::Identified {
                    access_key_id: credentials.access_key_id,
                    identity,
                });
            }
        });
    }

    /// Asks AWS who holds a session of a user's own that was kept so far for roles only.
    pub(super) fn identify(&self, session: &Session, fare: &Fare) {
        if session.assumed_role_arn.is_some() {
            return;
        }
        let broker = self.wiring.broker.clone();
        let credentials = session.credentials.clone();
        let reach = fare.plan.reach.clone();
        let mailbox = self.mailbox.clone();
        tokio::spawn(async move {
            if let Ok(identity) = broker.sts.get_caller_identity(&reach, &credentials).await {
                mailbox.post(Mail::Identified {
                    access_key_id: credentials.access_key_id,
                    identity,
                });
            }
        });
    }

    fn longest(&self, fare: &Fare) -> Option<SessionDuration> {
        let role = &fare.plan.key.hops.last()?.role;
        self.wiring.choices.now().role_maximums.get(role).copied()
    }

    /// Asks the person in a window, where one listens, and lets the request wait for what comes of it.
    pub(super) fn wait_for_person(&mut self, passenger: Passenger, need: NeedView, waits: Duration) {
        if self.audience.count() == 0 {
            return;
        }
        self.audience.tell(&Event::Asked {
            role_key: passenger.fare.plan.order.role_key.clone(),
            need: need.clone(),
            waits: waits.as_secs().try_into().unwrap_or(u32::MAX),
        });
        self.waiting.push((passenger, need));
    }

    /// Serves those who wait for a person, as far as what is live now serves them.
    pub(super) fn serve_waiting(&mut self) {
        for (passenger, need) in std::mem::take(&mut self.waiting) {
            if passenger.reply.is_closed() {
                continue;
            }
            match self.live_for(&passenger.fare) {
                Some(served) => tell(passenger.reply, served),
                // The code that was given for another role serves this one, too. What else is waited for, such as a
                // sign-in, was not given with that: to ask AWS again would end the waiting with the same answer.
                None if is_code(&need) && !self.asks_for_code(&passenger.fare.plan) => self.board(passenger),
                None => self.waiting.push((passenger, need)),
            }
        }
    }
}

fn is_code(need: &NeedView) -> bool {
    matches!(need, NeedView::MfaCode { .. })
}

fn of_unknown_holder(landed: &Landed) -> Option<Credentials> {
    match &landed.result {
        Ok(Outcome::Issued(session)) if session.account.is_none() || session.origin.role_name.is_some() => {
            Some(session.credentials.clone())
        }
        _ => None,
    }
}
