//! The agent through its public interfaces: requests, and the socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod catalog;
mod hand_outs;
mod lifecycle;
mod outside;
mod reminders;
mod renewals;
mod restarts;
mod single_flight;
mod socket;
mod socket_faults;
mod stories;
mod world;
