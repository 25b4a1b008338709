//! `hat s3 rm`: deletes objects and versions, and brings back what delete markers hide.

mod told;

use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use hatrack_agent::protocol::RecordRequest;
use hatrack_aws::s3::S3Failure;
use hatrack_aws::s3::objects::{BrokenOff, Deletion, Reach, Stop, Which};
use hatrack_core::bucket::pattern::is_glob;
use hatrack_core::bucket::{KeyPattern, S3Location};
use hatrack_core::history::{event, outcome};
use hatrack_core::object_view::Versioning;

use super::access::{Access, Open};
use super::cp::Stopped;
use super::production::Meant;
use super::stoppable::stoppable;
use crate::command::Listing;
use crate::context::Context;
use crate::failure::Failure;
use crate::out;
use told::Outcome;

pub use told::Shown;

/// The arguments of `hat s3 rm`.
#[derive(Debug, Args)]
pub struct Rm {
    /// s3://BUCKET/KEY, s3://BUCKET/PREFIX/ with --recursive, or a pattern such as s3://BUCKET/logs/*.gz. Only * and ?
    /// make a pattern, and they take slashes too: logs/*.gz means logs/2026/a.gz as well
    place: String,
    /// Everything below the prefix
    #[arg(long, short, conflicts_with = "version_id")]
    recursive: bool,
    /// Every version and delete marker too, for good
    #[arg(long, conflicts_with_all = ["version_id", "undo"])]
    versions: bool,
    /// This version of one object, for good
    #[arg(long, value_name = "ID", conflicts_with = "undo")]
    version_id: Option<String>,
    /// Bring back what a delete marker hides, by removing the marker
    #[arg(long)]
    undo: bool,
    /// Take the key as it is written, with its * and ?
    #[arg(long)]
    literal: bool,
    /// Only list what would be deleted
    #[arg(long)]
    dry_run: bool,
    /// Pay for the requests, where the bucket's owner does not
    #[arg(long)]
    requester_pays: bool,
    #[command(flatten)]
    meant: Meant,
    #[command(flatten)]
    access: Access,
    #[command(flatten)]
    listing: Listing,
}

/// Which keys.
enum Keys {
    One,
    Below,
    Pattern(KeyPattern),
}

