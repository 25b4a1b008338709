//! STS, S3, Identity Center and machine credentials against servers that behave, and servers that do not.

#![allow(clippy::unwrap_used, clippy::panic)]

mod anywhere;
mod buckets;
mod captive;
mod clock;
mod console;
mod copy;
mod device_code;
mod download;
mod download_faults;
mod faults;
mod folders;
mod iam_reads;
mod machine;
mod network;
mod partitions;
mod portal;
mod role_credentials;
mod saml;
mod sandbox_sign_in;
mod server;
mod sign_in;
mod silence;
mod sts;
mod team_file;
mod transfer;
mod upload;
mod web_identity;
mod world;
