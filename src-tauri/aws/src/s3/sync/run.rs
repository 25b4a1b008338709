//! Doing what a plan says.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::stream::{self, TryStreamExt};
use hatrack_core::bucket::batch::suits;
use hatrack_core::bucket::sync::{Kind, Step};
use tokio::sync::Semaphore;

use super::super::copy::{Copied, Way};
use super::super::download::{Folder, disk_failed};
use super::super::transfer::{Gauge, Job, Trouble};
use super::super::{S3Failure, locked};
use super::Route;
use super::delete::{self, Gone, delete_files, delete_objects};
use super::hand_over::HandOver;
use super::marks::{Begun, Marks};
use super::plan::Plan;

/// Small files under way at once, and larger ones, which have parts of their own under way.
const AT_ONCE: usize = 192;
const LARGE_AT_ONCE: usize = 16;
pub(super) const LARGE: u64 = 1024 * 1024;
/// After so many steps read, others get their turn.
const TURN: usize = 4096;
/// So many troubles are told one by one; the rest are counted.
const MOST_TOLD: usize = 1000;

/// A plan that is carried out. Run again, it goes on with what is not done.
#[derive(Debug)]
pub struct Sync {
    pub(super) plan: Arc<Plan>,
    delete: bool,
    pub(super) storage_class: Option<String>,
    /// The job of AWS's that copies what it can.
    hand_over: Option<HandOver>,
    pub(super) progress: Mutex<Progress>,
    /// Whether a target takes "only over this version": it wants a permission to read, and not every server knows it.
    pub(super) over_version: AtomicBool,
    /// How many targets refused to be written even without that, in this run.
    pub(super) refused_anyway: AtomicU32,
}

#[derive(Debug, Default)]
pub(super) struct Progress {
    done: Marks,
    /// A step that an earlier run began and that is not done may be done all the same: nobody heard the answer.
    begun: Marks,
    /// Whether the job has ended.
    handed: bool,
    /// What the job could not copy, and how many: it is not tried again, so each run tells of it.
    missed: Option<(Trouble, u64)>,
    pub(super) report: SyncReport,
}

/// What came of a sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Files or objects copied.
    pub copied: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What only the target had, and is deleted.
    pub deleted: u64,
    /// Why nothing was deleted, though it was asked for.
    pub kept: Option<String>,
    /// What failed, and why: the first of them.
    pub troubles: Vec<Trouble>,
    /// How many failed.
    pub troubled: u64,
    /// Copies that went through this machine.
    pub streamed: u64,
    /// Why, for the first of them.
    pub why_streamed: Option<String>,
    /// Of how many objects something could not be taken along.
    pub noted: u64,
    /// What, for the first of them.
    pub note: Option<String>,
}

impl SyncReport {
    fn trouble(&mut self, trouble: Trouble) {
        self.troubled += 1;
        if self.troubles.len() < MOST_TOLD {
            self.troubles.push(trouble);
        }
    }

    pub(super) fn takes(&mut self, copied: Copied) {
        if let Way::Streamed { why } = copied.way {
            self.streamed += 1;
            self.why_streamed.get_or_insert(why);
        }
        if let Some(note) = copied.notes.into_iter().next() {
            self.noted += 1;
            self.note.get_or_insert(note);
        }
    }
}

impl Progress {
    fn tell_missed(&mut self) {
        if let Some((trouble, missed)) = self.missed.clone() {
            self.report.trouble(trouble);
            self.report.troubled += missed.saturating_sub(1);
        }
    }
}

impl Sync {
    /// Carries out the plan; what only the target has is deleted if `delete` says so.
    pub fn new(plan: Arc<Plan>, delete: bool) -> Self {
        Self {
            delete,
            storage_class: None,
            hand_over: None,
            progress: Mutex::new(Progress {
                done: Marks::new(plan.length()),
                begun: Marks::new(plan.length()),
                handed: false,
                missed: None,
                report: SyncReport::default(),
            }),
            plan,
            over_version: AtomicBool::new(true),
            refused_anyway: AtomicU32::new(0),
        }
    }

    /// Has S3 Batch Operations copy all but what is too large for it.
    #[must_use]
    pub fn handing_over(self, hand_over: HandOver) -> Self {
        Self {
            hand_over: Some(hand_over),
            ..self
        }
    }

