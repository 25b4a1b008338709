//! Ends: by time, by the person, by AWS; and what is told before.

use std::time::Duration;

use hatrack_core::caller::Client;
use hatrack_core::expiry::{BootTime, Due, Mark, due};
use hatrack_core::history::{event, outcome};
use hatrack_core::in_use::{LeftView, SwitchedBackView};
use hatrack_core::session::SessionId;
use tokio::sync::oneshot;

use super::aside::Back;
use super::keeper::{ENDED_SHOWN, Held, Keeper, tell};
use super::mail::{Ending, Fare, Mail, Served};
use super::rows::Told;
use crate::protocol::{Event, RecordRequest, Topic};

/// After an automatic renewal that AWS could not be reached for, it is tried again.
const TRY_AGAIN: Duration = Duration::from_secs(60);

impl Keeper {
    /// Reminds, expires and renews what is due.
    pub(super) fn do_what_is_due(&mut self) {
        let now = self.now().boot;
        for due in due(now, self.held.iter().map(|held| &held.watch)) {
            match due {
                Due::Tell { id, mark } => self.remind(&id, mark),
                Due::Renew { id } => self.renew_by_itself(&id),
            }
        }
        self.settle(false);
        self.tell_uses_due();
        let forgotten = |at: BootTime| BootTime(at.0 + ENDED_SHOWN) <= now;
        for held in self
            .held
            .iter()
            .filter(|held| forgotten(held.session.expiry.deadline))
        {
            self.uses.forget(&held.session.id);
        }
        let before = self.held.len();
        self.held.retain(|held| !forgotten(held.session.expiry.deadline));
        if self.held.len() != before {
            self.audience.changed(&[Topic::Sessions]);
        }
    }

    fn remind(&mut self, id: &SessionId, mark: Mark) {
        let Some(place) = self.place(id) else { return };
        self.held[place].watch.told = Some(mark);
        if mark == Mark::End {
            return self.expired(place);
        }
        let session = Box::new(self.view(&self.held[place]));
        let minutes = (mark.left().as_secs() / 60).try_into().unwrap_or(u32::MAX);
        self.audience.tell(&Event::Reminder { session, minutes });
    }

    fn expired(&mut self, place: usize) {
        let held = &mut self.held[place];
        held.watch.renew_at = None;
        let (id, listed) = (held.session.id.clone(), held.session.listed);
        self.scribe.forget(id);
        if !listed {
            self.held.remove(place);
            return;
        }
        self.touch();
        let row = self.row_of_end(&self.held[place], event::EXPIRE, Client::Agent);
        self.write(row);
        let session = Box::new(self.view(&self.held[place]));
        self.audience.tell(&Event::Expired { session });
        self.audience.changed(&[Topic::Sessions, Topic::Catalog]);
        self.wiring
            .followers
            .iter()
            .for_each(|follower| follower.changed());
    }

    /// AWS no longer accepts it: from now on it has ended, whatever was counted.
    pub(super) fn retire(&mut self, id: &SessionId) {
        let Some(place) = self.place(id) else { return };
        let now = self.now().boot;
        let mut session = hatrack_core::session::Session::clone(&self.held[place].session);
        session.expiry.deadline = now;
        self.held[place].watch.expiry = session.expiry;
        self.held[place].watch.told = Some(Mark::End);
        self.held[place].session = session.into();
        self.expired(place);
    }

    /// Plans and makes the renewal beside the keeper; nobody waits for it.
    fn renew_by_itself(&mut self, id: &SessionId) {
        let Some(place) = self.place(id) else { return };
        let held = &mut self.held[place];
        held.watch.renew_at = None;
        let (session, caller) = (held.session.clone(), held.caller.clone());
        let (renewals, mailbox) = (self.wiring.renewals.clone(), self.mailbox.clone());
        let id = id.clone();
        tokio::spawn(async move {
            let mut caller = renewals.prepared(caller).await;
            let planned = renewals.plan(&session, &caller).await;
            caller.client = Client::Agent;
            let (message, again) = match planned {
                Err(message) => (message, false),
                Ok(plan) => {
                    let fare = Fare {
                        plan: plan.into(),
                        caller,
                        code: None,
                        min_life: None,
                        renews: Some(id.clone()),
                    };
                    match mailbox.serve(fare).await {
                        Ok(Served::Session { .. }) | Err(_) => return,
                        Ok(Served::Needs(_)) => ("it needs an MFA code".to_owned(), false),
                        Ok(Served::Denied(denial)) => (denial.summary.clone(), false),
                        Ok(Served::Failed(error)) => (error.to_string(), true),
                    }
                }
            };
            mailbox.post(Mail::RenewalFailed { id, message, again });
        });
    }

