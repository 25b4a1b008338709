//! Comparisons that run and plans that wait to be carried out.

mod errand;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hatrack_aws::s3::sync::{How, Plan, Route, SyncFailure, spool};
use hatrack_core::bucket::sync::{Kind, Tally};
use hatrack_core::sync_view::SyncProgress;
use hatrack_core::transfer_view::TransferParty;
use tokio::sync::watch;

pub use errand::{SyncErrand, view};

/// Plans that the page may still carry out.
const KEPT: usize = 4;

/// Those of the window.
#[derive(Default)]
pub struct Syncs(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    made: u64,
    running: HashMap<String, Running>,
    plans: VecDeque<(String, Planned)>,
}

struct Running {
    progress: SyncProgress,
    stop: watch::Sender<bool>,
}

/// A plan, and whose sessions it is for.
#[derive(Clone)]
pub struct Planned {
    /// What would be done.
    pub plan: Arc<Plan>,
    /// Who reads, or is the only one.
    pub party: TransferParty,
    /// Who writes, where it is another.
    pub writer: Option<TransferParty>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// It failed.
    #[error(transparent)]
    Failed(#[from] SyncFailure),
    /// By the person.
    #[error("the comparison was stopped; nothing was changed")]
    Stopped,
}

impl Syncs {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Compares under the page's `name` for it, until that is stopped.
    pub async fn compare(&self, name: &str, route: Route, how: &How) -> Result<Plan, NotCompared> {
        let (stop, mut stopped) = watch::channel(false);
        let progress = SyncProgress {
            compared: 0,
            to_copy: 0,
        };
        self.kept()
            .running
            .insert(name.to_owned(), Running { progress, stop });
        let _ended = Ended(self, name);
        let told = |tally: &Tally| {
            if let Some(running) = self.kept().running.get_mut(name) {
                running.progress = SyncProgress {
                    compared: Kind::ALL.into_iter().map(|kind| tally.of(kind).count).sum(),
                    to_copy: tally.copied().count,
                };
            }
        };
        let spool = spool().map_err(SyncFailure::from)?;
        tokio::select! {
            plan = Plan::make(route, how, spool, &told) => Ok(plan?),
            _ = stopped.wait_for(|stop| *stop) => Err(NotCompared::Stopped),
        }
    }

    /// How far a comparison is; `None` once it has ended.
    pub fn progress(&self, name: &str) -> Option<SyncProgress> {
        self.kept().running.get(name).map(|running| running.progress)
    }

    /// Stops a comparison.
    pub fn stop(&self, name: &str) {
        if let Some(running) = self.kept().running.get(name) {
            running.stop.send_replace(true);
        }
    }

    /// Keeps a plan. Its name.
    pub fn keep(&self, planned: Planned) -> String {
        let mut kept = self.kept();
        kept.made += 1;
        let id = kept.made.to_string();
        if kept.plans.len() >= KEPT {
            kept.plans.pop_front();
        }
        kept.plans.push_back((id.clone(), planned));
        id
    }

    /// A plan that waits.
    pub fn waiting(&self, id: &str) -> Option<Planned> {
        let kept = self.kept();
        let found = kept.plans.iter().find(|(known, _)| known == id)?;
        Some(found.1.clone())
    }

    /// Takes a plan to carry it out, which is once.
    pub fn take(&self, id: &str) -> Option<Planned> {
        let mut kept = self.kept();
        let at = kept.plans.iter().position(|(known, _)| known == id)?;
        kept.plans.remove(at).map(|(_, planned)| planned)
    }
}

/// Forgets a comparison, however it ended.
struct Ended<'a>(&'a Syncs, &'a str);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.kept().running.remove(self.1);
    }
}
