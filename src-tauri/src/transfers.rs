//! The transfers of this window: what runs, how far, and how to stop it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hatrack_core::bucket_view::{TransferState, TransferView};
use tokio::sync::watch;

use crate::front::{Front, Push};

/// The page is told at most this often of each transfer, and always of its end.
const TOLD_EVERY: Duration = Duration::from_millis(100);
/// Ended transfers that are kept in the list.
const MOST_ENDED: usize = 100;

/// Every transfer since the window opened, the newest last.
#[derive(Clone)]
pub struct Transfers {
    kept: Arc<Mutex<Kept>>,
    front: Arc<dyn Front>,
}

#[derive(Default)]
struct Kept {
    made: u64,
    all: Vec<Transfer>,
}

struct Transfer {
    view: TransferView,
    cancel: watch::Sender<bool>,
}

/// A transfer's own end of the list.
pub struct Progress {
    id: String,
    transfers: Transfers,
    cancelled: watch::Receiver<bool>,
    told: Mutex<Option<Instant>>,
}

impl Transfers {
    /// None yet.
    pub fn new(front: Arc<dyn Front>) -> Self {
        Self {
            kept: Arc::default(),
            front,
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them.
    pub fn list(&self) -> Vec<TransferView> {
        self.kept()
            .all
            .iter()
            .map(|transfer| transfer.view.clone())
            .collect()
    }

    /// Puts one into the list.
    pub fn begin(&self, session_id: String, bucket: String, key: String) -> (TransferView, Progress) {
        let (cancel, cancelled) = watch::channel(false);
        let mut kept = self.kept();
        kept.made += 1;
        let view = TransferView {
            id: kept.made.to_string(),
            session_id,
            bucket,
            key,
            target: None,
            done: 0,
            total: None,
            state: TransferState::Running,
        };
        kept.forget_oldest();
        kept.all.push(Transfer {
            view: view.clone(),
            cancel,
        });
        drop(kept);
        self.front.push(Push::Transfer(view.clone()));
        let progress = Progress {
            id: view.id.clone(),
            transfers: self.clone(),
            cancelled,
            told: Mutex::new(None),
        };
        (view, progress)
    }

    /// Stops one; nothing happens if it has ended.
    pub fn cancel(&self, id: &str) {
        if let Some(transfer) = self.kept().all.iter().find(|transfer| transfer.view.id == id) {
            transfer.cancel.send_replace(true);
        }
    }

    /// Stops all that run, and comes back once each has taken its unfinished file away.
    pub async fn stop_all(&self) {
        let running: Vec<_> = self
            .kept()
            .all
            .iter()
            .filter(|transfer| transfer.view.state == TransferState::Running)
            .map(|transfer| transfer.cancel.clone())
            .collect();
        for cancel in &running {
            cancel.send_replace(true);
        }
        for cancel in running {
            // Its `Progress`, which listens, is the last thing that a transfer lets go.
            cancel.closed().await;
        }
    }

    /// Where one's bytes went, once they are there.
    pub fn file(&self, id: &str) -> Option<PathBuf> {
        let kept = self.kept();
        let done = kept
            .all
            .iter()
            .find(|t| t.view.id == id && t.view.state == TransferState::Done);
        done.and_then(|transfer| transfer.view.target.as_ref().map(PathBuf::from))
    }
}

impl Kept {
    fn forget_oldest(&mut self) {
        let ended = |transfer: &Transfer| transfer.view.state != TransferState::Running;
        let surplus = self
            .all
            .iter()
            .filter(|t| ended(t))
            .count()
            .saturating_sub(MOST_ENDED - 1);
        let mut left = surplus;
        self.all.retain(|transfer| {
            let goes = left > 0 && ended(transfer);
            left -= usize::from(goes);
            !goes
        });
    }
}

impl Progress {
    /// Resolves when the person stops the transfer.
    pub async fn cancelled(&self) {
        let mut cancelled = self.cancelled.clone();
        if cancelled.wait_for(|cancelled| *cancelled).await.is_err() {
            // The list is gone: nobody can cancel any more.
            std::future::pending::<()>().await;
        }
    }

    /// How far it is; the page hears of it now and then.
    pub fn at(&self, done: u64, total: Option<u64>) {
        let view = self.change(|view| {
            view.done = done;
            view.total = total.or(view.total);
        });
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            *told = Some(Instant::now());
            self.tell(view);
        }
    }

    /// Where its bytes go.
    pub fn into_file(&self, target: String) {
        let view = self.change(|view| view.target = Some(target));
        self.tell(view);
    }

    /// How it ended.
    pub fn ended(self, state: TransferState) {
        let view = self.change(|view| {
            if state == TransferState::Done {
                view.done = view.total.unwrap_or(view.done);
            }
            view.state = state;
        });
        self.tell(view);
    }

    fn change(&self, change: impl FnOnce(&mut TransferView)) -> Option<TransferView> {
        let mut kept = self.transfers.kept();
        let transfer = kept.all.iter_mut().find(|transfer| transfer.view.id == self.id)?;
        change(&mut transfer.view);
        Some(transfer.view.clone())
    }

    fn tell(&self, view: Option<TransferView>) {
        if let Some(view) = view {
            self.transfers.front.push(Push::Transfer(view));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::front::fake::FakeFront;

    fn begin(transfers: &Transfers) -> Progress {
        transfers
            .begin("aaaaaaaa".into(), "bucket".into(), "key".into())
            .1
    }

    #[test]
    fn the_page_hears_now_and_then_and_of_the_end() {
        let front = Arc::new(FakeFront::default());
        let transfers = Transfers::new(front.clone());
        let progress = begin(&transfers);
        for done in 0..10_000 {
            progress.at(done, Some(10_000));
        }
        progress.ended(TransferState::Done);
        let told = front.transfers();
        assert!(told.len() < 50, "{} messages", told.len());
        let last = told.last().unwrap();
        assert_eq!((last.done, &last.state), (10_000, &TransferState::Done));
    }

    #[tokio::test]
    async fn cancelling_reaches_the_one_that_runs() {
        let transfers = Transfers::new(Arc::new(FakeFront::default()));
        let (one, two) = (begin(&transfers), begin(&transfers));
        transfers.cancel(&two.id);
        two.cancelled().await;
        assert!(futures::FutureExt::now_or_never(one.cancelled()).is_none());
    }

    #[tokio::test]
    async fn stopping_all_waits_for_each_that_runs() {
        let transfers = Transfers::new(Arc::new(FakeFront::default()));
        let (one, two) = (begin(&transfers), begin(&transfers));
        begin(&transfers).ended(TransferState::Done);
        let mut stopping = Box::pin(transfers.stop_all());
        assert!(futures::FutureExt::now_or_never(&mut stopping).is_none());
        for progress in [one, two] {
            assert!(futures::FutureExt::now_or_never(&mut stopping).is_none());
            progress.cancelled().await;
            progress.ended(TransferState::Cancelled);
        }
        stopping.await;
    }

    #[test]
    fn only_so_many_ended_ones_are_kept_and_every_running_one() {
        let transfers = Transfers::new(Arc::new(FakeFront::default()));
        let running = begin(&transfers);
        for _ in 0..MOST_ENDED + 20 {
            begin(&transfers).ended(TransferState::Cancelled);
        }
        let list = transfers.list();
        assert_eq!(list.len(), MOST_ENDED + 1);
        assert_eq!(list[0].id, running.id);
    }

    #[test]
    fn a_file_is_shown_only_when_it_is_whole() {
        let transfers = Transfers::new(Arc::new(FakeFront::default()));
        let progress = begin(&transfers);
        let id = progress.id.clone();
        progress.into_file("/d/key".into());
        assert_eq!(transfers.file(&id), None);
        progress.ended(TransferState::Done);
        assert_eq!(transfers.file(&id), Some(PathBuf::from("/d/key")));
    }
}
