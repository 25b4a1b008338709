//! `hat s3 cp`: objects to files, files to objects, and from one role's bucket to another's.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_core::bucket::S3Location;
use hatrack_core::history::{event, outcome};

use super::access::{Access, Open};
use super::outcome::Outcome;
use super::{across, download, upload};
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// The arguments of `hat s3 cp`.
#[derive(Debug, Args)]
pub struct Cp {
    /// s3://BUCKET/KEY, or a file
    from: String,
    /// A file (replaced if it is there), a folder, - for standard output, or s3://BUCKET/KEY
    to: String,
    /// Everything below a prefix or a folder
    #[arg(long, short)]
    recursive: bool,
    /// The role that writes, where both are buckets; the same role where left out
    #[arg(long, value_name = "ROLE")]
    to_role: Option<String>,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// Which way.
#[derive(Debug)]
enum Copy {
    Down { from: S3Location, to: download::Target },
    Up { from: PathBuf, to: S3Location },
    Across { from: S3Location, to: S3Location },
    DownAll { from: S3Location, to: PathBuf },
    UpAll { from: PathBuf, to: S3Location },
    AcrossAll { from: S3Location, to: S3Location },
}

impl Cp {
    /// Copies.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let copy = Copy::between(&self.from, &self.to, self.recursive)?;
        if self.to_role.is_some() && !copy.is_across() {
            return Err(Failure::usage("--to-role is for copies from bucket to bucket"));
        }
        if self.listing.json && self.to == "-" {
            return Err(Failure::usage(
                "--json and the object cannot both go to standard output",
            ));
        }
        let open = self.access.open(context).await?;
        let other = match &self.to_role {
            Some(role) => Some(self.access.open_as(context, Some(role)).await?),
            None => None,
        };
        let target = other.as_ref().unwrap_or(&open);
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
        let began = Instant::now();
        let done = copy.run(context, &open, target, &mut interrupted).await;
        target.record(copy.row(&done, began)).await;
        let done = done?;
        let done = Outcome {
            from: self.from,
            to: if done.to.is_empty() { copy.to() } else { done.to },
            ..done
        };
        if self.listing.json {
            out::json(&done)?;
        } else {
            done.tell();
        }
        match done.failures {
            0 => Ok(ExitCode::SUCCESS),
            some => Err(Failure::refused(format!(
                "{some} of {} were not copied",
                some + done.files
            ))),
        }
    }
}

/// A prefix means what is below it, as a folder does.
fn as_prefix(place: S3Location) -> S3Location {
    let key = match place.key.is_empty() || place.key.ends_with('/') {
        true => place.key,
        false => place.key + "/",
    };
    S3Location { key, ..place }
}

impl Copy {
    fn between(from: &str, to: &str, recursive: bool) -> Result<Self, Failure> {
        match (in_s3(from)?, in_s3(to)?) {
            (None, None) => Err(Failure::usage(
                "one of the two has to be an object; write it as s3://bucket/key",
            )),
            (from_s3, to_s3) if recursive => Self::all_between((from, from_s3), (to, to_s3)),
            (Some(from), _) if from.key.is_empty() => Err(Failure::usage(format!(
                "{from} names no object; add its key, or --recursive"
            ))),
            (Some(from), None) => Ok(Self::Down {
                to: download::Target::of(to, &from.key)?,
                from,
            }),
            (None, Some(to)) => {
                let from = PathBuf::from(from);
                let to = upload::with_key(to, &from)?;
                Ok(Self::Up { from, to })
            }
            (Some(from), Some(to)) => {
                let to = across::with_key(&from, to)?;
                Ok(Self::Across { from, to })
            }
        }
    }

    fn all_between(
        (from, from_s3): (&str, Option<S3Location>),
        (to, to_s3): (&str, Option<S3Location>),
    ) -> Result<Self, Failure> {
        match (from_s3.map(as_prefix), to_s3.map(as_prefix)) {
            (Some(from), Some(to)) => {
                let inside = from.bucket == to.bucket && to.key.starts_with(&from.key);
                if inside {
                    return Err(Failure::usage(format!(
                        "{to} lies in {from}, which would grow as it is copied"
                    )));
                }
                Ok(Self::AcrossAll { from, to })
            }
            (Some(from), None) if to != "-" && !Path::new(to).is_file() => Ok(Self::DownAll {
                from,
                to: PathBuf::from(to),
            }),
            (Some(_), None) => Err(Failure::usage(format!("{to} is no folder; name one"))),
            (None, Some(to)) if Path::new(from).is_dir() => Ok(Self::UpAll {
                from: PathBuf::from(from),
                to,
            }),
            (None, _) => Err(Failure::usage(format!(
                "{from} is no folder; leave out --recursive"
            ))),
        }
    }

    fn is_across(&self) -> bool {
        matches!(self, Self::Across { .. } | Self::AcrossAll { .. })
    }

    /// Where it goes, where the copy itself does not know better.
    fn to(&self) -> String {
        match self {
            Self::Down { .. } => "-".to_owned(),
            Self::DownAll { to, .. } => to.display().to_string(),
            Self::Up { to, .. } | Self::UpAll { to, .. } => to.to_string(),
            Self::Across { to, .. } | Self::AcrossAll { to, .. } => to.to_string(),
        }
    }

    async fn run(
        &self,
        context: &Context,
        open: &Open,
        target: &Open,
        interrupted: &mut Interruption,
    ) -> Result<Outcome, Stopped> {
        match self {
            Self::Down { from, to } => to.fetch(open, from, interrupted).await,
            Self::DownAll { from, to } => download::all(open, from, to, interrupted).await,
            Self::Up { from, to } => upload::one(context, open, from, to, interrupted).await,
            Self::UpAll { from, to } => upload::all(context, open, from, to, interrupted).await,
            Self::Across { from, to } => across::one(open, target, from, to, interrupted).await,
            Self::AcrossAll { from, to } => across::all(open, target, from, to, interrupted).await,
        }
    }

    fn row(&self, done: &Result<Outcome, Stopped>, began: Instant) -> RecordRequest {
        let (event, detail) = match self {
            Self::Down { from, .. } | Self::DownAll { from, .. } => (event::DOWNLOAD, from.to_string()),
            Self::Up { to, .. } | Self::UpAll { to, .. } => (event::UPLOAD, to.to_string()),
            Self::Across { from, to } | Self::AcrossAll { from, to } => {
                (event::UPLOAD, format!("{from} to {to}"))
            }
        };
        let mut row = RecordRequest {
            event: event.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(detail),
            call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
            ..RecordRequest::default()
        };
        match done {
            Err(stopped) => stopped.tell(&mut row),
            Ok(done) if done.failures > 0 => {
                row.outcome = outcome::FAILED.to_owned();
                row.error = Some(format!(
                    "{} of {} were not copied",
                    done.failures,
                    done.failures + done.files
                ));
            }
            Ok(_) => {}
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
