//! Sessions that were switched back and can still be brought back: for a moment they are in memory only, and nobody
//! sees them, gets them or builds on them. What was written for them is removed once that is over.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use hatrack_core::broker::BrokerError;
use hatrack_core::caller::Client;
use hatrack_core::expiry::BootTime;
use hatrack_core::history::event;
use hatrack_core::in_use::{BroughtBackView, LeftView, SwitchedBackView};
use hatrack_core::session::{Session, SessionId};
use hatrack_store::aws_files::Locations;

use super::keeper::{Held, Keeper};
use super::mail::{Ending, Fare, Served};
use super::rows::Told;
use crate::protocol::{Event, Topic};

/// For how long people are offered the undo.
const OFFERED: Duration = Duration::from_secs(8);
/// A click in the last moment still counts.
const KEPT: Duration = Duration::from_secs(9);

/// A switch back, as it is asked for.
#[derive(Debug, Clone)]
pub struct Back {
    /// From which sessions.
    pub which: Ending,
    /// Who asks.
    pub client: Client,
    /// Whether it is to be possible to undo it.
    pub undo: bool,
    /// What is undone with each session, for people.
    pub undone: HashMap<SessionId, Vec<String>>,
}

/// Sessions that were switched back together.
pub(super) struct Aside {
    name: String,
    until: BootTime,
    held: Vec<Held>,
}

impl Keeper {
    /// Takes out of sight what is `live`, or lets it go. The rest has ended and goes at once.
    pub(super) fn put_aside(
        &mut self,
        ended: Vec<Held>,
        back: &Back,
        sessions: Vec<LeftView>,
    ) -> SwitchedBackView {
        let now = self.now().boot;
        let lives = |held: &Held| back.undo && !held.session.expiry.has_passed(now);
        let (kept, gone) = ended.into_iter().partition::<Vec<_>, _>(lives);
        gone.iter().for_each(|held| self.let_go(held));
        let mut view = SwitchedBackView {
            undo: None,
            undo_s: 0,
            sessions,
        };
        if !kept.iter().any(|held| held.session.listed) {
            kept.iter().for_each(|held| self.let_go(held));
            return view;
        }
        self.switches_back += 1;
        let name = format!("{}-{}", kept[0].session.id, self.switches_back);
        self.aside.push(Aside {
            name: name.clone(),
            until: BootTime(now.0 + KEPT),
            held: kept,
        });
        view.undo = Some(name);
        view.undo_s = OFFERED.as_secs().try_into().unwrap_or(u32::MAX);
        let back = Box::new(view.clone());
        self.audience.tell(&Event::SwitchedBack { back });
        view
    }

    /// From here on the session cannot be brought back: what was written for it goes.
    fn let_go(&mut self, held: &Held) {
        self.uses.forget(&held.session.id);
        if held.session.listed {
            let followers = &self.wiring.followers;
            followers
                .iter()
                .for_each(|follower| follower.switched_back(&held.session, &held.caller));
        }
    }

    /// Lets go what can no longer be brought back; with `all`, whatever is aside.
    pub(super) fn settle(&mut self, all: bool) {
        let now = self.now().boot;
        let over = |aside: &Aside| all || aside.until <= now;
        let (over, kept) = std::mem::take(&mut self.aside)
            .into_iter()
            .partition::<Vec<_>, _>(over);
        self.aside = kept;
        for held in over.iter().flat_map(|aside| &aside.held) {
            self.let_go(held);
        }
    }

    /// When the next of them is let go.
    pub(super) fn settles_at(&self) -> Option<BootTime> {
        self.aside.iter().map(|aside| aside.until).min()
    }

    pub(super) fn is_aside(&self, id: &SessionId) -> bool {
        self.aside_ids().contains(id)
    }

    pub(super) fn aside_ids(&self) -> Vec<SessionId> {
        let held = self.aside.iter().flat_map(|aside| &aside.held);
        held.map(|held| held.session.id.clone()).collect()
    }

    /// Whether this role can be brought back, and nobody has switched to it since.
    pub(super) fn was_left(&self, role_key: &str, config: &Path) -> bool {
        let now = self.now().boot;
        let is_it = |held: &Held| {
            let session = &held.session;
            session.listed
                && session.origin.role_key.as_deref() == Some(role_key)
                && Locations::of_caller(&held.caller).config.path == config
        };
        let mut aside = self.aside.iter().filter(|aside| aside.until > now);
        let lives = |held: &Held| !held.session.expiry.has_passed(now) && is_it(held);
        aside.any(|aside| aside.held.iter().any(is_it)) && !self.held.iter().any(lives)
    }

    /// Undoes a switch back. `None` where it is too late, or was done.
    pub(super) fn undo(&mut self, name: &str, client: Client) -> Option<BroughtBackView> {
        self.settle(false);
        let place = self.aside.iter().position(|aside| aside.name == name)?;
        let aside = self.aside.remove(place);
        let mut brought = BroughtBackView {
            session_ids: Vec::new(),
            notes: Vec::new(),
        };
        for held in aside.held {
            let (id, listed) = (held.session.id.to_string(), held.session.listed);
            match self.bring_back(held, client) {
                Ok(()) if listed => brought.session_ids.push(id),
                Ok(()) => {}
                Err(note) => brought.notes.extend(note),
            }
        }
        self.watch_anew();
        let topics = [Topic::Sessions, Topic::Catalog, Topic::Uses];
        self.audience.changed(&topics);
        for follower in &self.wiring.followers {
            follower.changed();
        }
        self.do_what_is_due();
        Some(brought)
    }

    /// As it was; or why not, for people where they saw it.
    fn bring_back(&mut self, mut held: Held, client: Client) -> Result<(), Option<String>> {
        let session = held.session.clone();
        let name = || session.listed.then(|| self.view(&held).role_name);
        if session.expiry.has_passed(self.now().boot) {
            let note = name().map(|name| format!("{name} has expired meanwhile"));
            self.let_go(&held);
            return Err(note);
        }
        if let Some(place) = self.place_of_key(&session.key) {
            let newer = &self.held[place].session;
            if newer.listed || !session.listed {
                let note = name().map(|name| {
                    format!("{name} was switched to again meanwhile, and the newer session stays")
                });
                self.let_go(&held);
                return Err(note);
            }
            self.scribe.forget(newer.id.clone());
            self.held.remove(place);
        }
        held.watch = self.watch(&session, held.watch.told);
        self.scribe.seal(session.clone(), held.caller.clone());
        if session.listed {
            let row = self.row_of(&held, event::SWITCH_BACK_UNDO, client, Told::default());
            self.write(row);
        }
        self.held.push(held);
        Ok(())
    }

    /// A renewal has landed whose session was switched back meanwhile. It is handed to nobody, and comes back with the
    /// undo.
    pub(super) fn renewed_aside(&mut self, mut session: Session, id: &SessionId) -> Served {
        let mut held = self.aside.iter_mut().flat_map(|aside| &mut aside.held);
        if let Some(held) = held.find(|held| held.session.id == *id) {
            session.id = id.clone();
            session.listed = held.session.listed;
            session.origin = held.session.origin.clone();
            held.watch.told = None;
            held.session = session.into();
        }
        Served::Failed(BrokerError::SwitchedBack)
    }

    /// Whether what `fare` renews is no longer there.
    pub(super) fn was_switched_back(&self, fare: &Fare) -> bool {
        fare.renews.as_ref().is_some_and(|id| self.place(id).is_none())
    }
}
