//! Sign-ins that wait for the person.

use std::collections::{HashMap, VecDeque};

use hatrack_core::caller::Client;
use hatrack_core::expiry::BootTime;
use hatrack_core::portal_view::{PortalView, SignInView};
use hatrack_core::saml::SamlProvider;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::sign_in::SignInFailure;

/// The ends of this many sign-ins are remembered, for who asks late.
const ENDS_KEPT: usize = 16;

/// How a sign-in came out; `None` while the person has the page.
pub(super) type End = Option<Result<(), SignInFailure>>;

/// One sign-in.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: String,
    pub(super) provider: SamlProvider,
    pub(super) ends: BootTime,
    pub(super) client: Client,
    pub(super) end: watch::Sender<End>,
    /// Ends it when the time is up.
    pub(super) timer: Option<AbortHandle>,
}

impl Pending {
    /// As people see it at `now`.
    pub(super) fn view(&self, now: BootTime, begun: bool) -> SignInView {
        let left = self.ends.0.saturating_sub(now.0).as_secs();
        SignInView {
            id: self.id.clone(),
            portal: PortalView::from(&self.provider),
            url: self.provider.start_url.clone(),
            user_code: None,
            seconds_left: left.try_into().unwrap_or(u32::MAX),
            begun,
        }
    }
}

/// All that are under way, and how the last ones ended.
#[derive(Debug, Default)]
pub(super) struct Desk {
    waiting: HashMap<SamlProvider, Pending>,
    ended: VecDeque<(String, watch::Receiver<End>)>,
}

impl Desk {
    /// The sign-in at `provider` under way.
    pub(super) fn of(&self, provider: &SamlProvider) -> Option<&Pending> {
        self.waiting.get(provider)
    }

    /// The sign-in of this name under way.
    pub(super) fn by_id(&self, id: &str) -> Option<&Pending> {
        self.waiting.values().find(|pending| pending.id == id)
    }

    /// Takes a sign-in up.
    pub(super) fn put(&mut self, pending: Pending) {
        self.waiting.insert(pending.provider.clone(), pending);
    }

    /// The sign-in `id` has ended; gives it back. `None` where it is over already.
    pub(super) fn end(&mut self, id: &str, result: Result<(), SignInFailure>) -> Option<Pending> {
        let provider = self.by_id(id)?.provider.clone();
        let pending = self.waiting.remove(&provider)?;
        if let Some(timer) = &pending.timer {
            timer.abort();
        }
        let receiver = pending.end.subscribe();
        pending.end.send_replace(Some(result));
        self.ended.push_back((pending.id.clone(), receiver));
        if self.ended.len() > ENDS_KEPT {
            self.ended.pop_front();
        }
        Some(pending)
    }

    /// To wait for the sign-in `id`, under way or just ended.
    pub(super) fn watch(&self, id: &str) -> Option<watch::Receiver<End>> {
        self.by_id(id).map(|pending| pending.end.subscribe()).or_else(|| {
            let ended = self.ended.iter().find(|(known, _)| known == id);
            ended.map(|(_, receiver)| receiver.clone())
        })
    }
}