impl Rm {
    /// Deletes, or brings back.
    pub async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let place: S3Location = self.place.parse().map_err(Failure::usage)?;
        let keys = self.keys(&place)?;
        let open = self.access.open(context).await?;
        open.s3.pay_for(&place.bucket, self.requester_pays);
        if self.dry_run {
            return self.show(&open, &place, &keys).await;
        }
        self.meant.agreed(&open, &self.act())?;
        let began = Instant::now();
        let shown = Shown::new();
        let progress = |done| shown.at(done);
        let done = stoppable(async |stop| self.delete(&open, &place, &keys, &progress, &stop).await).await;
        shown.clear();
        let done = match done {
            Ok(done) => done,
            Err(left) => {
                let nothing_known = Stopped::Here(left);
                open.record(self.row(None, Some(&nothing_known), began)).await;
                return Err(nothing_known.into());
            }
        };
        let (done, why) = match done {
            Ok(done) if done.stopped => {
                let why = Failure::refused(format!(
                    "interrupted: {} are {}, and the same command goes on",
                    done.count,
                    self.word()
                ));
                (done, Some(Stopped::Here(why)))
            }
            Ok(done) => (done, None),
            Err(BrokenOff { done, why }) => (*done, Some(Stopped::S3(why))),
        };
        open.record(self.row(Some(&done), why.as_ref(), began)).await;
        if let Some(why) = why {
            self.tell_half(&done, &why)?;
            return Err(why.into());
        }
        let versioning = match self.listing.json || self.undo {
            true => None,
            false => open
                .s3
                .deletion(&place.bucket)
                .await
                .ok()
                .map(|view| view.versioning),
        };
        self.tell(&done, versioning)
    }

    fn keys(&self, place: &S3Location) -> Result<Keys, Failure> {
        if !self.literal && self.version_id.is_none() && is_glob(&place.key) {
            if self.recursive {
                return Err(Failure::usage(format!(
                    "{place} is a pattern, which takes what lies deeper too; leave out --recursive, or add --literal to \
                     take its * and ? as they are written"
                )));
            }
            return KeyPattern::whole(&place.key)
                .map(Keys::Pattern)
                .map_err(Failure::usage);
        }
        match self.recursive {
            true => Ok(Keys::Below),
            false if place.key.is_empty() => Err(Failure::usage(format!(
                "{place} names no object; add its key, or --recursive for all of them"
            ))),
            false => Ok(Keys::One),
        }
    }

    /// For the question in production.
    fn act(&self) -> String {
        match (self.undo, self.versions || self.version_id.is_some()) {
            (true, _) => format!("bring back {}", self.place),
            (false, true) => format!("delete versions of {} for good", self.place),
            (false, false) => format!("delete {}", self.place),
        }
    }

    async fn show(&self, open: &Open, place: &S3Location, keys: &Keys) -> Result<ExitCode, Failure> {
        let found: Vec<Which> = self.found(open, place, keys).await?;
        if self.listing.json {
            out::json(&told::listed(&found))?;
        } else {
            out::print(&told::lines(&place.bucket, &found))?;
            out::note(&format!("{} would be {}", found.len(), self.word()));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The one object that is meant as it stands, or one version of it.
    fn only(&self, place: &S3Location, keys: &Keys) -> Option<Which> {
        let only = matches!(keys, Keys::One) && self.reach() == Reach::Current;
        only.then(|| Which {
            version_id: self.version_id.clone(),
            ..Which::object(&place.key)
        })
    }

    fn reach(&self) -> Reach {
        match (self.undo, self.versions) {
            (true, _) => Reach::Markers,
            (false, true) => Reach::AllVersions,
            (false, false) => Reach::Current,
        }
    }

    async fn found(&self, open: &Open, place: &S3Location, keys: &Keys) -> Result<Vec<Which>, S3Failure> {
        if let Some(only) = self.only(place, keys) {
            return Ok(vec![only]);
        }
        let takes = |key: &str| keys.takes(place, key);
        open.s3.list_chosen(&keys.top(place), self.reach(), &takes).await
    }

    async fn delete(
        &self,
        open: &Open,
        place: &S3Location,
        keys: &Keys,
        progress: &(dyn Fn(u64) + Send + Sync),
        stop: &Stop,
    ) -> Result<Deletion, BrokenOff> {
        if let Some(only) = self.only(place, keys) {
            return open.s3.delete(&place.bucket, &[only]).await;
        }
        let takes = |key: &str| keys.takes(place, key);
        let top = keys.top(place);
        open.s3
            .delete_chosen(&top, self.reach(), &takes, progress, stop)
            .await
    }

    fn word(&self) -> &'static str {
        match self.undo {
            true => "brought back",
            false => "deleted",
        }
    }

    /// The history's line: how many, whatever ended it.
    fn row(&self, done: Option<&Deletion>, why: Option<&Stopped>, began: Instant) -> RecordRequest {
        let kind = match self.undo {
            true => event::UNDELETE,
            false => event::DELETE,
        };
        let count = done.map(|done| format!(", {} {}", done.count, self.word()));
        let mut row = RecordRequest {
            event: kind.to_owned(),
            outcome: outcome::OK.to_owned(),
            detail: Some(format!("{}{}", self.place, count.unwrap_or_default())),
            call_ms: u32::try_from(began.elapsed().as_millis()).ok(),
            ..RecordRequest::default()
        };
        match (why, done) {
            (Some(why), _) => why.tell(&mut row),
            (None, Some(done)) => {
                if let Some(first) = done.failed.first() {
                    told::failed(&mut row, done, &first.why);
                }
            }
            (None, None) => {}
        }
        row
    }

    /// Of one that did not come to its end: what is done, and what S3 refused of single ones.
    fn tell_half(&self, done: &Deletion, why: &Stopped) -> Result<(), Failure> {
        if self.listing.json {
            return out::json(&Outcome::of(done, self.undo));
        }
        for one in &done.failed {
            out::note(&format!("{}: {}", one.which.key, one.why));
        }
        if done.failures > 0 {
            out::note(&format!("{} were refused", done.failures));
        }
        if done.count == 0 {
            return Ok(());
        }
        if matches!(why, Stopped::S3(_)) {
            out::note(&format!("{} were {} before that", done.count, self.word()));
        }
        if done.undo().is_some() {
            self.tell_undo();
        }
        Ok(())
    }

    fn tell_undo(&self) {
        out::note(&format!(
            "delete markers hide them; `hat s3 rm --undo{}{} {}` brings them back",
            if self.recursive { " --recursive" } else { "" },
            if self.literal { " --literal" } else { "" },
            self.place
        ));
    }

    fn tell(&self, done: &Deletion, versioning: Option<Versioning>) -> Result<ExitCode, Failure> {
        if self.listing.json {
            out::json(&Outcome::of(done, self.undo))?;
        } else {
            for one in &done.failed {
                out::note(&format!("{}: {}", one.which.key, one.why));
            }
            out::note(&format!("{} {}", done.count, self.word()));
            if done.undo().is_some() && versioning == Some(Versioning::Enabled) {
                self.tell_undo();
            }
        }
        match (done.failures, done.failed.first()) {
            (0, _) => Ok(ExitCode::SUCCESS),
            (1, Some(only)) if done.count == 0 => Err(Failure::refused(&only.why)),
            (some, _) => Err(Failure::refused(format!(
                "{some} of {} were not {}",
                some + done.count,
                self.word()
            ))),
        }
    }
}

impl Keys {
    /// What is listed to find them.
    fn top(&self, place: &S3Location) -> S3Location {
        match self {
            Self::One => place.clone(),
            Self::Below => super::cp::as_prefix(place.clone()),
            Self::Pattern(pattern) => S3Location {
                bucket: place.bucket.clone(),
                key: pattern.prefix().to_owned(),
            },
        }
    }

    fn takes(&self, place: &S3Location, key: &str) -> bool {
        match self {
            Self::One => key == place.key,
            Self::Below => true,
            Self::Pattern(pattern) => pattern.takes(key),
        }
    }
}
