//! The transfers of this window: which run, which wait, how far each is, and how to stop it.
//!
//! Invariants: so many run at once and the others wait for their turn, in the order they were asked for; one that
//! pauses lets the next one run; what is not over is written down, so that it is there after a restart.

pub mod conflicts;
mod errand;
mod past;
pub mod picked;
pub mod plan;
mod queue;
mod several;
pub mod start;
mod work;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::transfer::{Course, Ending, Gauge, Job, Remote, Status, prepare};
use hatrack_core::bucket::transfer::{Pause, State};
use hatrack_core::transfer_view::{TransferState, TransferView, TransferWay};
use hatrack_store::transfer_plans::TransferPlans;
use tokio::sync::watch;

use crate::front::{Front, Push};
use plan::Plan;
use queue::{Entry, Queue};
pub use work::Report;

/// Between two notes of which of several files are there.
const NOTED_EVERY: Duration = Duration::from_secs(2);

/// How a transfer ended.
#[derive(Debug)]
pub enum How {
    /// All of it is there, but for what the report says.
    Done(Report),
    /// By the person.
    Cancelled,
    /// By an error.
    Failed(S3Failure),
}

/// The port to what is transferred.
#[async_trait]
pub trait Errand: Job<Report = Report> {
    /// What is left to do, to be kept for the next start; `None` where it cannot go on then.
    fn plan(&self) -> Option<Plan>;

    /// Hears how it ended, before the page does.
    async fn ended(&self, how: &How);
}

/// The list. Clones are handles on the same one.
#[derive(Clone)]
pub struct Transfers(Arc<Inner>);

struct Inner {
    queue: Mutex<Queue>,
    /// Counts the transfers that stopped running: who waits for all of them listens.
    stops: watch::Sender<u64>,
    front: Arc<dyn Front>,
    plans: Option<TransferPlans>,
    /// Locked while the list is written: the last one wins.
    writing: Mutex<()>,
    /// When the list was last written because several files went on.
    noted: Mutex<Instant>,
}

