//! Codes from a YubiKey, by `ykman` where it is installed.
//!
//! It runs in the client and not in the agent: who waits at the window or the command is who touches the key, and the
//! agent has no display to ask for that.

use std::process::Stdio;
use std::time::Duration;

use hatrack_core::sts_limits::TokenCode;
use tokio::process::Command;
use zeroize::Zeroizing;

/// How long the key is waited for: its own light blinks about half of this.
const PATIENCE: Duration = Duration::from_secs(30);

/// The code that the key has for an OATH account, or why there is none, for people. What `ykman` itself says, that the
/// key is to be touched and what went wrong, goes to `messages`.
pub async fn yubikey_code(account: &str, messages: Stdio) -> Result<TokenCode, String> {
    let mut command = Command::new("ykman");
    command
        .args(["oath", "accounts", "code", "--single", account])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(messages)
        .kill_on_drop(true);
    let running = tokio::time::timeout(PATIENCE, command.output());
    let output = match running.await {
        Ok(Ok(output)) => output,
        Ok(Err(why)) => return Err(format!("ykman could not be started: {why}")),
        Err(_) => return Err("the YubiKey was not touched within 30 s".to_owned()),
    };
    let shown = Zeroizing::new(output.stdout);
    if !output.status.success() {
        return Err("ykman gave no code; plug the key in, and compare `ykman oath accounts list`".to_owned());
    }
    let text = std::str::from_utf8(&shown).unwrap_or_default();
    let not_one = |_| "what ykman printed is no code of six digits".to_owned();
    text.trim().parse().map_err(not_one)
}

/// An OATH account's name goes to `ykman` as it is: it must not look like one of its options.
pub fn is_yubikey_account(name: &str) -> bool {
    !(name.is_empty() || name.starts_with('-') || name.chars().any(char::is_control))
}
