//! Long-term access keys: taken in, taken out of their files, put back, rotated, and cut off at every step of that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod aws;
mod cut_off;
mod desk;
mod files;
mod give_up;
mod only_key;
mod rotation;
mod shared_key;
