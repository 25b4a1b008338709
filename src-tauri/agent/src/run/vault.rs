//! The vault at the agent's start: opened beside serving, and what it kept taken back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hatrack_store::vault::{Keyring, Vault, VaultStatus};

use crate::devices::Devices;
use crate::keys::Keys;
use crate::protocol::Topic;
use crate::sessions::{Mailbox, VaultSlot, read_all};

/// How long the agent waits for a keyring before it serves without: one that asks a person may take its time.
const KEYRING_PATIENCE: Duration = Duration::from_secs(3);

/// How long it is then waited for beside serving, before it counts as locked.
const DIALOG_PATIENCE: Duration = Duration::from_secs(60);

/// Opens the vault and hands its sessions to the keeper; waits for it only so long. A keyring that is unlocked later
/// is used from then on.
pub(super) async fn open_vault(folder: PathBuf, keyring: Arc<dyn Keyring>, slot: VaultSlot, kept: Kept) {
    let opened = tokio::spawn(async move {
        let vault = Vault::with_keyring(folder, keyring, DIALOG_PATIENCE).await;
        let status = vault.status();
        let vault = slot.get_or_init(|| vault);
        match status {
            VaultStatus::Sealed => kept.restore(vault).await,
            VaultStatus::MemoryOnly { why } => {
                tracing::warn!(%why, "there is no keyring: sessions live in memory only");
                // None comes back: keys that an agent before this one left in the shared files go now.
                kept.mailbox.restore(Vec::new());
            }
            VaultStatus::Locked { why } => {
                tracing::warn!(%why, "the keyring is locked: sessions live in memory until it is unlocked");
                tokio::spawn(wait_for_key(vault.clone(), kept));
            }
        }
    });
    // The task goes on by itself.
    let _ = tokio::time::timeout(KEYRING_PATIENCE, opened).await;
}

/// Who takes back what the vault kept.
pub(super) struct Kept {
    pub(super) devices: Arc<Devices>,
    pub(super) keys: Arc<Keys>,
    pub(super) mailbox: Mailbox,
}

impl Kept {
    async fn restore(&self, vault: &Vault) {
        // First the devices: whether a session renews itself may depend on them.
        self.devices.learn().await;
        self.keys.learn().await;
        self.mailbox.changed(&[Topic::Catalog, Topic::Settings]);
        match read_all(vault).await {
            Ok(sessions) => self.mailbox.restore(sessions),
            Err(why) => tracing::warn!(%why, "the sessions of before could not be read"),
        }
    }
}

/// Asks a locked keyring again now and then.
async fn wait_for_key(vault: Vault, kept: Kept) {
    const PAUSE: Duration = Duration::from_secs(30);
    loop {
        tokio::time::sleep(PAUSE).await;
        match vault.try_again().await {
            VaultStatus::Locked { .. } => {}
            VaultStatus::MemoryOnly { .. } => return,
            VaultStatus::Sealed => {
                kept.restore(&vault).await;
                kept.mailbox.vault_opened();
                return;
            }
        }
    }
}
