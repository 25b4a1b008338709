//! The agent through its public interfaces: requests, and the socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod catalog;
mod commands;
mod console_sign_in;
mod hand_outs;
mod http;
mod lifecycle;
mod outside;
mod reminders;
mod renewals;
mod resolve;
mod restarts;
mod single_flight;
mod socket;
mod socket_faults;
mod sign_ins;
mod stage;
mod stories;
mod web_identity;
mod world;
