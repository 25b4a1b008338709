//! The sandbox as the real AWS SDK for Rust sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod administration;
mod browser;
mod clients;
mod console;
mod files;
mod iam_reads;
mod metadata;
mod organizations;
mod role_policies;
mod s3_buckets;
mod s3_copies;
mod s3_faults;
mod s3_integrity;
mod s3_listing;
mod s3_places;
mod s3_reading;
mod s3_settings;
mod s3_versions;
mod s3_writing;
mod sso;
mod sso_device;
mod sso_pages;
mod sso_portal;
mod sso_tokens;
mod stories;
mod sts_assume_role;
mod sts_federation;
mod sts_mfa;
mod sts_saml;
mod sts_sessions;
mod sts_web_identity;
