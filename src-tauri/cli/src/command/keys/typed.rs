//! A key that the person types or pipes in. Never from the command line, which other programs see.

use std::io::{self, IsTerminal, Read};

use hatrack_agent::protocol::AddKey;
use hatrack_core::secret::Secret;
use hatrack_core::shared_config::inert;
use zeroize::Zeroizing;

use crate::code::Terminal;
use crate::failure::Failure;

/// A longer input is no key.
const LONGEST: u64 = 4096;

/// The key's ID and secret.
pub(super) fn read_key(profile: String, check: bool) -> Result<AddKey, Failure> {
    let none = || {
        Failure::needs_input(
            "no key was given; type it, or give its ID and its secret on two lines of standard input",
        )
    };
    let key = |access_key_id: &str, secret: &str| AddKey {
        profile: profile.clone(),
        access_key_id: access_key_id.to_owned(),
        secret: Secret::new(secret),
        check,
    };
    if io::stdin().is_terminal() {
        let mut terminal = Terminal::open().ok_or_else(none)?;
        let id = terminal
            .ask(&format!("Access key ID of {}:", inert(&profile)))
            .ok_or_else(none)?;
        let secret = terminal
            .ask_hidden("Secret access key (it is not shown):")
            .ok_or_else(none)?;
        return Ok(key(id.trim(), secret.trim()));
    }
    let mut text = Zeroizing::new(String::with_capacity(LONGEST as usize));
    let mut input = io::stdin().lock().take(LONGEST);
    input.read_to_string(&mut text).map_err(|_| none())?;
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    match (lines.next(), lines.next(), lines.next()) {
        (Some(id), Some(secret), None) => Ok(key(id, secret)),
        _ => Err(none()),
    }
}
