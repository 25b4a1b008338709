//! A plan's copies handed to S3 Batch Operations.
//!
//! AWS copies what the source holds when it comes to it, whatever the target holds then: the plan's guards do not reach
//! that far. So the job begins only once AWS has counted as many objects as the plan has.

use std::io::Write;
use std::sync::Mutex;
use std::time::Duration;

use hatrack_core::arn::RoleArn;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::batch::{self, Fields, JobState, JobStatus, row, suits, target_prefix};
use hatrack_core::bucket::sync::Count;

use super::super::batch::JobOrder;
use super::super::copy::takes_acl;
use super::super::download::{blocking, disk_failed};
use super::super::transfer::{Gauge, Trouble};
use super::super::{Guard, S3, S3Failure, Stored, locked, upload};
use super::plan::Plan;
use super::{Route, SyncFailure};

/// Between two looks at the job.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a job copies as, and how.
#[derive(Debug)]
pub struct HandOver {
    role: RoleArn,
    target: S3Location,
    storage_class: Option<String>,
    /// What was asked for: asked again after an answer that was lost, it is the same job.
    ordered: Mutex<Option<(JobOrder, Count)>>,
    made: Mutex<Option<Made>>,
}

/// A job that was made: a run that comes after follows it.
#[derive(Debug, Clone)]
struct Made {
    id: String,
    order: JobOrder,
    rows: Count,
}

/// How a job ended, for the report of the sync.
pub(super) struct Ended {
    pub copied: u64,
    pub bytes: u64,
    pub trouble: Option<(Trouble, u64)>,
}

impl HandOver {
    /// Whether a job can copy what a plan of this route copies: where its copies would go.
    ///
    /// # Errors
    /// Not between two buckets, on two servers, or names that a job cannot make.
    pub fn possible(route: &Route) -> Result<S3Location, SyncFailure> {
        let no = |why: &str| SyncFailure::NoJob(why.to_owned());
        let Route::Across {
            source,
            from,
            target,
            to,
            ..
        } = route
        else {
            return Err(no("S3 Batch Operations copies from bucket to bucket only"));
        };
        if source.reach.endpoint != target.reach.endpoint || source.partition() != target.partition() {
            return Err(no("the two buckets are not on one AWS"));
        }
        let folder = target_prefix(&from.key, &to.key).map_err(|why| no(&why.to_string()))?;
        Ok(S3Location {
            bucket: to.bucket.clone(),
            key: folder.unwrap_or_default(),
        })
    }

    /// Hands over what a plan between two buckets copies.
    ///
    /// # Errors
    /// As of [`HandOver::possible`].
    pub fn new(route: &Route, role: RoleArn, storage_class: Option<String>) -> Result<Self, SyncFailure> {
        Ok(Self {
            role,
            target: Self::possible(route)?,
            storage_class,
            ordered: Mutex::new(None),
            made: Mutex::new(None),
        })
    }

    /// The job's ID, once it is made.
    pub fn job_id(&self) -> Option<String> {
        locked(&self.made).as_ref().map(|made| made.id.clone())
    }

    /// Makes the job or goes on following it, until it ends.
    pub(super) async fn run(&self, plan: &Plan, gauge: &Gauge) -> Result<Option<Ended>, S3Failure> {
        let Route::Across { from, target: s3, .. } = plan.route() else {
            return Ok(None);
        };
        let known = locked(&self.made).clone();
        let made = match known {
            Some(made) => made,
            None => match self.make(plan, s3, from).await? {
                Some(made) => made,
                None => return Ok(None),
            },
        };
        self.follow(s3, &made, gauge).await.map(Some)
    }

    /// Gives the job up. One that could not be is still known, to be given up again.
    pub(super) async fn cancel(&self, plan: &Plan) -> Result<(), S3Failure> {
        let made = locked(&self.made).clone();
        let (Route::Across { target: s3, .. }, Some(made)) = (plan.route(), made) else {
            return Ok(());
        };
        let given_up = async {
            match s3.job(&made.order, &made.id).await?.state.is_end() {
                true => Ok(()),
                false => s3.cancel_job(&made.order, &made.id).await,
            }
        };
        given_up.await.map_err(|why| S3Failure::JobGoesOn {
            id: made.id.clone(),
            why: Box::new(why),
        })
    }

    async fn make(&self, plan: &Plan, s3: &S3, from: &S3Location) -> Result<Option<Made>, S3Failure> {
        let known = locked(&self.ordered).clone();
        let (order, rows) = match known {
            Some(known) => known,
            None => match self.order(plan, s3, from).await? {
                Some(ordered) => locked(&self.ordered).insert(ordered).clone(),
                None => return Ok(None),
            },
        };
        let id = s3.create_job(&order).await?;
        let made = Made { id, order, rows };
        *locked(&self.made) = Some(made.clone());
        Ok(Some(made))
    }

