//! A transfer as the person sees it: it runs, pauses, goes on, is given up; and tells how far it is.
//!
//! Invariants: what stops it decides [`Machine`]; how it goes is told through one channel, at most ten times a second
//! and once for each change of state; a run that is stopped is dropped, and its [`Job`] goes on from what it kept.

mod folder;
mod gauge;
mod jobs;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hatrack_core::bucket::transfer::{End, Event, Machine, Pace, Pause, State};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

pub(super) use folder::SentHere;
pub use folder::{CopyFolder, DownloadFolder, FolderReport, Trouble, UploadFolder};
pub use gauge::{FileGauge, FileStatus, Gauge};
pub use jobs::{Copy, Download, Upload};

use super::S3Failure;
use super::copy::Way;

/// How long is waited for what a failed run takes away behind itself.
const SETTLED_WITHIN: Duration = Duration::from_secs(10);

/// Between two words of how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// The port to what is transferred.
#[async_trait]
pub trait Job: Send + Sync {
    /// What there is to say when it is done.
    type Report: Send;

    /// Goes on from what is there until all of it is. Dropped to stop; what is there stays.
    async fn run(&self, gauge: &Gauge) -> Result<Self::Report, S3Failure>;

    /// Takes away what is there of it.
    async fn discard(&self) -> Result<(), S3Failure>;

    /// Comes back when what is taken away behind a run that failed has been.
    async fn settled(&self) {}

    /// Comes back when there is a session again.
    async fn session_back(&self);
}

/// How a transfer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// How it stands.
    pub state: State,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, as far as they are known.
    pub total: Option<u64>,
    /// Files done.
    pub files_done: u64,
    /// Files found so far; all of them once `counted`.
    pub files: u64,
    /// Whether all files have been found.
    pub counted: bool,
    /// Bytes a second.
    pub rate: u64,
    /// Until the end, at this rate.
    pub left: Option<Duration>,
    /// Some of the files under way.
    pub under_way: Vec<FileStatus>,
    /// Which way the bytes of a copy go, once known.
    pub way: Option<Way>,
}

/// How a transfer ended.
#[derive(Debug)]
pub enum Ending<R> {
    /// All of it is there.
    Done(R),
    /// Given up by the person; nothing of it is left, or the failure says what is.
    Cancelled(Result<(), S3Failure>),
    /// By an error. What is there was kept if it [passes](S3Failure::passes).
    Failed(S3Failure),
}

/// Watches and steers a transfer. Clones are handles on the same one.
#[derive(Debug, Clone)]
pub struct Remote {
    wishes: mpsc::UnboundedSender<Event>,
    status: watch::Receiver<Status>,
}

impl Remote {
    /// Stops it for now.
    pub fn pause(&self) {
        self.wish(Event::Pause);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.wish(Event::Resume);
    }

    /// Gives it up.
    pub fn cancel(&self) {
        self.wish(Event::Cancel);
    }

    /// How it goes now.
    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Comes back when it goes otherwise than at the last call. `None` once it has ended and its end was told.
    pub async fn changed(&mut self) -> Option<Status> {
        self.status.changed().await.ok()?;
        Some(self.status.borrow_and_update().clone())
    }

    fn wish(&self, event: Event) {
        // One that has ended hears nothing more.
        let _ = self.wishes.send(event);
    }
}

/// A transfer's own end: runs it.
#[derive(Debug)]
pub struct Course {
    wishes: mpsc::UnboundedReceiver<Event>,
    status: watch::Sender<Status>,
    gauge: Arc<Gauge>,
    machine: Machine,
    pace: Pace,
    began: Instant,
}

/// A transfer that has not begun.
pub fn prepare() -> (Remote, Course) {
    let (wish, wishes) = mpsc::unbounded_channel();
    let machine = Machine::default();
    let gauge = Arc::new(Gauge::default());
    let (tell, status) = watch::channel(gauge.status(machine.state().clone()));
    let course = Course {
        wishes,
        status: tell,
        gauge,
        machine,
        pace: Pace::default(),
        began: Instant::now(),
    };
    (Remote { wishes: wish, status }, course)
}

impl Course {
    /// Runs the job until it is done, given up, or fails.
    pub async fn run<J: Job>(mut self, job: &J) -> Ending<J::Report> {
        let mut ended = None;
        self.machine.on(Event::Start);
        loop {
            self.tell();
            match self.machine.state() {
                State::Running => ended = self.one_run(job).await,
                State::Waiting | State::Paused(Pause::ByPerson) => {
                    let wish = self.wish().await;
                    self.machine.on(wish);
                }
                State::Paused(Pause::Session { .. }) => {
                    let event = tokio::select! {
                        wish = self.wish() => wish,
                        () = job.session_back() => Event::SessionBack,
                    };
                    self.machine.on(event);
                }
                State::Cancelled => return Ending::Cancelled(job.discard().await),
                State::Done | State::Failed { .. } => match ended {
                    Some(Ok(report)) => return Ending::Done(report),
                    Some(Err(failure)) => {
                        // A program that ends now would leave parts in S3 that nobody sees.
                        let _ = timeout(SETTLED_WITHIN, job.settled()).await;
                        return Ending::Failed(failure);
                    }
                    None => {
                        // Only a run ends so; without one there is nothing to say but that it was stopped.
                        return Ending::Cancelled(Ok(()));
                    }
                },
            }
        }
    }

    /// Runs until the run ends or the person stops it.
    async fn one_run<J: Job>(&mut self, job: &J) -> Option<Result<J::Report, S3Failure>> {
        let gauge = Arc::clone(&self.gauge);
        gauge.restart();
        let mut running = pin!(job.run(&gauge));
        let mut ticks = interval(TOLD_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                wish = self.wish() => {
                    self.machine.on(wish);
                    if *self.machine.state() != State::Running {
                        self.pace.pause();
                        return None;
                    }
                }
                done = &mut running => {
                    self.pace.pause();
                    self.machine.on(Event::Ended(end_of(&done)));
                    return Some(done);
                }
                _ = ticks.tick() => self.tell(),
            }
        }
    }

    /// What the person wants next.
    async fn wish(&mut self) -> Event {
        match self.wishes.recv().await {
            Some(wish) => wish,
            // Nobody is left who could want anything.
            None => std::future::pending().await,
        }
    }

    fn tell(&mut self) {
        let mut status = self.gauge.status(self.machine.state().clone());
        if status.state == State::Running {
            let pace = self.pace.sample(self.began.elapsed(), status.done, status.total);
            (status.rate, status.left) = (pace.rate, pace.left);
        }
        self.status.send_if_modified(|told| {
            let differs = *told != status;
            if differs {
                *told = status;
            }
            differs
        });
    }
}

fn end_of<R>(done: &Result<R, S3Failure>) -> End {
    match done {
        Ok(_) => End::Done,
        Err(failure) if failure.wants_session() => End::NoSession(failure.to_string()),
        Err(failure) => End::Failed {
            message: failure.to_string(),
            resumable: failure.passes(),
        },
    }
}
