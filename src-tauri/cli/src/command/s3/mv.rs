//! `hat s3 mv`: renames objects and prefixes, within a bucket or to another one of the same role.

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::objects::{self, Rename};
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};
use serde::Serialize;

use super::access::{Access, Open};
use super::across;
use super::cp::as_prefix;
use super::production::Meant;
use super::rm::Shown;
use super::stoppable::stoppable;
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;

/// The arguments of `hat s3 mv`.
#[derive(Debug, Args)]
pub struct Mv {
    /// s3://BUCKET/KEY, or s3://BUCKET/PREFIX/ with --recursive
    from: String,
    /// What it becomes
    to: String,
    /// Everything below the prefix
    #[arg(long, short)]
    recursive: bool,
    /// Replace what is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// With stable field names.
#[derive(Debug, Default, Serialize)]
struct Outcome {
    from: String,
    to: String,
    /// Objects that are at the new place only.
    moved: u64,
    bytes: u64,
    failures: u64,
    /// The first of those that are still, or also, at the old place.
    failed: Vec<NotMoved>,
    /// Whether it was interrupted.
    stopped: bool,
}

#[derive(Debug, Serialize)]
struct NotMoved {
    key: String,
    error: String,
}

impl Mv {
    /// Renames.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let rename = self.rename()?;
        let open = self.access.open(context).await?;
        self.meant
            .agreed(&open, &format!("move {} to {}", self.from, self.to))?;
        let began = Instant::now();
        let done = match self.recursive {
            true => self.folder(&open, &rename).await,
            false => self.one(&open, &rename).await,
        };
        open.record(row(&rename, &done, began)).await;
        let done = done?;
        if self.listing.json {
            out::json(&done)?;
        } else {
            for one in &done.failed {
                out::note(&format!("{}: {}", one.key, one.error));
            }
        }
        match done.failures {
            _ if done.stopped => Err(Failure::refused(format!(
                "interrupted: {} moved, {} are at both places; nothing is lost",
                done.moved, done.failures
            ))),
            0 => Ok(ExitCode::SUCCESS),
            some => Err(Failure::refused(format!(
                "{some} of {} were not moved; nothing is lost",
                some + done.moved
            ))),
        }
    }

    fn rename(&self) -> Result<Rename, Failure> {
        let from: S3Location = self.from.parse().map_err(Failure::usage)?;
        let to: S3Location = self.to.parse().map_err(Failure::usage)?;
        if from.key.is_empty() {
            return Err(Failure::usage(format!(
                "{from} is a bucket, which has no other name; name what is in it"
            )));
        }
        let (from, to) = match self.recursive {
            true => (as_prefix(from), as_prefix(to)),
            false => {
                let to = across::with_key(&from, to)?;
                (from, to)
            }
        };
        let rename = Rename {
            from,
            to,
            replace: self.replace,
        };
        if self.recursive && rename.is_into_itself() {
            let Rename { from, to, .. } = rename;
            return Err(Failure::usage(match from.bucket == to.bucket {
                true => format!("{to} lies in {from}; name another place"),
                false => format!(
                    "{to} may lie in {from}: an access point is another name of its bucket; name another place"
                ),
            }));
        }
        Ok(rename)
    }

    async fn one(&self, open: &Open, rename: &Rename) -> Result<Outcome, Failure> {
        let moved = stoppable(async |stop| open.s3.rename_until(rename, &stop).await).await?;
        let moved = moved.map_err(|why| match why {
            objects::NotMoved::Stopped { from, to } => Failure::refused(format!(
                "interrupted: {from} is where it was, and {to} may hold a copy"
            )),
            why => Failure::refused(why),
        })?;
        Ok(Outcome {
            from: rename.from.to_string(),
            to: rename.to.to_string(),
            moved: 1,
            bytes: moved.bytes,
            ..Outcome::default()
        })
    }

    async fn folder(&self, open: &Open, rename: &Rename) -> Result<Outcome, Failure> {
        let shown = Shown::new();
        let progress = |copied: u64, moved: u64| match moved {
            0 => shown.says(&format!("{copied} copied")),
            _ => shown.says(&format!("{moved} of {copied} moved")),
        };
        let done = stoppable(async |stop| open.s3.rename_folder(rename, &progress, &stop).await).await;
        shown.clear();
        let done = done??;
        let failed = done.failed.into_iter().map(|(key, why)| NotMoved {
            key,
            error: why.to_string(),
        });
        Ok(Outcome {
            from: rename.from.to_string(),
            to: rename.to.to_string(),
            moved: done.moved,
            bytes: done.bytes,
            failures: done.failures,
            failed: failed.collect(),
            stopped: done.stopped,
        })
    }
}

/// The history's line.
fn row(rename: &Rename, done: &Result<Outcome, Failure>, began: Instant) -> RecordRequest {
    let mut row = RecordRequest {
        event: event::RENAME.to_owned(),
        outcome: outcome::OK.to_owned(),
        detail: Some(format!("{} to {}", rename.from, rename.to)),
        call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
        ..RecordRequest::default()
    };
    row.error = match done {
        Ok(done) if done.stopped => Some(format!(
            "interrupted: {} moved, {} at both places",
            done.moved, done.failures
        )),
        Ok(done) => done.failed.first().map(|one| one.error.clone()),
        Err(why) => Some(why.to_string()),
    };
    if row.error.is_some() {
        row.outcome = outcome::FAILED.to_owned();
    }
    row
}