    /// Stores the manifest. `None` where there is nothing to copy.
    async fn order(
        &self,
        plan: &Plan,
        s3: &S3,
        from: &S3Location,
    ) -> Result<Option<(JobOrder, Count)>, S3Failure> {
        let token = token().map_err(|why| disk_failed("a random name", "made", why))?;
        let folder = format!("{}{token}", batch::FOLDER);
        let place = |key: String| S3Location {
            bucket: self.target.bucket.clone(),
            key,
        };
        let (manifest, rows) = manifest(plan, from).await?;
        if rows.count == 0 {
            return Ok(None);
        }
        let at = place(format!("{folder}/manifest.csv"));
        let sent = upload::Order {
            path: manifest.path().to_owned(),
            bucket: at.bucket.clone(),
            key: at.key.clone(),
            stored: Stored {
                content_type: Some("text/csv".to_owned()),
                ..Stored::default()
            },
            guard: Guard::OnlyNew,
            journals: None,
        };
        let sent = s3.send(&sent, &|_, _| ()).await?;
        let order = JobOrder {
            role: self.role.clone(),
            manifest: at,
            manifest_etag: sent.etag.unwrap_or_default(),
            fields: Fields::Current,
            target: self.target.clone(),
            report: place(format!("{folder}/report")),
            storage_class: self.storage_class.clone(),
            tags: None,
            for_bucket_owner: takes_acl(s3, &self.target.bucket).await,
            description: description(plan),
            token,
        };
        Ok(Some((order, rows)))
    }

    async fn follow(&self, s3: &S3, made: &Made, gauge: &Gauge) -> Result<Ended, S3Failure> {
        let name = format!("S3 Batch Operations job {}", made.id);
        let counted = gauge.file(&name, Some(made.rows.bytes));
        let mut pause = FIRST_PAUSE;
        let status = loop {
            let status = s3.job(&made.order, &made.id).await?;
            match status.state {
                JobState::Suspended if status.total == made.rows.count => {
                    s3.confirm_job(&made.order, &made.id).await?;
                    pause = FIRST_PAUSE;
                }
                JobState::Suspended => {
                    s3.cancel_job(&made.order, &made.id).await?;
                    return Ok(miscounted(name, made, &status));
                }
                state if state.is_end() => break status,
                _ => {}
            }
            let share = share(made.rows.bytes, status.succeeded, made.rows.count);
            counted.at(share, Some(made.rows.bytes));
            tokio::time::sleep(pause).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        };
        let bytes = share(made.rows.bytes, status.succeeded, made.rows.count);
        let missed = made.rows.count.saturating_sub(status.succeeded);
        counted.finished(bytes);
        Ok(Ended {
            copied: status.succeeded,
            bytes,
            trouble: (missed > 0).then(|| (missed_by(name, made, &status), missed)),
        })
    }
}

fn share(bytes: u64, done: u64, of: u64) -> u64 {
    let part = u128::from(bytes) * u128::from(done) / u128::from(of.max(1));
    u64::try_from(part).unwrap_or(bytes)
}

fn miscounted(name: String, made: &Made, status: &JobStatus) -> Ended {
    Ended {
        copied: 0,
        bytes: 0,
        trouble: Some((
            Trouble {
                name,
                why: format!(
                    "AWS read {} objects from the manifest {}, not {}; the job was cancelled, compare again",
                    status.total, made.order.manifest, made.rows.count
                ),
            },
            made.rows.count,
        )),
    }
}

fn missed_by(name: String, made: &Made, status: &JobStatus) -> Trouble {
    let how = match status.state {
        JobState::Cancelled => "was cancelled",
        JobState::Failed => "failed",
        _ => "ended",
    };
    let why = status
        .why
        .as_ref()
        .map(|why| format!(": {why}"))
        .unwrap_or_default();
    Trouble {
        name,
        why: format!(
            "it {how} with {} of {} objects copied and {} failed{why}; its report is below {}",
            status.succeeded, made.rows.count, status.failed, made.order.report
        ),
    }
}

fn description(plan: &Plan) -> String {
    let text = format!("{} to {}", plan.route().source(), plan.route().target());
    text.chars().take(256).collect()
}

/// A name of 128 bits.
fn token() -> std::io::Result<String> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|why| std::io::Error::other(why.to_string()))?;
    Ok(hex::encode(random))
}

/// The list of what the job copies, in a file.
async fn manifest(plan: &Plan, from: &S3Location) -> Result<(tempfile::NamedTempFile, Count), S3Failure> {
    let (steps, from) = (plan.steps(), from.clone());
    let written = move || {
        let mut rows = Count::default();
        let file = tempfile::NamedTempFile::new()?;
        let mut out = std::io::BufWriter::new(file.as_file());
        for step in steps {
            let step = step?;
            if step.kind.is_copied() && suits(step.size) {
                let key = format!("{}{}", from.key, step.name);
                out.write_all(row(from.bucket.as_str(), &key, None).as_bytes())?;
                rows.count += 1;
                rows.bytes += step.size;
            }
        }
        out.flush()?;
        drop(out);
        Ok((file, rows))
    };
    blocking(move || written().map_err(|why| disk_failed("the job's manifest", "written", why))).await
}
