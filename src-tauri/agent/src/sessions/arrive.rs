//! A call has landed: its sessions are taken in, its outcome is shared and remembered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use hatrack_core::broker::{BrokerError, Landed, Outcome};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::expiry::{BootTime, Mark, Watch};
use hatrack_core::history::{event, outcome};
use hatrack_core::session::{Session, SessionId, SessionKey};
use hatrack_core::sts::CallerIdentity;
use hatrack_core::sts_limits::SessionDuration;
use hatrack_core::view::NeedView;

use super::keeper::{Held, Keeper, tell};
use super::mail::{Fare, Served};
use super::rows::Told;
use crate::protocol::{Event, Topic};

impl Keeper {
    /// Takes in what a call brought.
    pub(super) fn landed(&mut self, key: &SessionKey, fare: &Fare, landed: Landed) {
        let Landed { result, trace } = landed;
        for id in &trace.stale {
            self.retire(id);
        }
        let code_bought = trace.hops.iter().any(|hop| hop.key.user_mfa.is_some());
        for hop in trace.hops {
            self.take_in(hop, fare.caller.clone(), None);
        }
        if code_bought {
            // What could be renewed only by the person so far renews itself while that session lives.
            self.watch_anew();
        }
        let told = Told {
            request_id: trace.request_id,
            took: trace.took,
            ..Told::default()
        };
        let served = match result {
            Ok(Outcome::Issued(session)) => match &fare.renews {
                Some(id) if self.was_switched_back(fare) => self.renewed_aside(*session, id),
                _ => self.arrived(*session, fare, told),
            },
            Ok(Outcome::Needs(need)) => {
                if let NeedView::MfaCode {
                    refused: Some(refused),
                    ..
                } = &need
                {
                    let told = told.error(outcome::DENIED, refused.clone());
                    self.write_attempt(fare, told);
                }
                Served::Needs(need)
            }
            Ok(Outcome::Denied {
                denial,
                failed,
                over_maximum,
            }) => {
                let error = match denial.message.as_str() {
                    "" => denial.code.clone(),
                    message => format!("{}: {message}", denial.code),
                };
                let word = if failed { outcome::FAILED } else { outcome::DENIED };
                self.write_attempt(fare, told.error(word, error));
                if over_maximum {
                    self.learn_maximum(fare, None);
                }
                Served::Denied(denial)
            }
            Err(error) => {
                self.write_attempt(fare, told.error(outcome::FAILED, error.to_string()));
                Served::Failed(error)
            }
        };
        let (waiting, after) = self.flights.land(key);
        for passenger in waiting {
            // Who asks for the role anew has joined a renewal that was overtaken by a switch back.
            match &served {
                Served::Failed(BrokerError::SwitchedBack) if passenger.fare.renews.is_none() => {
                    self.serve(passenger);
                }
                _ => tell(passenger.reply, served.clone()),
            }
        }
        for passenger in after {
            self.serve(passenger);
        }
        self.code_landed(key, &served);
        self.serve_waiting();
    }

    fn arrived(&mut self, session: Session, fare: &Fare, told: Told) -> Served {
        // What a chain gave says nothing about the role's own maximum.
        if !session.origin.chained {
            self.learn_maximum(fare, Some(session.expiry.life));
        }
        let id = self.take_in(session, fare.caller.clone(), fare.renews.as_ref());
        let renewed = fare.renews.is_some() || id.was_listed;
        let word = if renewed { event::RENEW } else { event::SWITCH };
        let row = self.row_of(&self.held[id.place], word, fare.caller.client, told);
        self.write(row);
        self.audience.changed(&[Topic::Sessions, Topic::Catalog]);
        self.served(id.place)
    }

    /// Puts a session in the place of the one it renews, or of the one that is exactly like it.
    fn take_in(
        &mut self,
        mut session: Session,
        caller: CallerContext,
        renews: Option<&SessionId>,
    ) -> TakenIn {
        // A renewal goes by the proxy of its own time.
        let caller = caller.going(None);
        let before = renews
            .and_then(|id| self.place(id))
            .or_else(|| self.place_of_key(&session.key));
        let mut was_listed = false;
        if let Some(place) = before {
            let old = &self.held[place].session;
            session.id = old.id.clone();
            was_listed = old.listed;
            // A hop on the way to another role does not hide a session that people see, nor change whose it is.
            if !session.listed && old.listed {
                session.listed = true;
                session.origin = old.origin.clone();
            }
        }
        let session = Arc::new(session);
        let held = Held {
            watch: self.watch(&session, None),
            session: session.clone(),
            caller: caller.clone(),
            renew_error: None,
            handed_to: HashSet::new(),
        };
        let place = match before {
            Some(place) => {
                self.held[place] = held;
                if was_listed {
                    let session_id = session.id.to_string();
                    self.audience.tell(&Event::Withdrawn { session_id });
                }
                place
            }
            None => {
                self.held.push(held);
                self.held.len() - 1
            }
        };
        self.scribe.seal(session, caller);
        self.wiring
            .followers
            .iter()
            .for_each(|follower| follower.changed());
        TakenIn { place, was_listed }
    }

    /// AWS has said whose session it is.
    pub(super) fn identified(&mut self, access_key_id: &str, identity: CallerIdentity) {
        let of = |held: &Held| held.session.credentials.access_key_id == access_key_id;
        let Some(place) = self.held.iter().position(of) else {
            return;
        };
        let mut session = Session::clone(&self.held[place].session);
        session.account = Some(identity.account);
        session.assumed_role_arn = Some(identity.arn);
        session.user_id = Some(identity.user_id);
        self.held[place].session = Arc::new(session);
        let held = &self.held[place];
        self.scribe.seal(held.session.clone(), held.caller.clone());
        self.audience.changed(&[Topic::Sessions]);
    }

