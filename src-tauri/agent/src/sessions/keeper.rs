//! The keeper: its state, and which mail does what.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use hatrack_core::broker::{Broker, Flights};
use hatrack_core::caller::{CallerContext, Client};
use hatrack_core::expiry::{BootTime, Moment, Watch, next_wakeup};
use hatrack_core::session::{Session, SessionId, SessionKey};
use hatrack_core::view::NeedView;
use tokio::sync::{mpsc, oneshot, watch};

use super::aside::Aside;
use super::audience::Audience;
use super::codes::CodeUnderWay;
use super::follow::Follower;
use super::last_use::LastUses;
use super::mail::{Fare, Mail, Mailbox, Renewals, Served, Standing};
use super::scribe::Scribe;
use super::uses::Uses;
use crate::catalogs::Catalogs;
use crate::choices::Choices;
use crate::protocol::Topic;
use crate::revocations::Revocations;

/// What the keeper works with.
pub struct Wiring {
    /// Makes the calls, and has the clock.
    pub broker: Broker,
    /// The settings.
    pub choices: Arc<Choices>,
    /// Knows what accounts are called.
    pub catalogs: Arc<Catalogs>,
    /// Plans renewals.
    pub renewals: Arc<dyn Renewals>,
    /// Where the next moment is set.
    pub alarm: watch::Sender<Option<BootTime>>,
    /// What was revoked.
    pub revocations: Arc<Revocations>,
    /// Who is told what becomes of sessions.
    pub followers: Vec<Arc<dyn Follower>>,
    /// Without a live session, a listener or a request for this long, the agent ends by itself.
    pub idle_after: Duration,
}

/// Owns the sessions.
pub struct Keeper {
    pub(super) wiring: Wiring,
    pub(super) mailbox: Mailbox,
    pub(super) scribe: Scribe,
    pub(super) audience: Audience,
    pub(super) held: Vec<Held>,
    pub(super) flights: Flights<Passenger>,
    /// The codes under way, by the session that they buy.
    pub(super) codes: HashMap<SessionKey, CodeUnderWay>,
    pub(super) waiting: Vec<(Passenger, NeedView)>,
    pub(super) last_uses: LastUses,
    /// Where credentials went.
    pub(super) uses: Uses,
    /// What was switched back and can be brought back.
    pub(super) aside: Vec<Aside>,
    /// How many switches back could be undone so far.
    pub(super) switches_back: u64,
    active: BootTime,
    /// Whether something was in use when last looked at.
    in_use: bool,
}

/// A session, and what goes with it.
pub(super) struct Held {
    pub(super) session: Arc<Session>,
    /// Whose files it comes from.
    pub(super) caller: CallerContext,
    pub(super) watch: Watch,
    /// The last renewal's failure.
    pub(super) renew_error: Option<String>,
    /// The faces that have its credentials: history is told of each once.
    pub(super) handed_to: HashSet<Client>,
}

/// One who waits for a session.
pub(super) struct Passenger {
    pub(super) fare: Fare,
    pub(super) reply: oneshot::Sender<Served>,
}

/// How long an ended session is still shown: somebody comes back from lunch and finds what has become of it.
pub(super) const ENDED_SHOWN: Duration = Duration::from_secs(3600);

impl Keeper {
    /// Starts a keeper. It runs until it is told to stop, or ends by itself for idleness; then `done` is told.
    pub fn start(
        wiring: Wiring,
        scribe: impl FnOnce(&Mailbox) -> Scribe,
        done: oneshot::Sender<()>,
    ) -> (Mailbox, Scribe) {
        let (send, received) = mpsc::unbounded_channel();
        let mailbox = Mailbox(send);
        let scribe = scribe(&mailbox);
        let keeper = Self {
            scribe: scribe.clone(),
            mailbox: mailbox.clone(),
            audience: Audience::default(),
            held: Vec::new(),
            flights: Flights::default(),
            codes: HashMap::new(),
            waiting: Vec::new(),
            last_uses: LastUses::default(),
            uses: Uses::default(),
            aside: Vec::new(),
            switches_back: 0,
            active: wiring.broker.clock.now().boot,
            in_use: false,
            wiring,
        };
        tokio::spawn(async move {
            keeper.run(received).await;
            // Whoever started the keeper may have gone.
            let _ = done.send(());
        });
        (mailbox, scribe)
    }

    async fn run(mut self, mut mail: mpsc::UnboundedReceiver<Mail>) {
        self.set_alarm();
        while let Some(letter) = mail.recv().await {
            if let Mail::Stop(stopped) = letter {
                self.scribe.flush().await;
                let _ = stopped.send(());
                return;
            }
            self.open(letter);
            let idle = self.is_idle();
            self.set_alarm();
            if idle {
                tracing::info!("no session, no listener, no request: the agent ends");
                self.scribe.flush().await;
                return;
            }
        }
    }

