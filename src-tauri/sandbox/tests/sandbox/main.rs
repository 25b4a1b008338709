//! The sandbox as the real AWS SDK for Rust sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod clients;
mod files;
mod s3_buckets;
mod s3_listing;
mod s3_reading;
mod s3_writing;
mod stories;
mod sts_assume_role;
mod sts_mfa;
mod sts_sessions;
