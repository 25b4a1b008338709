//! The desktop app: window, tray, reminders and clipboard. A client of the agent; it decides nothing.
//!
//! Invariants: no secret crosses to the page but a code that the person asks to see; the page sends MFA codes, the secret
//! of an MFA device where one is added, and pasted SAML responses; the window is one per home; the environment is read
//! once, at start.

pub mod acts;
pub mod chosen_files;
pub mod clipboard;
pub mod commands;
pub mod desk;
pub mod environment;
pub mod follow;
pub mod front;
pub mod instance;
pub mod last_import;
pub mod link;
mod log;
mod measure;
pub mod object_acts;
pub mod preview;
pub mod quit;
pub mod reminders;
mod reveal;
pub mod s3_access;
pub mod saml_sign_in;
pub mod saml_window;
pub mod sandbox;
mod shell;
pub mod sign_in_pages;
pub mod start;
pub mod syncs;
mod terminal;
pub mod transfers;
pub mod tray;
pub mod walks;
pub mod window;
pub mod wire;
pub mod yubikey_runs;

pub use shell::run;