    /// A hop on the way has become a session of its own right.
    pub(super) fn list(&mut self, place: usize, fare: &Fare) {
        let mut session = Session::clone(&self.held[place].session);
        session.listed = true;
        session.origin = fare.plan.origin.clone();
        session.region = fare.plan.order.region.clone();
        let told = self.held[place].watch.told;
        let session = Arc::new(session);
        self.held[place].watch = self.watch(&session, told);
        self.held[place].session = session.clone();
        let caller = fare.caller.clone().going(None);
        self.held[place].caller = caller.clone();
        self.identify(&session, fare);
        self.scribe.seal(session, caller);
        let told = Told {
            detail: Some("Reused the live session of a chain".into()),
            ..Told::default()
        };
        let row = self.row_of(&self.held[place], event::SWITCH, fare.caller.client, told);
        self.write(row);
        self.audience.changed(&[Topic::Sessions, Topic::Catalog]);
    }

    /// What is watched of a session: a renewal by itself where the role has it and no code is needed.
    pub(super) fn watch(&self, session: &Session, told: Option<Mark>) -> Watch {
        let renews = self.is_renewed_by_itself(session);
        let expiry = session.expiry;
        let at = expiry.deadline.0.saturating_sub(expiry.renew_below());
        Watch {
            id: session.id.clone(),
            expiry,
            told,
            silent: !session.listed || renews,
            renew_at: renews.then_some(BootTime(at)),
        }
    }

    /// The settings have changed: which sessions are renewed by themselves may have, too.
    pub(super) fn watch_anew(&mut self) {
        for place in 0..self.held.len() {
            let held = &self.held[place];
            let watch = self.watch(&held.session, held.watch.told);
            if held.renew_error.is_none() && held.watch != watch {
                self.held[place].watch = watch;
            }
        }
    }

    pub(super) fn is_renewed_by_itself(&self, session: &Session) -> bool {
        let role_key = session.origin.role_key.as_ref();
        let wanted = role_key.is_some_and(|key| self.wiring.choices.now().auto_renew.contains(key));
        session.listed && wanted && !self.renewal_asks_for_code(session)
    }

    /// Remembers the longest session that the role is known to give. `granted`: `None` where what was asked for was
    /// over the maximum.
    fn learn_maximum(&self, fare: &Fare, granted: Option<Duration>) {
        let Some(hop) = fare.plan.key.hops.last() else {
            return;
        };
        if fare.plan.origin.chained {
            return;
        }
        let asked = SessionDuration::try_from(fare.plan.duration()).unwrap_or(SessionDuration::HOUR);
        let known = self.wiring.choices.now().role_maximums.get(&hop.role).copied();
        let role = hop.role.clone();
        let next = match (granted, known) {
            (Some(_), known) if asked > known.unwrap_or(SessionDuration::HOUR) => Some(asked),
            (None, Some(known)) if known >= asked => None,
            _ => return,
        };
        let choices = self.wiring.choices.clone();
        let mailbox = self.mailbox.clone();
        tokio::task::spawn_blocking(move || {
            let written = choices.update(|settings| match next {
                Some(longest) => drop(settings.role_maximums.insert(role, longest)),
                None => drop(settings.role_maximums.remove(&role)),
            });
            match written {
                Ok(_) => mailbox.changed(&[Topic::Catalog]),
                Err(why) => tracing::warn!(%why, "a role's maximum is not remembered"),
            }
        });
    }

    /// Sessions out of the vault. Those that ended meanwhile go into the history with their true time.
    pub(super) fn restore(&mut self, sessions: Vec<(Session, String, Option<CallerContext>)>) {
        let (now, boot_id) = (self.now(), self.wiring.broker.clock.boot_id());
        for (mut session, sealed_in, caller) in sessions {
            if self.place(&session.id).is_some() || self.place_of_key(&session.key).is_some() {
                continue;
            }
            session.expiry = session.expiry.restored(sealed_in == boot_id, now);
            let caller = caller.unwrap_or_else(|| CallerContext::new(Client::Agent, "/".into(), []));
            let over = session.expiry.has_passed(now.boot);
            let session = Arc::new(session);
            // What was told before the restart is not told again.
            let fresh = self.watch(&session, None);
            let told = Mark::ALL
                .into_iter()
                .rfind(|mark| *mark != Mark::End && mark.left() >= session.expiry.left(now.boot));
            let held = Held {
                watch: Watch { told, ..fresh },
                session: session.clone(),
                caller,
                renew_error: None,
                handed_to: HashSet::new(),
            };
            if over {
                self.scribe.forget(session.id.clone());
                if session.listed {
                    let row = self.row_of_end(&held, event::EXPIRE, Client::Agent);
                    self.write(row);
                }
            } else {
                if session.listed {
                    self.uses.known_since(&session.id, now.wall);
                }
                if sealed_in != boot_id {
                    self.scribe.seal(session, held.caller.clone());
                }
                self.held.push(held);
            }
        }
        self.audience.changed(&[Topic::Sessions, Topic::Catalog]);
        self.do_what_is_due();
        self.wiring
            .followers
            .iter()
            .for_each(|follower| follower.restored());
    }

    /// The vault can be written to now: what lives in memory goes there.
    pub(super) fn seal_all(&mut self) {
        let now = self.now().boot;
        for held in &self.held {
            if !held.session.expiry.has_passed(now) {
                self.scribe.seal(held.session.clone(), held.caller.clone());
            }
        }
        self.audience.changed(&[Topic::Status]);
    }
}

struct TakenIn {
    place: usize,
    was_listed: bool,
}
