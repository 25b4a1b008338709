//! The sandbox as the real AWS SDK for Rust sees it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod clients;
mod files;
mod security_token_service;
mod simple_storage_service;
mod stories;