    /// From here on the session is reminded of as any other. It is told once, however often it is tried.
    pub(super) fn renewal_failed(&mut self, id: &SessionId, message: String, again: bool) {
        let Some(place) = self.place(id) else { return };
        let now = self.now().boot;
        let held = &mut self.held[place];
        let first = held.renew_error.is_none();
        held.renew_error = Some(message.clone());
        held.watch.silent = !held.session.listed;
        held.watch.renew_at = again.then(|| BootTime(now.0 + TRY_AGAIN));
        if first {
            let session = Box::new(self.view(&self.held[place]));
            self.audience.tell(&Event::RenewFailed { session, message });
        }
        self.audience.changed(&[Topic::Sessions]);
        self.do_what_is_due();
    }

    /// Switch back. Answers when the blobs are gone: what can be undone is from then on in memory only, so that a
    /// crash brings back nothing that the person has ended.
    pub(super) fn end(&mut self, back: &Back, reply: oneshot::Sender<(u32, SwitchedBackView)>) {
        let mut count = 0;
        let mut sessions = Vec::new();
        let (ending, keeping) = std::mem::take(&mut self.held)
            .into_iter()
            .partition::<Vec<_>, _>(|held| match &back.which {
                Ending::One(id) => held.session.id == *id,
                Ending::All => true,
                Ending::OfCodes => held.session.key.user_mfa.is_some(),
            });
        self.held = keeping;
        for held in &ending {
            self.scribe.forget(held.session.id.clone());
            if !held.session.listed {
                count += u32::from(matches!(back.which, Ending::OfCodes));
                continue;
            }
            count += 1;
            sessions.push(self.ended_by_hand(held, back));
        }
        let anything = !ending.is_empty();
        let view = self.put_aside(ending, back, sessions);
        if anything {
            self.watch_anew();
            self.audience.changed(&[Topic::Sessions, Topic::Catalog]);
        }
        let scribe = self.scribe.clone();
        tokio::spawn(async move {
            scribe.flush().await;
            tell(reply, (count, view));
        });
    }

    /// A session that people saw was switched back.
    fn ended_by_hand(&mut self, held: &Held, back: &Back) -> LeftView {
        let session = &held.session;
        let lives = !session.expiry.has_passed(self.now().boot);
        let undone = back.undone.get(&session.id).cloned().unwrap_or_default();
        if lives {
            let mut row = self.row_of_end(held, event::SWITCH_BACK, back.client);
            row.detail = sentence(&undone);
            self.write(row);
        }
        let session_id = session.id.to_string();
        self.audience.tell(&Event::Withdrawn {
            session_id: session_id.clone(),
        });
        let seen = self.view(held);
        LeftView {
            session_id,
            account_name: seen.account_name,
            role_name: seen.role_name,
            valid_until: lives.then_some(session.expiry.at),
            undone,
            stays: self.uses.that_stay(&session.id),
        }
    }

    /// History learns of each face that has a session's credentials once; of what a person did, each time.
    pub(super) fn handed_out(&mut self, id: &SessionId, client: Client, detail: Option<String>) {
        let Some(place) = self.place(id) else { return };
        let first = self.held[place].handed_to.insert(client);
        if !first && detail.is_none() {
            return;
        }
        let word = if detail.is_some() {
            event::EXPORT
        } else {
            event::HAND_OUT
        };
        let told = Told {
            detail,
            ..Told::default()
        };
        let row = self.row_of(&self.held[place], word, client, told);
        self.write(row);
    }

    /// What a client did with a session.
    pub(super) fn record(&mut self, done: RecordRequest, client: Client) {
        let place = done.session_id.clone().and_then(|id| self.place(&SessionId(id)));
        let told = Told {
            outcome: match done.outcome.as_str() {
                outcome::DENIED => outcome::DENIED,
                outcome::FAILED => outcome::FAILED,
                _ => outcome::OK,
            },
            request_id: done.request_id,
            took: done.call_ms.map(|ms| Duration::from_millis(ms.into())),
            error: done.error,
            detail: done.detail,
        };
        let mut row = match place {
            Some(place) => self.row_of(&self.held[place], &done.event, client, told),
            None => self.bare_row(&done.event, client, told),
        };
        row.session_id = done.session_id;
        row.duration_s = None;
        self.write(row);
    }
}

/// "Removed the profile x, closed the endpoint".
fn sentence(undone: &[String]) -> Option<String> {
    let all = undone.join(", ");
    let mut letters = all.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().chain(letters).collect())
}
