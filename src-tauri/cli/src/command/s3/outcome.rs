//! What came of a copy, for scripts and for people.

use hatrack_aws::s3::copy::{Copied, Way};
use hatrack_aws::s3::download::{Downloaded, Integrity};
use hatrack_aws::s3::transfer::FolderReport;
use hatrack_aws::s3::upload::Uploaded;
use serde::Serialize;

use crate::out;

/// With stable field names. What does not apply is null or empty.
#[derive(Debug, Default, Serialize)]
pub struct Outcome {
    /// As it was given.
    pub from: String,
    /// Where it is now.
    pub to: String,
    /// Files or objects that are there.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The entity tag of a single object.
    pub etag: Option<String>,
    /// Its version ID.
    pub version_id: Option<String>,
    /// `verified`, `verified_by_parts`, `composite_unchecked`, `no_checksum`.
    pub integrity: Option<&'static str>,
    /// The checksum that was compared.
    pub checksum: Option<&'static str>,
    /// Bytes that were there from an earlier run.
    pub resumed_bytes: u64,
    /// `server_side`, `streamed` or `both`, between two buckets.
    pub way: Option<&'static str>,
    /// Why not by S3 itself.
    pub why: Option<String>,
    /// What could not be taken along.
    pub notes: Vec<String>,
    /// What is not there: the first of them.
    pub failed: Vec<NotThere>,
    /// How many are not there.
    pub failures: u64,
}

/// One file or object that is not there.
#[derive(Debug, Serialize)]
pub struct NotThere {
    /// Its key or path.
    pub name: String,
    /// What happened and what to do.
    pub error: String,
}

impl Outcome {
    /// Of one object that came down.
    pub fn down(done: Downloaded) -> Self {
        let (integrity, checksum) = told(done.integrity);
        Self {
            files: 1,
            bytes: done.bytes,
            etag: done.etag,
            version_id: done.version_id,
            integrity: Some(integrity),
            checksum,
            resumed_bytes: done.resumed,
            ..Self::default()
        }
    }

    /// Of one file that went up. S3 has compared it.
    pub fn up(done: Uploaded) -> Self {
        Self {
            files: 1,
            bytes: done.bytes,
            etag: done.etag,
            version_id: done.version_id,
            integrity: Some("verified"),
            checksum: Some("CRC64NVME"),
            resumed_bytes: done.resumed,
            ..Self::default()
        }
    }

    /// Of one object that went across.
    pub fn across(done: Copied) -> Self {
        let streamed = matches!(done.way, Way::Streamed { .. });
        let (integrity, checksum) = told(done.integrity);
        Self {
            files: 1,
            bytes: done.bytes,
            etag: done.etag,
            version_id: done.version_id,
            integrity: streamed.then_some(integrity),
            checksum,
            way: Some(if streamed { "streamed" } else { "server_side" }),
            why: match done.way {
                Way::Streamed { why } => Some(why),
                Way::ServerSide => None,
            },
            notes: done.notes,
            ..Self::default()
        }
    }

    /// Of a folder; `across` says whether it is between two buckets.
    pub fn folder(done: FolderReport, across: bool) -> Self {
        let way = match done.streamed {
            0 => "server_side",
            all if all == done.files => "streamed",
            _ => "both",
        };
        let more = (done.noted > 1).then(|| format!("so with {} objects in all", done.noted));
        let failed = done.troubles.into_iter().map(|trouble| NotThere {
            name: trouble.name,
            error: trouble.why,
        });
        Self {
            files: done.files,
            bytes: done.bytes,
            way: across.then_some(way),
            why: done.why_streamed,
            notes: done.note.into_iter().chain(more).collect(),
            failed: failed.collect(),
            failures: done.troubled,
            ..Self::default()
        }
    }

    /// Says on standard error what a person should know.
    pub fn tell(&self) {
        if let (Some("streamed" | "both"), Some(why)) = (self.way, &self.why) {
            out::note(&format!(
                "copied through this computer, because S3 could not by itself: {why}"
            ));
        }
        match self.integrity {
            Some("composite_unchecked") => {
                out::note(
                    "its checksum is made of parts that S3 did not tell; only the transport was checked",
                );
            }
            Some("no_checksum") => {
                out::note(
                    "it has no checksum that its bytes could be compared with; only the transport was checked",
                );
            }
            _ => {}
        }
        self.notes.iter().for_each(|note| out::note(note));
        for one in &self.failed {
            out::note(&format!("{}: {}", one.name.escape_debug(), one.error));
        }
    }
}

fn told(integrity: Integrity) -> (&'static str, Option<&'static str>) {
    match integrity {
        Integrity::Verified(name) => ("verified", Some(name)),
        Integrity::VerifiedByParts(name) => ("verified_by_parts", Some(name)),
        Integrity::CompositeUnchecked => ("composite_unchecked", None),
        Integrity::NotOffered => ("no_checksum", None),
    }
}
