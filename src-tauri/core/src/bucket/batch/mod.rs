//! S3 Batch Operations: copies that outgrow one machine, handed to AWS as a list of objects and a job.
//!
//! Source: Amazon S3 User Guide, "Performing object operations in bulk with Batch Operations".

mod job;
mod manifest;
mod reach;

pub use job::{JobState, JobStatus, UnknownJob};
pub use manifest::{Fields, row};
pub use reach::{NotByBatch, suits, target_prefix};

/// Whole keys that start so are those of manifests and reports: a sync leaves them alone.
pub const FOLDER: &str = "hatrack-batch/";