impl Transfers {
    /// None yet. What is not over is kept in `plans`.
    pub fn new(front: Arc<dyn Front>, plans: Option<TransferPlans>) -> Self {
        Self(Arc::new(Inner {
            queue: Mutex::default(),
            stops: watch::Sender::new(0),
            front,
            plans,
            writing: Mutex::new(()),
            noted: Mutex::new(Instant::now()),
        }))
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All of them, the newest last.
    pub fn list(&self) -> Vec<TransferView> {
        self.queue().views()
    }

    /// The plans that an earlier window left.
    pub fn left(&self) -> Vec<Plan> {
        let Some(plans) = &self.0.plans else {
            return Vec::new();
        };
        plans.load().unwrap_or_else(|why| {
            tracing::warn!("what was transferred before is not known: {why}");
            Vec::new()
        })
    }

    /// Puts one into the list. It runs when it is its turn.
    pub fn add(&self, errand: Arc<dyn Errand>, view: impl FnOnce(String) -> TransferView) -> TransferView {
        let mut queue = self.queue();
        let view = queue.add(errand, view, false);
        self.tell(&view);
        drop(queue);
        self.advance();
        self.keep();
        view
    }

    /// Lists one that was begun before this window was opened. It pauses.
    pub fn restore(&self, errand: Arc<dyn Errand>, view: impl FnOnce(String) -> TransferView) {
        self.queue().add(errand, view, true);
    }

    /// Stops one for now.
    pub fn pause(&self, id: &str) {
        self.change(id, Entry::pause);
        self.advance();
    }

    /// Stops all for now.
    pub fn pause_all(&self) {
        for view in self.list() {
            self.change(&view.id, Entry::pause);
        }
    }

    /// Lets one go on when it is its turn, or tries again what failed.
    pub fn resume(&self, id: &str) {
        self.change(id, Entry::resume);
        self.advance();
        self.keep();
    }

    /// Gives one up.
    pub fn cancel(&self, id: &str) {
        if let Some(begun) = self.change(id, Entry::cancel).flatten() {
            self.spawn(begun);
        }
        self.advance();
        self.keep();
    }

    /// Takes what is over out of the list, but for what failed and can go on.
    pub fn clear(&self) {
        self.queue().clear();
    }

    /// Where one's bytes went, once they are there.
    pub fn file(&self, id: &str) -> Option<PathBuf> {
        let view = self.queue().view(id)?;
        let done = matches!(view.state, TransferState::Done { .. });
        view.target.filter(|_| done).map(PathBuf::from)
    }

    /// Pauses all and comes back once none runs any more; what is there stays for the next start.
    pub async fn stop_all(&self) {
        self.write();
        self.queue().close();
        self.pause_all();
        self.until_none_runs().await;
    }

    /// Gives all up, for a home that ends with the window, and comes back once each has taken away what it left.
    pub async fn cancel_all(&self) {
        self.queue().close();
        for view in self.list() {
            self.cancel(&view.id);
        }
        self.until_none_runs().await;
    }

    async fn until_none_runs(&self) {
        let mut stops = self.0.stops.subscribe();
        while self.queue().busy() {
            if stops.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells the page. Under the queue's lock: what it hears last is what is so.
    fn tell(&self, view: &TransferView) {
        self.0.front.push(Push::Transfer(Box::new(view.clone())));
    }

    /// Changes one and tells the page.
    fn change<T>(&self, id: &str, change: impl FnOnce(&mut Entry) -> T) -> Option<T> {
        let mut queue = self.queue();
        let entry = queue.entry(id)?;
        let before = entry.view.clone();
        let done = change(entry);
        if entry.view != before {
            self.tell(&entry.view);
        }
        Some(done)
    }

    /// Lets those run whose turn it is.
    fn advance(&self) {
        loop {
            let mut queue = self.queue();
            let Some((view, begun)) = queue.next() else { return };
            self.tell(&view);
            drop(queue);
            if let Some(begun) = begun {
                self.spawn(begun);
            }
        }
    }

    fn spawn(&self, begun: Begun) {
        let this = self.clone();
        tauri::async_runtime::spawn(async move { this.follow(begun).await });
    }

    /// Runs one to its end.
    async fn follow(&self, begun: Begun) {
        let Begun {
            id,
            errand,
            mut remote,
            course,
        } = begun;
        let job = Erased(&*errand);
        let running = course.run(&job);
        tokio::pin!(running);
        let ending = loop {
            tokio::select! {
                ending = &mut running => break ending,
                Some(status) = remote.changed() => self.hear(&id, &status),
            }
        };
        // The last count, which nobody may have heard.
        let last = remote.status();
        self.change(&id, |entry| entry.count(&last));
        let (how, state) = end_of(ending);
        errand.ended(&how).await;
        self.change(&id, |entry| entry.end(how, state));
        self.0.stops.send_modify(|stops| *stops += 1);
        self.advance();
        self.keep();
    }

    fn hear(&self, id: &str, status: &Status) {
        let stopped = self.change(id, |entry| entry.hear(status)).unwrap_or(false);
        if stopped {
            self.0.stops.send_modify(|stops| *stops += 1);
            self.advance();
            self.keep();
        } else if status.files_done > 0 && status.files > 1 && self.is_time_to_note() {
            self.keep();
        }
    }

    /// Which of several files are there is written down now and then: after a kill they are not fetched again.
    fn is_time_to_note(&self) -> bool {
        let mut noted = self.0.noted.lock().unwrap_or_else(PoisonError::into_inner);
        let due = noted.elapsed() >= NOTED_EVERY;
        if due {
            *noted = Instant::now();
        }
        due
    }

    /// Writes down what is not over, behind everything else.
    fn keep(&self) {
        if self.0.plans.is_some() {
            let this = self.clone();
            tauri::async_runtime::spawn_blocking(move || this.write());
        }
    }

    fn write(&self) {
        let Some(plans) = &self.0.plans else { return };
        let _turn = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let unfinished = self.queue().unfinished();
        let left: Vec<Plan> = unfinished.iter().filter_map(|errand| errand.plan()).collect();
        if let Err(why) = plans.save(&left) {
            tracing::warn!("the unfinished transfers are not written down: {why}");
        }
    }
}

/// A transfer that begins to run.
struct Begun {
    id: String,
    errand: Arc<dyn Errand>,
    remote: Remote,
    course: Course,
}

impl Begun {
    fn of(id: &str, errand: &Arc<dyn Errand>) -> Self {
        let (remote, course) = prepare();
        Self {
            id: id.to_owned(),
            errand: Arc::clone(errand),
            remote,
            course,
        }
    }
}

/// An errand as the engine takes it.
struct Erased<'a>(&'a dyn Errand);

#[async_trait]
impl Job for Erased<'_> {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        self.0.run(gauge).await
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.0.discard().await
    }

    async fn session_back(&self) {
        self.0.session_back().await;
    }
}

fn end_of(ending: Ending<Report>) -> (How, TransferState) {
    match ending {
        Ending::Done(report) => {
            let note = report.note.clone();
            (How::Done(report), TransferState::Done { note })
        }
        Ending::Cancelled(Ok(())) => (How::Cancelled, TransferState::Cancelled),
        Ending::Cancelled(Err(left)) => {
            let message = format!("cancelled, but what there was of it could not be taken away: {left}");
            let state = TransferState::Failed {
                message,
                resumable: false,
            };
            (How::Failed(left), state)
        }
        Ending::Failed(failure) => {
            let state = TransferState::Failed {
                message: failure.to_string(),
                resumable: failure.passes(),
            };
            (How::Failed(failure), state)
        }
    }
}

/// How a transfer under way stands; `None` where its end says so.
fn state_of(status: &Status) -> Option<TransferState> {
    match &status.state {
        State::Running => Some(TransferState::Running),
        State::Paused(Pause::ByPerson) => Some(TransferState::Paused),
        State::Paused(Pause::Session { why }) => Some(TransferState::NoSession { why: why.clone() }),
        State::Waiting | State::Done | State::Cancelled | State::Failed { .. } => None,
    }
}

fn way_of(way: &hatrack_aws::s3::copy::Way) -> TransferWay {
    match way {
        hatrack_aws::s3::copy::Way::ServerSide => TransferWay::ServerSide,
        hatrack_aws::s3::copy::Way::Streamed { why } => TransferWay::Streamed { why: why.clone() },
    }
}

#[cfg(test)]
mod tests;