    /// The ID of the job that copies, once there is one.
    pub fn job_id(&self) -> Option<String> {
        self.hand_over.as_ref()?.job_id()
    }

    /// Stores what is copied in this class of S3's.
    #[must_use]
    pub fn storage_class(self, class: Option<String>) -> Self {
        Self {
            storage_class: class,
            ..self
        }
    }

    /// What was done so far, whatever stopped it.
    pub fn so_far(&self) -> SyncReport {
        locked(&self.progress).report.clone()
    }

    /// The plan.
    pub fn plan(&self) -> &Arc<Plan> {
        &self.plan
    }

    fn is_meant(&self, step: &Step) -> bool {
        step.kind.is_copied() && (self.hand_over.is_none() || !suits(step.size))
    }

    fn is_done(&self, at: usize) -> bool {
        locked(&self.progress).done.has(at)
    }

    fn begins(&self, at: usize) -> Begun {
        match locked(&self.progress).begun.set(at) {
            true => Begun::Before,
            false => Begun::Now,
        }
    }

    fn done(&self, at: usize, bytes: u64) {
        let mut progress = locked(&self.progress);
        progress.done.set(at);
        progress.report.copied += 1;
        progress.report.bytes += bytes;
    }

    /// Counts what there is to do, and what was done before.
    async fn count(&self, gauge: &Gauge) -> Result<(), S3Failure> {
        let mut handed = 0;
        for (at, step) in self.plan.steps().enumerate() {
            if at % TURN == 0 {
                tokio::task::yield_now().await;
            }
            let step = step.map_err(plan_gone)?;
            match (self.is_meant(&step), self.is_done(at)) {
                (true, true) => gauge.were_done(1, step.size),
                (true, false) => gauge.found_many(1, step.size),
                (false, _) if step.kind.is_copied() => handed += step.size,
                (false, _) => {}
            }
        }
        match (handed, locked(&self.progress).handed) {
            (0, _) => {}
            // The job is one of what is under way.
            (bytes, false) => gauge.found_many(1, bytes),
            (bytes, true) => gauge.were_done(1, bytes),
        }
        gauge.all_found();
        Ok(())
    }

    /// Has the job do its part.
    async fn hand_over(&self, gauge: &Gauge) -> Result<(), S3Failure> {
        let Some(job) = &self.hand_over else {
            return Ok(());
        };
        if locked(&self.progress).handed {
            return Ok(());
        }
        let ended = job.run(&self.plan, gauge).await?;
        let mut progress = locked(&self.progress);
        progress.handed = true;
        if let Some(ended) = ended {
            progress.report.copied += ended.copied;
            progress.report.bytes += ended.bytes;
            progress.missed = ended.trouble;
            progress.tell_missed();
        }
        Ok(())
    }

    async fn copy_all(&self, gauge: &Gauge) -> Result<(), S3Failure> {
        let folder = self.plan.route().open_target().await?;
        let large = Semaphore::new(LARGE_AT_ONCE);
        let steps = self.plan.steps().enumerate().filter_map(|(at, step)| match step {
            Err(why) => Some(Err(plan_gone(why))),
            Ok(step) => (self.is_meant(&step) && !self.is_done(at)).then_some(Ok((at, step))),
        });
        stream::iter(steps)
            .try_for_each_concurrent(AT_ONCE, |(at, step)| {
                let (large, folder) = (&large, folder.as_ref());
                async move {
                    // Copies between buckets may be streamed, and are held in memory then.
                    let wide = step.size >= LARGE || matches!(self.plan.route(), Route::Across { .. });
                    // Only closing it could fail this, and nobody does.
                    let _turn = match wide {
                        true => Some(large.acquire().await),
                        false => None,
                    };
                    match self.copy(&step, self.begins(at), folder, gauge).await {
                        Ok(bytes) => self.done(at, bytes),
                        Err(failure) if failure.passes() => return Err(failure),
                        Err(failure) => locked(&self.progress).report.trouble(Trouble {
                            name: step.name,
                            why: failure.to_string(),
                        }),
                    }
                    Ok(())
                }
            })
            .await
    }

