//! The broker, through its public interface, with ports that the tests hold.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod calls;
mod chains;
mod commands;
mod denials;
mod endpoints;
mod flights;
mod orders;
mod serving;
mod shared_codes;
mod world;
