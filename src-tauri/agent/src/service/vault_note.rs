//! That there is no keyring, told to a person at a terminal.

use std::sync::atomic::{AtomicBool, Ordering};

use hatrack_core::caller::{CallerContext, Client};
use hatrack_store::vault::{Vault, VaultStatus};

use super::Service;

/// Whether it was told.
#[derive(Debug, Default)]
pub struct VaultNote(AtomicBool);

impl Service {
    /// What the lack of a keyring costs, once in an agent's life. The window reads it from the agent's status.
    pub(super) fn vault_note(&self, caller: &CallerContext) -> Option<String> {
        let Some(VaultStatus::MemoryOnly { why }) = self.vault.get().map(Vault::status) else {
            return None;
        };
        let first = caller.client == Client::Hat && !self.vault_note.0.swap(true, Ordering::Relaxed);
        first.then(|| format!("sessions live in memory only, and go when the agent ends: {why}"))
    }
}
