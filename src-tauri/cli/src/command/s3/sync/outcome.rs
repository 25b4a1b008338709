//! What came of a sync, for scripts and for people.

use std::collections::BTreeMap;
use std::sync::Arc;

use hatrack_aws::s3::sync::{Plan, SyncReport};
use hatrack_core::bucket::sync::{Count, Kind};
use serde::ser::{Error, SerializeSeq};
use serde::{Serialize, Serializer};

use super::super::outcome::NotThere;
use super::show;
use crate::failure::Failure;
use crate::out;

/// With stable field names.
#[derive(Debug, Serialize)]
pub struct Told {
    /// As it was given.
    pub from: String,
    /// As it was given.
    pub to: String,
    /// Whether nothing was to be done.
    pub dry_run: bool,
    /// How many of each kind.
    pub plan: BTreeMap<&'static str, Count>,
    /// How many that are replaced are newer than what replaces them.
    pub over_newer: u64,
    /// Every step but those of what is the same.
    #[serde(serialize_with = "steps")]
    pub steps: Arc<Plan>,
    /// What was done; null where nothing was.
    pub done: Option<Done>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct Done {
    /// Files or objects copied.
    pub copied: u64,
    /// Their bytes.
    pub bytes: u64,
    /// What only the target had.
    pub deleted: u64,
    /// Why nothing was deleted, though it was asked for.
    pub kept: Option<String>,
    /// Copies that went through this computer.
    pub streamed: u64,
    /// Why, for the first of them.
    pub why: Option<String>,
    /// What could not be taken along.
    pub notes: Vec<String>,
    /// What failed: the first of them.
    pub failed: Vec<NotThere>,
    /// How many failed.
    pub failures: u64,
    /// The job of S3 Batch Operations that copied.
    pub job: Option<String>,
}

impl Told {
    /// Of a plan.
    pub fn of(from: &str, to: &str, dry_run: bool, plan: &Arc<Plan>) -> Self {
        Self {
            from: from.to_owned(),
            to: to.to_owned(),
            dry_run,
            plan: Kind::ALL
                .into_iter()
                .map(|kind| (kind.as_str(), plan.tally().of(kind)))
                .collect(),
            over_newer: plan.tally().over_newer(),
            steps: Arc::clone(plan),
            done: None,
        }
    }

    /// And of what came of it.
    pub fn with(self, report: SyncReport, job: Option<String>) -> Self {
        let more = (report.noted > 1).then(|| format!("so with {} objects in all", report.noted));
        let failed = report.troubles.into_iter().map(|trouble| NotThere {
            name: trouble.name,
            error: trouble.why,
        });
        Self {
            done: Some(Done {
                copied: report.copied,
                bytes: report.bytes,
                deleted: report.deleted,
                kept: report.kept,
                streamed: report.streamed,
                why: report.why_streamed,
                notes: report.note.into_iter().chain(more).collect(),
                failed: failed.collect(),
                failures: report.troubled,
                job,
            }),
            ..self
        }
    }

    /// Says it to a person.
    pub fn tell(&self) -> Result<(), Failure> {
        let Some(done) = &self.done else {
            return Ok(());
        };
        if let Some(why) = &done.why {
            out::note(&format!(
                "{} went through this computer, because S3 could not copy by itself: {why}",
                done.streamed
            ));
        }
        if let Some(job) = &done.job {
            out::note(&format!("S3 Batch Operations copied by its job {job}"));
        }
        done.notes.iter().for_each(|note| out::note(note));
        for one in &done.failed {
            out::note(&format!("{}: {}", one.name.escape_debug(), one.error));
        }
        if let Some(kept) = &done.kept {
            out::note(kept);
        }
        out::print(&format!(
            "\n{}\n",
            show::did(done.copied, done.bytes, done.deleted)
        ))
    }
}

fn steps<S: Serializer>(plan: &Arc<Plan>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(None)?;
    for step in plan.steps() {
        list.serialize_element(&step.map_err(S::Error::custom)?)?;
    }
    list.end()
}
