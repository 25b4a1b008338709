//! `hat s3 sync`: one place made to hold what another does, by a plan that is shown first.

mod outcome;
mod show;

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::sync::{
    HandOver, How, Plan, Route, Sync as Carry, SyncFailure, SyncReport, folder, spool,
};
use hatrack_core::arn::RoleArn;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::sync::{By, Filter, Kind};
use hatrack_core::bucket::transfer::Journals;
use hatrack_core::history::{event, outcome as ended};
use hatrack_store::transfers::TransferJournals;

use self::outcome::Told;
use super::access::{Access, Open};
use super::cp::{Stopped, in_s3};
use super::meter::Meter;
use super::production::Meant;
use super::running::run;
use crate::ask::says_yes;
use crate::code::Terminal;
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// The arguments of `hat s3 sync`.
#[derive(Debug, Args)]
pub struct Sync {
    /// s3://BUCKET/PREFIX, or a folder
    from: String,
    /// s3://BUCKET/PREFIX, or a folder, which is made if it is not there
    to: String,
    /// The role that writes, where both are buckets; the same role where left out
    #[arg(long, value_name = "ROLE")]
    to_role: Option<String>,
    /// Delete what only the target has, once everything is copied
    #[arg(long)]
    delete: bool,
    /// Show the plan and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Tell files of one size apart by the checksums that S3 keeps, not by their times
    #[arg(long)]
    checksum: bool,
    /// Only names that match: *.log, logs/**, logs/ (can be given again)
    #[arg(long, value_name = "PATTERN")]
    include: Vec<String>,
    /// Not names that match; what is left out is neither copied nor deleted (can be given again)
    #[arg(long, value_name = "PATTERN")]
    exclude: Vec<String>,
    /// The storage class of what is copied; between buckets the source's where left out
    #[arg(long, value_name = "CLASS")]
    storage_class: Option<String>,
    /// Hand copies between buckets to S3 Batch Operations where there are more than so many
    #[arg(long, value_name = "N", requires = "batch_role")]
    batch_over: Option<u64>,
    /// The role that S3 Batch Operations copies as: it trusts batchoperations.s3.amazonaws.com
    #[arg(long, value_name = "ARN", requires = "batch_over")]
    batch_role: Option<RoleArn>,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

impl Sync {
    /// Compares, shows the plan, asks where that is due, and does it.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let places = Places::between(&self.from, &self.to)?;
        if self.to_role.is_some() && !matches!(places, Places::Across { .. }) {
            return Err(Failure::usage("--to-role is for syncs from bucket to bucket"));
        }
        let how = How {
            by: if self.checksum { By::Checksum } else { By::Time },
            filter: Filter::new(&self.include, &self.exclude).map_err(Failure::usage)?,
        };
        let open = self.access.open(context).await?;
        let other = match &self.to_role {
            Some(role) => Some(self.access.open_as(context, Some(role)).await?),
            None => None,
        };
        let target = other.as_ref().unwrap_or(&open);
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;

        let plan = compare(places.route(context, &open, target), &how, &mut interrupted).await?;
        let plan = Arc::new(plan);
        match (self.listing.json, self.dry_run) {
            (false, true) => out::print(&show::plan(&plan, self.delete))?,
            // Nobody is asked about what they were not shown.
            (true, _) if self.dry_run || !self.asks(target, &plan) => {}
            // What comes of it is the result, and the plan is not.
            (_, _) => out::note(show::plan(&plan, self.delete).trim_end()),
        }
        let hand_over = self.hand_over(&plan)?;
        let told = Told::of(&self.from, &self.to, self.dry_run, &plan);
        if self.dry_run || !self.has_to_do(&plan) {
            return self.finish(&told);
        }
        self.agreed(target, &plan)?;
        let began = Instant::now();
        let mut job = Carry::new(Arc::clone(&plan), self.delete).storage_class(self.storage_class.clone());
        if let Some(hand_over) = hand_over {
            job = job.handing_over(hand_over);
        }
        let done = run(&job, &mut interrupted).await;
        target.record(row(&job, &done, began)).await;
        let done = done?;
        let failed = done.troubled;
        self.finish(&told.with(done, job.job_id()))?;
        match failed {
            0 => Ok(ExitCode::SUCCESS),
            some => Err(Failure::refused(format!(
                "{some} of the plan's steps failed; what they are of stands above, and the same command tries them again"
            ))),
        }
    }

    /// What a job of AWS's does, where there is so much to copy that the person wants one.
    fn hand_over(&self, plan: &Plan) -> Result<Option<HandOver>, Failure> {
        let (Some(over), Some(role)) = (self.batch_over, &self.batch_role) else {
            return Ok(None);
        };
        if plan.tally().copied().count <= over {
            return Ok(None);
        }
        let made = HandOver::new(plan.route(), role.clone(), self.storage_class.clone())?;
        if !self.listing.json {
            let said = show::handed_over(&role.to_string(), self.storage_class.as_deref());
            out::note(said.trim());
        }
        Ok(Some(made))
    }

