//! The agent through its public interfaces: requests, and the socket.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access_keys;
mod anywhere;
mod catalog;
mod commands;
mod console;
mod console_sign_in;
mod daily_discovery;
mod directory;
mod discovery;
mod endpoint;
mod endpoint_life;
mod hand_outs;
mod http;
mod keeping;
mod kept_sign_ins;
mod kinds;
mod lifecycle;
mod mfa_devices;
mod network;
mod outside;
mod places;
mod profiles;
mod proxies;
mod reminders;
mod renewals;
mod resolve;
mod restarts;
mod revoke;
mod role_facts;
mod saml;
mod saml_limits;
mod saml_story;
mod shared_codes;
mod sign_ins;
mod single_flight;
mod socket;
mod socket_faults;
mod stage;
mod stories;
mod switch_back;
mod teams;
mod uses;
mod web_identity;
mod world;
