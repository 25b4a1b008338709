//! What is read from trust policies and from one's own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod discovery;
mod kinds;
