//! Buckets: how people name a place in one, and how a key becomes a file on this computer.

pub mod batch;
mod distinct;
mod file_name;
mod location;
mod name;
pub mod pattern;
pub mod spreadsheet;
pub mod sync;
pub mod transfer;

pub use distinct::Distinct;
pub use file_name::{FileRules, LocalPath, Skipped, local_path, numbered};
pub use location::{NotAnS3Location, S3Location};
pub use name::{BucketName, NotABucketName};
pub use pattern::{KeyPattern, NotAKeyPattern};
