//! Opening a link that is a secret in a browser, and in the part of it that the person chose.
//!
//! A browser takes an address as a word of its command line, which other users of the computer can read. So it is
//! given the address of a page on this computer that leads on, once and to nobody else; see [`handover`]. A file would
//! stay behind where the browser is slow, and browsers in a sandbox of their own (Snap, Flatpak) cannot read ours.

mod find;
mod handover;
mod launch;

use std::io;
use std::time::Duration;

use hatrack_core::console::BrowserPart;
use hatrack_core::secret::Secret;

pub(super) use find::find_in;
pub use find::{Browser, Family};
use handover::Handover;

/// A browser that has to start first takes its time.
const PATIENCE: Duration = Duration::from_secs(60);

/// The link did not reach a browser.
#[derive(Debug, thiserror::Error)]
pub enum NotOpened {
    /// There is no such browser here.
    #[error(
        "the browser \"{0}\" was not found; install it, or choose another in the settings or with --browser"
    )]
    NoBrowser(String),
    /// The desktop's own browser is none that is known to have parts.
    #[error(
        "accounts can be kept apart in Firefox and in Chromium, Chrome, Edge, Brave and Vivaldi; choose one of these in \
         the settings or with --browser"
    )]
    NoParts,
    /// It could not be started.
    #[error("the browser could not be started: {0}; copy the link instead, or print it with --print")]
    NotStarted(io::Error),
    /// It did not come for the link.
    #[error(
        "the browser did not fetch the page within a minute{hint}; copy the link instead, or print it with --print"
    )]
    NotFetched {
        /// What may be missing.
        hint: &'static str,
    },
}

/// Opens `link` in the browser that `part` names, and returns once that has fetched it.
pub async fn open_secret(link: &Secret, part: &BrowserPart) -> Result<(), NotOpened> {
    let way = launch::Way::of(part)?;
    let handover = Handover::open(link.clone())
        .await
        .map_err(NotOpened::NotStarted)?;
    way.start(handover.address()).map_err(NotOpened::NotStarted)?;
    match tokio::time::timeout(PATIENCE, handover.fetched()).await {
        Ok(fetched) => fetched.map_err(NotOpened::NotStarted),
        Err(_) => Err(NotOpened::NotFetched { hint: way.hint() }),
    }
}
