//! A plan that is carried out: opens its sessions when it runs, and tells the history how it ended.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hatrack_aws::s3::transfer::{Gauge, Job};
use hatrack_aws::s3::{NoCredentials, S3Failure};
use hatrack_core::transfer_view::TransferState;
use hatrack_store::transfers::TransferJournals;
use tokio::sync::Mutex as AsyncMutex;

use super::plan::{Files, Objects, Plan, What};
use super::work::{Report, Sides, Work};
use super::{Errand, How, past};
use crate::desk::Desk;
use crate::wire::CommandError;

/// Between two tries to open what there is no session for.
const AGAIN_AFTER: Duration = Duration::from_secs(5);

/// A plan, and what was opened for it.
pub struct Carried {
    desk: Desk,
    plan: Plan,
    work: AsyncMutex<Option<Arc<Work>>>,
    there: Arc<Mutex<BTreeSet<String>>>,
    began: Instant,
}

impl Carried {
    /// Nothing is opened yet: after a restart there may be no session.
    pub fn new(desk: Desk, plan: Plan) -> Self {
        Self {
            desk,
            plan,
            work: AsyncMutex::default(),
            there: Arc::default(),
            began: Instant::now(),
        }
    }

    async fn is_open(&self) -> bool {
        self.work.lock().await.is_some()
    }

    /// The job, opened if it is not yet. Without a session it only serves to take away what is on this computer.
    async fn work(&self, without_session: bool) -> Result<Arc<Work>, S3Failure> {
        let mut held = self.work.lock().await;
        if let Some(work) = &*held {
            return Ok(Arc::clone(work));
        }
        let access = self.desk.s3();
        let open = async |party| match access.of_party(&self.desk, party).await {
            Err(_) if without_session => Ok(access.without_session()),
            opened => opened.map_err(|why: CommandError| NoCredentials(why.message)),
        };
        let s3 = open(&self.plan.party).await?;
        let writer = match self.plan.writer() {
            Some(writer) => Some(open(writer).await?),
            None => None,
        };
        let sides = Sides {
            s3,
            writer,
            journals: Arc::new(TransferJournals::in_folder(self.desk.home().transfers())),
            there: Arc::clone(&self.there),
        };
        let plan = self.plan.clone();
        let made = tokio::task::spawn_blocking(move || Work::of(&plan, sides)).await;
        let made = made.unwrap_or_else(|stopped| Err(NoCredentials(stopped.to_string()).into()))?;
        let work = Arc::new(made);
        if !without_session {
            *held = Some(Arc::clone(&work));
        }
        Ok(work)
    }
}

#[async_trait]
impl Job for Carried {
    type Report = Report;

    async fn run(&self, gauge: &Gauge) -> Result<Report, S3Failure> {
        self.work(false).await?.run(gauge).await
    }

    async fn discard(&self) -> Result<(), S3Failure> {
        self.work(true).await?.discard().await
    }

    async fn session_back(&self) {
        let mut sessions = self.desk.s3().sessions();
        loop {
            let back = async {
                match self.work(false).await {
                    Ok(work) => work.session_back().await,
                    Err(_) => tokio::time::sleep(AGAIN_AFTER).await,
                }
            };
            tokio::select! {
                () = back => if self.is_open().await { return },
                // A session was renewed or made: asked at once, and not when it is the engine's time to look.
                changed = sessions.changed() => if changed.is_err() { return },
            }
        }
    }
}

#[async_trait]
impl Errand for Carried {
    fn plan(&self) -> Option<Plan> {
        let there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        let mut plan = self.plan.clone();
        match &mut plan.what {
            What::Download {
                objects: Objects::Several { keys },
                ..
            }
            | What::Copy {
                objects: Objects::Several { keys },
                ..
            } => keys.retain(|key| !there.contains(key)),
            What::Upload {
                files: Files::Several { paths },
                ..
            } => paths.retain(|path| !there.contains(&path.display().to_string())),
            _ => {}
        }
        Some(plan)
    }

    async fn ended(&self, how: &How) {
        let view = self.plan.view(String::new(), TransferState::Cancelled);
        let took = u32::try_from(self.began.elapsed().as_millis()).ok();
        let row = past::row(&view, how, took);
        let told = match self.desk.agent().await {
            Ok(agent) => agent.record(row).await.map_err(CommandError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = told {
            tracing::warn!("the history does not have a transfer: {error}");
        }
    }
}
