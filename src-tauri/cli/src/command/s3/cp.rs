//! `hat s3 cp`: one object to a file, or a file to an object.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};

use super::access::{Access, Open};
use super::meter::Meter;
use super::{download, upload};
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;

/// The arguments of `hat s3 cp`.
#[derive(Debug, Args)]
pub struct Cp {
    /// s3://BUCKET/KEY, or a file
    from: String,
    /// A file (replaced if it is there), a folder, - for standard output, or s3://BUCKET/KEY
    to: String,
    #[command(flatten)]
    access: Access,
}

/// Which way.
#[derive(Debug)]
enum Copy {
    Down { from: S3Location, to: download::Target },
    Up { from: PathBuf, to: S3Location },
}

impl Cp {
    /// Copies.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let copy = Copy::between(&self.from, &self.to)?;
        let open = self.access.open(context).await?;
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
        let began = Instant::now();
        let done = tokio::select! {
            done = copy.run(&open) => done,
            // What was dropped half-way leaves nothing behind, here or in S3.
            () = interrupted.come() => {
                open.s3.settled().await;
                Err(Failure::refused("the copy was interrupted; nothing of it was kept").into())
            }
        };
        open.record(copy.row(&done, began)).await;
        done?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Copy {
    fn between(from: &str, to: &str) -> Result<Self, Failure> {
        match (in_s3(from)?, in_s3(to)?) {
            (Some(from), None) if from.key.is_empty() => {
                Err(Failure::usage(format!("{from} names no object; add its key")))
            }
            (Some(from), None) => Ok(Self::Down {
                to: download::Target::of(to, &from.key)?,
                from,
            }),
            (None, Some(to)) => {
                let from = PathBuf::from(from);
                let to = upload::with_key(to, &from)?;
                Ok(Self::Up { from, to })
            }
            (Some(_), Some(_)) => Err(Failure::usage(
                "one of the two has to be a file; copy to a file first",
            )),
            (None, None) => Err(Failure::usage(
                "one of the two has to be an object; write it as s3://bucket/key",
            )),
        }
    }

    async fn run(&self, open: &Open) -> Result<(), Stopped> {
        let meter = Meter::new();
        match self {
            Self::Down { from, to } => to.fetch(&open.s3, from, &meter).await,
            Self::Up { from, to } => upload::send(&open.s3, from, to, &meter).await,
        }
    }

    fn row(&self, done: &Result<(), Stopped>, began: Instant) -> RecordRequest {
        let (event, detail) = match self {
            Self::Down { from, .. } => (event::DOWNLOAD, from.to_string()),
            Self::Up { to, .. } => (event::UPLOAD, to.to_string()),
        };
        let mut row = RecordRequest {
            event: event.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(detail),
            call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
            ..RecordRequest::default()
        };
        if let Err(stopped) = done {
            stopped.tell(&mut row);
        }
        row
    }
}

/// `None` for a path of this computer.
fn in_s3(text: &str) -> Result<Option<S3Location>, Failure> {
    let meant = text
        .get(..5)
        .is_some_and(|head| head.eq_ignore_ascii_case("s3://"))
        || text.starts_with("arn:");
    meant.then(|| text.parse()).transpose().map_err(Failure::usage)
}

/// Why a copy did not come about.
#[derive(Debug)]
pub enum Stopped {
    /// By S3, or on the way to it.
    S3(S3Failure),
    /// On this side.
    Here(Failure),
}

impl From<S3Failure> for Stopped {
    fn from(failure: S3Failure) -> Self {
        Self::S3(failure)
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Here(failure)
    }
}

impl From<Stopped> for Failure {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::S3(failure) => failure.into(),
            Stopped::Here(failure) => failure,
        }
    }
}

impl Stopped {
    fn tell(&self, row: &mut RecordRequest) {
        row.outcome = outcome::FAILED.to_owned();
        match self {
            Self::S3(S3Failure::Denied(denial)) => {
                row.outcome = outcome::DENIED.to_owned();
                row.error = Some(format!("{}: {}", denial.code, denial.message));
                row.request_id = denial.request_id.clone();
            }
            Self::S3(other) => row.error = Some(other.to_string()),
            Self::Here(failure) => row.error = Some(failure.to_string()),
        }
    }
}
