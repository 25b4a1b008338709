//! The agent: the one process that owns sessions, vault and history, and the socket by which the window and `hat`
//! reach it.
//!
//! Invariants: secrets leave this process only as hand-outs to a client of the same user; the agent's own
//! environment decides nothing about a request; the mailbox never waits for the network.

#[cfg(not(unix))]
compile_error!("the agent needs Unix sockets; a named pipe for Windows is not written yet");

pub mod catalogs;
pub mod choices;
pub mod client;
pub mod clocks;
pub mod devices;
pub mod discovery;
pub mod endpoint;
mod history_keeping;
pub mod identities;
pub mod keys;
pub mod machine;
pub mod places;
pub mod profiles;
pub mod protocol;
mod proxies;
pub mod revocations;
pub mod role_facts;
pub mod run;
pub mod saml;
pub mod server;
pub mod service;
pub mod sessions;
pub mod sign_in;
mod small_file;
pub mod teams;
