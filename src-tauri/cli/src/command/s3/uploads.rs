//! `hat s3 uploads`: uploads in parts that nobody has completed, and whose parts are paid for.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::upload::Unfinished;
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::access::{Access, Open};
use super::cp::Stopped;
use super::production::Meant;
use super::upload::journals;
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use crate::table::Table;
use crate::time::{local, parse_duration};

/// The arguments of `hat s3 uploads`.
#[derive(Debug, Args)]
pub struct Uploads {
    /// s3://BUCKET, or s3://BUCKET/PREFIX
    place: String,
    /// Remove their parts. Those that run on this computer just now are left alone; those that were begun elsewhere may
    /// run there, and are removed only with --older-than
    #[arg(long)]
    abort: bool,
    /// Only those that were begun longer ago: 1d, 12h
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    older_than: Option<Duration>,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// One of them, with stable field names.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    key: &'a str,
    upload_id: &'a str,
    began_at: Option<Timestamp>,
    /// Whether it was begun on this computer.
    ours: bool,
    running: bool,
    aborted: bool,
}

impl Uploads {
    /// Lists them, and removes them where that is asked for.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let place: S3Location = self.place.parse().map_err(Failure::usage)?;
        let open = self.access.open(context).await?;
        let Some(journals) = journals(context) else {
            return Err(Failure::refused("what is under way here is not known"));
        };
        let found = open
            .s3
            .unfinished_uploads(&place.bucket, &place.key, &journals)
            .await?;
        let before = self
            .older_than
            .and_then(|age| Timestamp::now().checked_sub(age).ok());
        let meant: Vec<Unfinished> = found
            .into_iter()
            .filter(|one| before.is_none_or(|before| one.began_at.is_some_and(|at| at < before)))
            .collect();
        let resting = meant.iter().filter(|one| self.may_go(one)).count();
        if self.abort && resting > 0 {
            let act = format!("remove the parts of {resting} unfinished uploads below {place}");
            self.meant.agreed(&open, &act)?;
            self.remove(&open, &place, &meant).await?;
        }
        self.tell(&meant, resting)
    }

    /// Whether its parts may be removed: nobody sends to it, as far as that can be known.
    fn may_go(&self, one: &Unfinished) -> bool {
        !one.running && !one.in_doubt && (one.ours || self.older_than.is_some())
    }

    async fn remove(&self, open: &Open, place: &S3Location, meant: &[Unfinished]) -> Result<(), Failure> {
        let began = Instant::now();
        let mut done: Result<u64, S3Failure> = Ok(0);
        for one in meant.iter().filter(|one| self.may_go(one)) {
            done = match (open.s3.abort_upload(&place.bucket, one).await, done) {
                (Ok(()), Ok(count)) => Ok(count + 1),
                (Err(failure), _) | (_, Err(failure)) => Err(failure),
            };
            if done.is_err() {
                break;
            }
        }
        let mut row = RecordRequest {
            event: event::DELETE.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(format!("unfinished uploads below {place}")),
            call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
            ..RecordRequest::default()
        };
        let done = done.map_err(Stopped::S3);
        if let Err(stopped) = &done {
            stopped.tell(&mut row);
        }
        open.record(row).await;
        done.map(drop).map_err(Failure::from)
    }

    fn tell(&self, meant: &[Unfinished], resting: usize) -> Result<ExitCode, Failure> {
        if self.listing.json {
            let aborted = |one| self.abort && self.may_go(one);
            let shown: Vec<Shown<'_>> = meant.iter().map(|one| shown(one, aborted(one))).collect();
            out::json(&shown)?;
            return Ok(ExitCode::SUCCESS);
        }
        let mut table = Table::new(["BEGUN", "BY", "KEY"]);
        let zone = TimeZone::system();
        for one in meant {
            let at = one.began_at.map(|at| local(at, &zone)).unwrap_or_default();
            let by = match (one.running, one.ours) {
                (true, _) => "running here",
                (false, true) => "here",
                (false, false) if one.in_doubt => "not known",
                (false, false) => "elsewhere",
            };
            table.row([&at, by, &one.key]);
        }
        table.print()?;
        if meant.iter().any(|one| one.in_doubt) {
            out::note(
                "notes of uploads that were begun here cannot be read, so who began some is not known; those are left alone",
            );
        }
        if self.abort {
            out::note(&format!("the parts of {resting} were removed"));
            let elsewhere = meant.iter().filter(|one| !one.ours && !one.in_doubt).count();
            if self.older_than.is_none() && elsewhere > 0 {
                out::note(&format!(
                    "{elsewhere} begun elsewhere were left alone, as they may run there; --older-than 1d removes those \
                     that are older than a day"
                ));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn shown(one: &Unfinished, aborted: bool) -> Shown<'_> {
    Shown {
        key: &one.key,
        upload_id: &one.upload_id,
        began_at: one.began_at,
        ours: one.ours,
        running: one.running,
        aborted,
    }
}
