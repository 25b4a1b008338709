//! What stays on this computer.
//!
//! Invariants: no secret is written in the clear, except into the AWS CLI's own cache ([`sso_cache`]) and, where the
//! person asks for it, into the shared files ([`shared_file`]); every file of ours is readable by this user alone; a file
//! of ours that is broken is set aside, never thrown away.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod aws_files;
pub mod exchange;
pub mod history;
pub mod home;
mod in_the_clear;
pub mod kept;
pub mod listings;
pub mod login_cache;
pub mod new_file;
pub mod private;
pub mod rotations;
pub mod saml;
pub mod settings;
pub mod shared_file;
pub mod sso_cache;
pub mod teams;
pub mod transfer_plans;
pub mod transfers;
pub mod vault;
pub mod written_profiles;
