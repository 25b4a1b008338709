//! STS, S3 and machine credentials against servers that behave, and servers that do not.

mod buckets;
mod download;
mod machine;
mod network;
mod server;
mod sts;
mod upload;
mod world;