    fn open(&mut self, letter: Mail) {
        match letter {
            Mail::Serve(fare, reply) => {
                self.touch();
                self.serve(Passenger { fare, reply });
            }
            Mail::Await {
                fare,
                need,
                waits,
                reply,
            } => self.wait_for_person(Passenger { fare, reply }, need, waits),
            Mail::Landed { key, fare, landed } => self.landed(&key, &fare, *landed),
            Mail::Identified {
                access_key_id,
                identity,
            } => self.identified(&access_key_id, identity),
            Mail::Restored { sessions } => self.restore(sessions),
            Mail::RenewalFailed { id, message, again } => self.renewal_failed(&id, message, again),
            Mail::Sessions(reply) => tell(reply, self.views()),
            Mail::Find(id, reply) => tell(reply, self.find(&id)),
            Mail::Standing(reply) => tell(reply, self.standing()),
            Mail::AsksForCode(plan, reply) => tell(reply, self.asks_for_code(&plan)),
            Mail::End(back, reply) => self.end(&back, reply),
            Mail::Undo(name, client, reply) => tell(reply, self.undo(&name, client)),
            Mail::Settle(reply) => {
                self.settle(true);
                tell(reply, ());
            }
            Mail::Aside(reply) => tell(reply, self.aside_ids()),
            Mail::WasLeft(role_key, config, reply) => tell(reply, self.was_left(&role_key, &config)),
            Mail::Used(id, what, step) => self.used(&id, what, step),
            Mail::Uses(reply) => tell(reply, self.uses_views()),
            Mail::HandedOut(id, client, detail) => self.handed_out(&id, client, detail),
            Mail::Record(row, client) => self.record(row, client),
            Mail::Write(row) => self.write(row),
            Mail::Listen(reply) => tell(reply, self.audience.listen()),
            Mail::Listeners(reply) => {
                tell(reply, self.audience.count().try_into().unwrap_or(u32::MAX));
            }
            Mail::Changed(topics) => {
                if topics.contains(&Topic::Settings) {
                    self.watch_anew();
                }
                self.audience.changed(&topics);
            }
            Mail::Written => self.audience.changed(&[Topic::History]),
            Mail::Remembered(uses) => {
                self.last_uses.learn(uses);
                self.audience.changed(&[Topic::Catalog]);
            }
            Mail::VaultOpened => self.seal_all(),
            // What is left is the same; what clients count by themselves may not be.
            Mail::Clocks => {
                self.audience.changed(&[Topic::Sessions]);
                self.do_what_is_due();
            }
            Mail::Wake => self.do_what_is_due(),
            Mail::Active => self.touch(),
            // Taken out by `run`.
            Mail::Stop(_) => {}
        }
    }

    pub(super) fn now(&self) -> Moment {
        self.wiring.broker.clock.now()
    }

    pub(super) fn touch(&mut self) {
        self.active = self.now().boot;
    }

    pub(super) fn place(&self, id: &SessionId) -> Option<usize> {
        self.held.iter().position(|held| held.session.id == *id)
    }

    pub(super) fn place_of_key(&self, key: &SessionKey) -> Option<usize> {
        self.held.iter().position(|held| held.session.key == *key)
    }

    /// The live sessions, hops on the way too. One that is revoked can do nothing any more.
    pub(super) fn live(&self) -> Vec<Arc<Session>> {
        let now = self.now().boot;
        self.held
            .iter()
            .filter(|held| !held.session.expiry.has_passed(now))
            .filter(|held| !self.wiring.revocations.cover(&held.session))
            .map(|held| held.session.clone())
            .collect()
    }

    fn find(&self, id: &SessionId) -> Option<(Arc<Session>, CallerContext)> {
        let held = &self.held[self.place(id)?];
        held.session
            .listed
            .then(|| (held.session.clone(), held.caller.clone()))
    }

    fn standing(&self) -> Standing {
        Standing {
            live: self.live(),
            last_uses: self.last_uses.clone(),
            revision: self.audience.revision(),
        }
    }

    fn idle_at(&mut self) -> Option<BootTime> {
        let now = self.now().boot;
        let in_use = self.flights.count() > 0
            || !self.aside.is_empty()
            || self.audience.count() > 0
            || self
                .held
                .iter()
                .any(|held| held.session.listed && !held.session.expiry.has_passed(now));
        (!in_use).then(|| BootTime(self.active.0 + self.wiring.idle_after))
    }

    /// Idleness counts from the last moment of use: a request, or when the end of a session or of listening was seen,
    /// which may be long after it where the computer slept.
    fn is_idle(&mut self) -> bool {
        let now = self.now().boot;
        let in_use = self.idle_at().is_none();
        if in_use || std::mem::replace(&mut self.in_use, in_use) {
            self.active = now;
        }
        self.in_use = in_use;
        self.idle_at().is_some_and(|at| at <= now)
    }

    fn set_alarm(&mut self) {
        let now = self.now().boot;
        let due = next_wakeup(now, self.held.iter().map(|held| &held.watch));
        let forgotten = self
            .held
            .iter()
            .map(|held| BootTime(held.session.expiry.deadline.0 + ENDED_SHOWN))
            .min();
        let next = [due, forgotten, self.settles_at(), self.uses.due(), self.idle_at()];
        let next = next.into_iter().flatten().min();
        self.wiring.alarm.send_replace(next);
    }
}

/// Answers; whoever asked may have gone.
pub(super) fn tell<T>(reply: oneshot::Sender<T>, answer: T) {
    let _ = reply.send(answer);
}
