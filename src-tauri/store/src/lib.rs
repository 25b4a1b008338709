//! What stays on this computer.
//!
//! Invariants: no secret is written in the clear; every file of ours is readable by this user alone; a file that is
//! broken is set aside, never thrown away.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::panic))]

pub mod aws_files;
pub mod history;
pub mod home;
pub mod private;
pub mod settings;
pub mod vault;
