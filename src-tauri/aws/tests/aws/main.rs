//! STS, S3 and machine credentials against servers that behave, and servers that do not.

#![allow(clippy::unwrap_used, clippy::panic)]

mod buckets;
mod download;
mod download_faults;
mod machine;
mod network;
mod server;
mod sts;
mod upload;
mod world;
