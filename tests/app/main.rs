//! The real app in WebKitGTK, each test on a desktop of its own. Needs `cargo build -p hat`, and the packages that
//! `make setup` installs.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod app;
mod browser;
mod desktop;
mod emulator;
mod notifier;
mod patience;
mod provider;
mod tray;
mod webdriver;
mod world;

mod access;
mod bucket_copies;
mod bucket_places;
mod bucket_stories;
mod bucket_versions;
mod canaries;
mod catalogs;
mod config;
mod console;
mod devices;
mod doctor;
mod drag;
mod endpoint;
mod identities;
mod journey;
mod keyring;
mod keys;
mod objects;
mod previews;
mod profiles;
mod reminders;
mod revoke;
mod saml;
mod screen;
mod sheet;
mod sign_in;
mod stage;
mod steps;
mod switch_back;
mod terminal;
mod tour;
mod transfers;
mod tray_menu;
mod windows;
