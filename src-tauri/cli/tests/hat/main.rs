//! The real `hat` against the sandbox: each test has a sandbox, a home and an agent of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod stage;

mod agent;
mod canaries;
mod command_consent;
mod completions;
mod config;
mod console;
mod credential_process;
mod discover;
mod doctor;
mod doctor_matrix;
mod env;
mod exec;
mod history;
mod keeping;
mod keys;
mod login;
mod man;
mod mfa;
mod network;
mod open_terminal;
mod policy;
mod policy_decisions;
mod profile;
mod prompt;
mod revoke;
mod roles;
mod s3;
mod s3_copies;
mod s3_faults;
mod s3_objects;
mod s3_sync;
mod saml;
mod sandbox;
mod secrets;
mod serve;
mod server;
mod sessions;
mod stories;
mod switch;
mod team;
mod terminal;
mod usage;
