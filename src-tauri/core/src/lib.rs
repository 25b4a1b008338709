//! The rules of Hatrack.
//!
//! Invariants: no network, no disk, no clock of its own, no environment, no window, no AWS SDK. Whatever comes
//! from outside comes through a port (a trait beside the noun that needs it), so that tests drive it.

pub mod access_key;
pub mod account;
pub mod arn;
pub mod broker;
pub mod bucket;
pub mod bucket_view;
pub mod caller;
pub mod catalog;
pub mod choice;
pub mod console;
pub mod discover;
pub mod discovery_view;
pub mod doctor;
pub mod endpoint_view;
pub mod expiry;
pub mod export;
pub mod history;
pub mod history_keep;
pub mod history_sums;
pub mod history_text;
pub mod history_view;
pub mod iam;
pub mod identity_center;
pub mod in_use;
pub mod listing_view;
pub mod object_view;
pub mod organization;
pub mod policy;
pub mod portal_view;
pub mod revoke;
pub mod role_kind;
pub mod route;
pub mod saml;
pub mod secret;
pub mod session;
pub mod shared_config;
pub mod shell_setup;
pub mod sts;
pub mod sts_limits;
pub mod sync_view;
pub mod terminal;
pub mod transfer_view;
pub mod view;
pub mod written_profile;