    async fn delete_all(&self) -> Result<(), S3Failure> {
        let folder = self.plan.route().open_target().await?;
        let mut lot = Vec::new();
        for (at, step) in self.plan.steps().enumerate() {
            if at % TURN == 0 {
                tokio::task::yield_now().await;
            }
            let step = step.map_err(plan_gone)?;
            if step.kind == Kind::Missing && !self.is_done(at) {
                lot.push((at, step));
            }
            if lot.len() == delete::AT_ONCE {
                self.delete_lot(std::mem::take(&mut lot), folder.as_ref()).await?;
            }
        }
        self.delete_lot(lot, folder.as_ref()).await
    }

    async fn delete_lot(&self, lot: Vec<(usize, Step)>, folder: Option<&Folder>) -> Result<(), S3Failure> {
        if lot.is_empty() {
            return Ok(());
        }
        let places: Vec<(usize, String)> = lot.iter().map(|(at, step)| (*at, step.name.clone())).collect();
        let steps: Vec<Step> = lot.into_iter().map(|(_, step)| step).collect();
        let gone = match (self.plan.route(), folder) {
            (Route::Up { s3, to, .. } | Route::Across { target: s3, to, .. }, _) => {
                delete_objects(s3, to, &steps).await
            }
            (Route::Down { .. }, Some(folder)) => delete_files(folder, steps).await?,
            // The folder was opened above, or that failed.
            (Route::Down { .. }, None) => Gone::default(),
        };
        let mut progress = locked(&self.progress);
        // What stays is tried again by the next run.
        for (at, _) in places.iter().filter(|(_, name)| gone.names.contains(name)) {
            progress.done.set(*at);
        }
        progress.report.deleted += gone.names.len() as u64;
        gone.stays
            .into_iter()
            .for_each(|trouble| progress.report.trouble(trouble));
        gone.broke.map_or(Ok(()), Err)
    }

    /// Why nothing is deleted, though there is something and it was asked for.
    fn keeps(&self) -> Option<String> {
        let tally = self.plan.tally();
        let missing = tally.of(Kind::Missing).count;
        // What is skipped may be the target's alone, such as a file whose name is no text.
        let of_source: u64 = [Kind::New, Kind::Changed, Kind::Same, Kind::Conflict]
            .into_iter()
            .map(|kind| tally.of(kind).count)
            .sum();
        let troubled = locked(&self.progress).report.troubled;
        if missing == 0 {
            None
        } else if of_source == 0 && tally.of(Kind::Skipped).count > 0 {
            Some(format!(
                "{} holds nothing that can be copied, so nothing was deleted; delete what is at the target by itself if that is meant",
                self.plan.route().source()
            ))
        } else if of_source == 0 {
            Some(format!(
                "{} is empty, so nothing was deleted; delete what is at the target by itself if that is meant",
                self.plan.route().source()
            ))
        } else if troubled > 0 {
            Some("not everything was copied, so nothing was deleted; compare again when it can be".to_owned())
        } else {
            None
        }
    }
}

#[async_trait]
impl Job for Sync {
    type Report = SyncReport;

    async fn run(&self, gauge: &Gauge) -> Result<SyncReport, S3Failure> {
        {
            let mut progress = locked(&self.progress);
            (progress.report.troubles, progress.report.troubled) = (Vec::new(), 0);
            progress.tell_missed();
        }
        self.refused_anyway.store(0, Ordering::Relaxed);
        self.count(gauge).await?;
        self.hand_over(gauge).await?;
        self.copy_all(gauge).await?;
        if self.delete {
            let kept = self.keeps();
            if kept.is_none() {
                self.delete_all().await?;
            }
            locked(&self.progress).report.kept = kept;
        }
        Ok(locked(&self.progress).report.clone())
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        // What is whole stays: it has its name.
        if let Some(job) = &self.hand_over {
            job.cancel(&self.plan).await?;
        }
        match self.plan.route() {
            Route::Down { .. } => {}
            Route::Up { s3, .. } | Route::Across { target: s3, .. } => s3.settled().await,
        }
        Ok(())
    }

    async fn session_back(&self) {
        match self.plan.route() {
            Route::Down { s3, .. } | Route::Up { s3, .. } => s3.session_back().await,
            Route::Across { source, target, .. } => {
                tokio::join!(source.session_back(), target.session_back());
            }
        }
    }
}

fn plan_gone(why: std::io::Error) -> S3Failure {
    disk_failed("the plan", "read", why)
}
