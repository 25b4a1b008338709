//! Who runs and who waits. Nothing here does anything by itself.

use std::sync::Arc;

use hatrack_aws::s3::transfer::{Remote, Status};
use hatrack_core::transfer_view::{TransferState, TransferView};

use super::{Begun, Errand, How, Report, state_of, way_of};

/// So many run at once: each large one has connections of its own, and one that is slow does not stop the others.
pub const AT_ONCE: usize = 4;
/// Transfers that are over and are kept in the list.
pub const MOST_OVER: usize = 200;

/// The list, the newest last.
#[derive(Default)]
pub struct Queue {
    made: u64,
    /// The program ends: nothing begins any more.
    closed: bool,
    all: Vec<Entry>,
}

/// One of them.
pub struct Entry {
    pub view: TransferView,
    errand: Arc<dyn Errand>,
    life: Life,
}

/// Whether the engine has it.
enum Life {
    /// Not yet. `begun` where an earlier run may have left something.
    Idle { begun: bool },
    /// It does.
    Live(Remote),
    /// Not any more.
    Over,
}

impl Queue {
    pub fn views(&self) -> Vec<TransferView> {
        self.all.iter().map(|entry| entry.view.clone()).collect()
    }

    pub fn view(&self, id: &str) -> Option<TransferView> {
        let found = self.all.iter().find(|entry| entry.view.id == id);
        found.map(|entry| entry.view.clone())
    }

    pub fn entry(&mut self, id: &str) -> Option<&mut Entry> {
        self.all.iter_mut().find(|entry| entry.view.id == id)
    }

    pub fn add(
        &mut self,
        errand: Arc<dyn Errand>,
        view: impl FnOnce(String) -> TransferView,
        begun: bool,
    ) -> TransferView {
        self.made += 1;
        let mut view = view(self.made.to_string());
        view.state = match begun {
            true => TransferState::Paused,
            false => TransferState::Waiting,
        };
        self.forget_oldest();
        self.all.push(Entry {
            view: view.clone(),
            errand,
            life: Life::Idle { begun },
        });
        view
    }

    /// The next one whose turn it is, as running; with what is to be spawned, if the engine does not have it yet.
    pub fn next(&mut self) -> Option<(TransferView, Option<Begun>)> {
        let running = self.all.iter().filter(|entry| entry.runs()).count();
        if self.closed || running >= AT_ONCE {
            return None;
        }
        let next = self
            .all
            .iter_mut()
            .find(|entry| entry.view.state == TransferState::Waiting)?;
        next.view.state = TransferState::Running;
        let begun = match &next.life {
            Life::Live(remote) => {
                remote.resume();
                None
            }
            Life::Idle { .. } | Life::Over => Some(next.begin()),
        };
        Some((next.view.clone(), begun))
    }

    /// Nothing begins any more.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Whether any still moves bytes or takes something away.
    pub fn busy(&self) -> bool {
        self.all
            .iter()
            .any(|entry| entry.runs() || (entry.is_live() && entry.view.state == TransferState::Cancelled))
    }

    /// Those that are not over, or can go on.
    pub fn unfinished(&self) -> Vec<Arc<dyn Errand>> {
        let left = self.all.iter().filter(|entry| !entry.is_cleared_by_clear());
        left.map(|entry| Arc::clone(&entry.errand)).collect()
    }

    pub fn clear(&mut self) {
        self.all
            .retain(|entry| !entry.is_cleared_by_clear() || entry.is_live());
    }

    fn forget_oldest(&mut self) {
        let over = self
            .all
            .iter()
            .filter(|entry| entry.is_cleared_by_clear())
            .count();
        let mut surplus = over.saturating_sub(MOST_OVER - 1);
        self.all.retain(|entry| {
            let goes = surplus > 0 && entry.is_cleared_by_clear() && !entry.is_live();
            surplus -= usize::from(goes);
            !goes
        });
    }
}

impl Entry {
    fn runs(&self) -> bool {
        self.view.state == TransferState::Running
    }

    fn is_live(&self) -> bool {
        matches!(self.life, Life::Live(_))
    }

    /// Over, and nothing is left of it that could go on.
    fn is_cleared_by_clear(&self) -> bool {
        let resumable = matches!(self.view.state, TransferState::Failed { resumable: true, .. });
        self.view.state.is_over() && !resumable
    }

    fn begin(&mut self) -> Begun {
        let begun = Begun::of(&self.view.id, &self.errand);
        self.life = Life::Live(begun.remote.clone());
        begun
    }

    /// Stops it for now.
    pub fn pause(&mut self) {
        match (&self.view.state, &self.life) {
            // What runs says so itself once it has stopped.
            (TransferState::Running | TransferState::NoSession { .. }, Life::Live(remote)) => remote.pause(),
            (TransferState::Waiting, _) => self.view.state = TransferState::Paused,
            _ => {}
        }
    }

    /// Puts it into the line again.
    pub fn resume(&mut self) {
        if matches!(
            self.view.state,
            TransferState::Paused | TransferState::NoSession { .. } | TransferState::Failed { .. }
        ) {
            self.view.state = TransferState::Waiting;
        }
    }

    /// Gives it up; what is to be spawned so that it takes away what an earlier run left.
    pub fn cancel(&mut self) -> Option<Begun> {
        match (&self.view.state, &self.life) {
            (TransferState::Done { .. } | TransferState::Cancelled, _) => None,
            (_, Life::Live(remote)) => {
                remote.cancel();
                self.view.state = TransferState::Cancelled;
                None
            }
            (TransferState::Failed { resumable: false, .. }, _) | (_, Life::Idle { begun: false }) => {
                self.view.state = TransferState::Cancelled;
                self.life = Life::Over;
                None
            }
            (_, Life::Idle { begun: true } | Life::Over) => {
                let begun = self.begin();
                begun.remote.cancel();
                self.view.state = TransferState::Cancelled;
                Some(begun)
            }
        }
    }

    /// How it goes, as the engine says; whether it stopped running.
    pub fn hear(&mut self, status: &Status) -> bool {
        self.count(status);
        let Some(state) = state_of(status) else {
            return false;
        };
        let stays = match (&self.view.state, &state) {
            // It waits for its turn to go on, or is being given up; the engine does not know yet.
            (TransferState::Waiting, TransferState::Paused | TransferState::NoSession { .. }) => true,
            (TransferState::Cancelled, _) => true,
            _ => false,
        };
        if stays {
            return false;
        }
        let stopped = self.runs() && state != TransferState::Running;
        self.view.state = state;
        stopped
    }

    /// Takes over how far it is.
    pub fn count(&mut self, status: &Status) {
        let view = &mut self.view;
        view.done = status.done;
        view.total = status.total;
        view.files_done = status.files_done;
        view.files = status.files;
        view.counted = status.counted;
        view.rate = status.rate;
        view.seconds_to_go = status.left.map(|left| left.as_secs());
        view.way = status.way.as_ref().map(way_of).or(view.way.take());
    }

    /// It is over.
    pub fn end(&mut self, how: How, state: TransferState) {
        if let How::Done(Report { target, bytes, .. }) = how {
            self.view.target = target.map(|path| path.to_string_lossy().into_owned());
            self.view.done = self.view.total.unwrap_or(bytes);
        }
        self.view.rate = 0;
        self.view.seconds_to_go = None;
        self.view.state = state;
        self.life = Life::Over;
    }
}
