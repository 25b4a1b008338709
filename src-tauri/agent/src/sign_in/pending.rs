//! Sign-ins that wait for the person.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use hatrack_core::expiry::BootTime;
use hatrack_core::identity_center::Portal;
use hatrack_core::portal_view::{PortalView, SignInView};
use tokio::sync::watch;
use tokio::task::AbortHandle;

use super::begin::SignInFailure;

/// The ends of this many sign-ins are remembered, for who asks late.
const ENDS_KEPT: usize = 16;

/// How a sign-in stands.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// The person has the page.
    Waiting,
    /// It is over.
    Ended(Result<(), SignInFailure>),
    /// The person chose another way; that one is waited for.
    Replaced(String),
}

/// Whose token a sign-in gets: the portal, and the cache it is written to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Whose {
    pub(super) portal: Portal,
    pub(super) cache: PathBuf,
}

/// One sign-in.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) whose: Whose,
    pub(super) url: String,
    pub(super) user_code: Option<String>,
    pub(super) ends: BootTime,
    pub(super) state: watch::Sender<State>,
    pub(super) work: Option<AbortHandle>,
}

impl Pending {
    /// As people see it at `now`.
    pub(super) fn view(&self, now: BootTime, begun: bool) -> SignInView {
        let left = self.ends.0.saturating_sub(now.0).as_secs();
        SignInView {
            id: self.id.clone(),
            portal: PortalView::from(&self.whose.portal),
            url: self.url.clone(),
            user_code: self.user_code.clone(),
            seconds_left: left.try_into().unwrap_or(u32::MAX),
            begun,
        }
    }

    /// Whether it is by device code.
    pub(super) fn by_device(&self) -> bool {
        self.user_code.is_some()
    }
}

/// All that are under way, and how the last ones ended.
#[derive(Debug, Default)]
pub(super) struct Desk {
    waiting: HashMap<Whose, Pending>,
    ended: VecDeque<(String, watch::Receiver<State>)>,
    /// Held while one is begun: a second asker waits for the page of the first.
    beginning: HashMap<Whose, Arc<tokio::sync::Mutex<()>>>,
}

impl Desk {
    /// The lock under which a sign-in of `whose` is begun.
    pub(super) fn beginning(&mut self, whose: &Whose) -> Arc<tokio::sync::Mutex<()>> {
        self.beginning.entry(whose.clone()).or_default().clone()
    }

    /// The sign-in of `whose` under way.
    pub(super) fn of(&self, whose: &Whose) -> Option<&Pending> {
        self.waiting.get(whose)
    }

    /// Takes a sign-in up. One that was under way for the same is given up for it.
    pub(super) fn put(&mut self, pending: Pending) {
        let id = pending.id.clone();
        if let Some(before) = self.waiting.insert(pending.whose.clone(), pending) {
            self.close(before, State::Replaced(id));
        }
    }

    /// The sign-in `id` has ended. Nothing happens where it was given up before.
    pub(super) fn end(&mut self, id: &str, result: Result<(), SignInFailure>) -> bool {
        let whose = self.waiting.values().find(|pending| pending.id == id);
        let Some(pending) = whose
            .map(|p| p.whose.clone())
            .and_then(|whose| self.waiting.remove(&whose))
        else {
            return false;
        };
        self.close(pending, State::Ended(result));
        true
    }

    fn close(&mut self, pending: Pending, state: State) {
        if let Some(work) = &pending.work {
            work.abort();
        }
        let receiver = pending.state.subscribe();
        pending.state.send_replace(state);
        self.ended.push_back((pending.id, receiver));
        if self.ended.len() > ENDS_KEPT {
            self.ended.pop_front();
        }
    }

    /// To wait for the sign-in `id`, under way or just ended.
    pub(super) fn watch(&self, id: &str) -> Option<watch::Receiver<State>> {
        let under_way = self.waiting.values().find(|pending| pending.id == id);
        under_way.map(|pending| pending.state.subscribe()).or_else(|| {
            let ended = self.ended.iter().find(|(known, _)| known == id);
            ended.map(|(_, receiver)| receiver.clone())
        })
    }
}
