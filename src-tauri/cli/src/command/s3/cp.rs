//! `hat s3 cp`: objects to files, files to objects, and from one role's bucket to another's.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_core::bucket::S3Location;
use hatrack_core::bucket::transfer::{Only, split_glob};
use hatrack_core::history::{event, outcome};

use super::access::{Access, Open};
use super::options::Options;
use super::outcome::Outcome;
use super::overwrite::{self, Would};
pub use super::stopped::Stopped;
use super::{across, download, upload};
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::out;

/// The arguments of `hat s3 cp`.
#[derive(Debug, Args)]
pub struct Cp {
    /// s3://BUCKET/KEY, a pattern such as s3://BUCKET/logs/*.gz, or a file
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
    options: Options,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// Which way.
#[derive(Debug)]
enum Copy {
    Down {
        from: S3Location,
        to: download::Target,
    },
    Up {
        from: PathBuf,
        to: S3Location,
    },
    Across {
        from: S3Location,
        to: S3Location,
    },
    DownAll {
        from: S3Location,
        to: PathBuf,
        only: Only,
    },
    UpAll {
        from: PathBuf,
        to: S3Location,
        only: Only,
    },
    AcrossAll {
        from: S3Location,
        to: S3Location,
        only: Only,
    },
}

impl Cp {
    /// Copies.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let (options, only) = (&self.options, self.options.only()?);
        let copy = Copy::between(&self.from, &self.to, self.recursive, options.literal, only)?;
        options.check(copy.is_many(), copy.written().is_some())?;
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
        if options.dry_run {
            overwrite::tell(&copy.would(&open, options).await?, self.listing.json)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(to) = copy.written() {
            overwrite::agreed(options, target, to, copy.is_many()).await?;
        }
        let mut interrupted = Interruption::listen()
            .map_err(|why| Failure::refused(format!("signals cannot be caught: {why}; try again")))?;
        let began = Instant::now();
        let done = copy.run(context, &open, target, options, &mut interrupted).await;
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
pub fn as_prefix(place: S3Location) -> S3Location {
    let key = match place.key.is_empty() || place.key.ends_with('/') {
        true => place.key,
        false => place.key + "/",
    };
    S3Location { key, ..place }
}

impl Copy {
    fn between(from: &str, to: &str, recursive: bool, literal: bool, only: Only) -> Result<Self, Failure> {
        let (from_s3, to_s3) = (in_s3(from)?, in_s3(to)?);
        if let Some(place) = from_s3.as_ref().filter(|_| !literal)
            && let Some((prefix, glob)) = split_glob(&place.key)
        {
            let folder = S3Location {
                bucket: place.bucket.clone(),
                key: prefix.to_owned(),
            };
            let only = only.and_glob(glob).map_err(Failure::usage)?;
            return Self::all_between((from, Some(folder)), (to, to_s3), only);
        }
        match (from_s3, to_s3) {
            (None, None) => Err(Failure::usage(
                "one of the two has to be an object; write it as s3://bucket/key",
            )),
            (from_s3, to_s3) if recursive => {
                Self::all_between((from, from_s3.map(as_prefix)), (to, to_s3), only)
            }
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
        only: Only,
    ) -> Result<Self, Failure> {
        match (from_s3, to_s3.map(as_prefix)) {
            (Some(from), Some(to)) => {
                let same = from.bucket == to.bucket;
                if same && to.key.starts_with(&from.key) {
                    return Err(Failure::usage(format!(
                        "{to} lies in {from}, which would grow as it is copied"
                    )));
                }
                if same && from.key.starts_with(&to.key) {
                    return Err(Failure::usage(format!(
                        "{from} lies in {to} and could be written to as it is copied; copy it to a place beside it first"
                    )));
                }
                Ok(Self::AcrossAll { from, to, only })
            }
            (Some(from), None) if to != "-" && !Path::new(to).is_file() => Ok(Self::DownAll {
                from,
                to: PathBuf::from(to),
                only,
            }),
            (Some(_), None) => Err(Failure::usage(format!("{to} is no folder; name one"))),
            (None, Some(to)) if Path::new(from).is_dir() => Ok(Self::UpAll {
                from: PathBuf::from(from),
                to,
                only,
            }),
            (None, _) => Err(Failure::usage(format!(
                "{from} is no folder; leave out --recursive"
            ))),
        }
    }

    fn is_across(&self) -> bool {
        matches!(self, Self::Across { .. } | Self::AcrossAll { .. })
    }

    fn is_many(&self) -> bool {
        matches!(
            self,
            Self::DownAll { .. } | Self::UpAll { .. } | Self::AcrossAll { .. }
        )
    }

    /// What of S3 is written.
    fn written(&self) -> Option<&S3Location> {
        match self {
            Self::Down { .. } | Self::DownAll { .. } => None,
            Self::Up { to, .. } | Self::UpAll { to, .. } => Some(to),
            Self::Across { to, .. } | Self::AcrossAll { to, .. } => Some(to),
        }
    }

    /// What would be copied.
    async fn would(&self, open: &Open, options: &Options) -> Result<Vec<Would>, Failure> {
        let one = |from: String| {
            vec![Would {
                from,
                to: self.to(),
                size: None,
            }]
        };
        Ok(match self {
            Self::Down { from, .. } | Self::Across { from, .. } => one(from.to_string()),
            Self::Up { from, .. } => one(from.display().to_string()),
            Self::DownAll { from, to, only } => {
                overwrite::below(open, from, only, |name| to.join(name).display().to_string()).await?
            }
            Self::AcrossAll { from, to, only } => {
                overwrite::below(open, from, only, |name| format!("{to}{name}")).await?
            }
            Self::UpAll { from, to, only } => upload::would(open, from, to, only, options).await?,
        })
    }

    /// Where it goes, where the copy itself does not know better.
    fn to(&self) -> String {
        match self {
            Self::Down { to, .. } => to.to_string(),
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
        options: &Options,
        interrupted: &mut Interruption,
    ) -> Result<Outcome, Stopped> {
        let sides = across::Sides {
            source: open,
            target,
            options,
            journals: upload::journals(context),
        };
        match self {
            Self::Down { from, to } => {
                to.may_be_written(options)?;
                to.fetch(open, from, options, interrupted).await
            }
            Self::DownAll { from, to, only } => download::all(open, from, to, only, interrupted).await,
            Self::Up { from, to } => upload::one(open, from, to, options, sides.journals, interrupted).await,
            Self::UpAll { from, to, only } => {
                let job = upload::folder(open, from, to, only, options, sides.journals)?;
                upload::all(&job, interrupted).await
            }
            Self::Across { from, to } => sides.one(from, to, interrupted).await,
            Self::AcrossAll { from, to, only } => sides.all(from, to, only, interrupted).await,
        }
    }

    fn row(&self, done: &Result<Outcome, Stopped>, began: Instant) -> RecordRequest {
        let (event, detail) = match self {
            Self::Down { from, .. } | Self::DownAll { from, .. } => (event::DOWNLOAD, from.to_string()),
            Self::Up { to, .. } | Self::UpAll { to, .. } => (event::UPLOAD, to.to_string()),
            Self::Across { from, to } | Self::AcrossAll { from, to, .. } => {
                (event::COPY, format!("{from} to {to}"))
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
pub fn in_s3(text: &str) -> Result<Option<S3Location>, Failure> {
    let meant = text
        .get(..5)
        .is_some_and(|head| head.eq_ignore_ascii_case("s3://"))
        || text.starts_with("arn:");
    meant.then(|| text.parse()).transpose().map_err(Failure::usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_not_copied_into_itself_nor_over_itself() {
        for (from, to) in [
            ("s3://example-bucket/a/", "s3://example-bucket/a/b/"),
            ("s3://example-bucket/a/b/", "s3://example-bucket/a/"),
            ("s3://example-bucket/a", "s3://example-bucket"),
        ] {
            assert!(
                Copy::between(from, to, true, false, Only::default()).is_err(),
                "{from} {to}"
            );
        }
        for (from, to) in [
            ("s3://example-bucket/a/", "s3://example-bucket/ab/"),
            ("s3://example-bucket/a/", "s3://other-bucket/a/b/"),
        ] {
            assert!(
                Copy::between(from, to, true, false, Only::default()).is_ok(),
                "{from} {to}"
            );
        }
    }
}