    fn has_to_do(&self, plan: &Plan) -> bool {
        plan.tally().copied().count > 0 || self.delete && plan.tally().of(Kind::Missing).count > 0
    }

    fn is_of_production(target: &Open, plan: &Plan) -> bool {
        let writes_to_s3 = !matches!(plan.route(), Route::Down { .. });
        writes_to_s3 && target.production.is_some()
    }

    /// Whether somebody is asked before it is done.
    fn asks(&self, target: &Open, plan: &Plan) -> bool {
        let somebody_there = std::io::stdin().is_terminal() || Self::is_of_production(target, plan);
        !self.meant.yes && self.has_to_do(plan) && somebody_there
    }

    /// Where somebody sits at the terminal, the plan is theirs to agree to.
    fn agreed(&self, target: &Open, plan: &Plan) -> Result<(), Failure> {
        if !self.asks(target, plan) {
            return Ok(());
        }
        if Self::is_of_production(target, plan) {
            return self.meant.agreed(target, &show::act(plan, self.delete));
        }
        let Some(mut terminal) = Terminal::open() else {
            return Err(Failure::needs_input(
                "nobody can be asked whether the plan is to be done; add --yes if you mean it",
            ));
        };
        match says_yes(&mut terminal, "Do it? There is no undo. [y/N]") {
            true => Ok(()),
            false => Err(Failure::refused("nothing was changed")),
        }
    }

    fn finish(&self, told: &Told) -> Result<ExitCode, Failure> {
        if self.listing.json {
            out::json(told)?;
        } else {
            told.tell()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// From where to where.
#[derive(Debug)]
enum Places {
    Down { from: S3Location, to: PathBuf },
    Up { from: PathBuf, to: S3Location },
    Across { from: S3Location, to: S3Location },
}

impl Places {
    fn between(from: &str, to: &str) -> Result<Self, Failure> {
        match (in_s3(from)?.map(folder), in_s3(to)?.map(folder)) {
            (Some(from), Some(to)) => Ok(Self::Across { from, to }),
            (Some(from), None) => {
                let path = PathBuf::from(to);
                if path.exists() && !path.is_dir() {
                    return Err(Failure::usage(format!("{to} is no folder; name one")));
                }
                Ok(Self::Down { from, to: path })
            }
            (None, Some(to)) => {
                let path = PathBuf::from(from);
                if !path.is_dir() {
                    return Err(Failure::usage(format!(
                        "{from} is no folder; name one, or s3://BUCKET/PREFIX"
                    )));
                }
                Ok(Self::Up { from: path, to })
            }
            (None, None) => Err(Failure::usage(
                "one of the two has to be a bucket; write it as s3://BUCKET/PREFIX",
            )),
        }
    }

    fn route(self, context: &Context, source: &Open, target: &Open) -> Route {
        match self {
            Self::Down { from, to } => Route::Down {
                s3: Arc::clone(&source.s3),
                from,
                to,
            },
            Self::Up { from, to } => Route::Up {
                from,
                s3: Arc::clone(&target.s3),
                to,
                journals: journals(context),
            },
            Self::Across { from, to } => Route::Across {
                source: Arc::clone(&source.s3),
                from,
                target: Arc::clone(&target.s3),
                to,
                journals: journals(context),
            },
        }
    }
}

fn journals(context: &Context) -> Option<Arc<dyn Journals>> {
    Some(Arc::new(TransferJournals::in_folder(context.home.transfers())))
}

async fn compare(route: Route, how: &How, interrupted: &mut Interruption) -> Result<Plan, Failure> {
    let spool = spool().map_err(SyncFailure::Spool)?;
    let meter = Meter::new();
    let told = |tally: &_| meter.say(&show::compared(tally));
    let plan = Plan::make(route, how, spool, &told);
    tokio::select! {
        plan = plan => Ok(plan?),
        () = interrupted.come() => Err(Failure::refused("the comparison was interrupted; nothing was changed")),
    }
}

impl From<SyncFailure> for Failure {
    fn from(failure: SyncFailure) -> Self {
        match failure {
            SyncFailure::S3(failure) => failure.into(),
            other @ SyncFailure::Overlap { .. } => Self::usage(other),
            other => Self::refused(other),
        }
    }
}

/// The history's line: what was done, whatever ended it.
fn row(job: &Carry, done: &Result<SyncReport, Stopped>, began: Instant) -> RecordRequest {
    let (route, report) = (job.plan().route(), job.so_far());
    let by = job
        .job_id()
        .map(|id| format!(", by the S3 Batch Operations job {id}"));
    let mut row = RecordRequest {
        event: event::SYNC.to_owned(),
        outcome: ended::OK.to_owned(),
        detail: Some(format!(
            "{} to {}: {}{}",
            route.source(),
            route.target(),
            show::done(&report),
            by.unwrap_or_default()
        )),
        call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
        ..RecordRequest::default()
    };
    match done {
        Err(stopped) => stopped.tell(&mut row),
        Ok(report) if report.troubled > 0 => {
            row.outcome = ended::FAILED.to_owned();
            row.error = Some(format!("{} of the plan's steps failed", report.troubled));
        }
        Ok(_) => {}
    }
    row
}
