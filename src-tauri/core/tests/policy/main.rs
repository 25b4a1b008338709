//! The evaluator against witnesses of its own kind.

#![allow(clippy::unwrap_used, clippy::panic)]

mod cases;
mod second;
