//! Sign-ins that are Hatrack's alone: sealed in the vault instead of written where every tool reads them.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::vault::{Kept, Vault};

const PREFIX: &str = "sso-";

/// The vault as a place for sign-ins. Where it cannot seal, they live as long as this process.
#[derive(Clone)]
pub struct SealedSignIns(Arc<Inner>);

struct Inner {
    /// Open once it is known.
    vault: Arc<OnceLock<Vault>>,
    held: Mutex<HashMap<String, Zeroizing<Vec<u8>>>>,
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl SealedSignIns {
    /// In `vault`.
    pub fn new(vault: Arc<OnceLock<Vault>>) -> Self {
        Self(Arc::new(Inner {
            vault,
            held: Mutex::default(),
            turns: Mutex::default(),
        }))
    }

    /// The bytes of that name. Blocks shortly; call it on a thread that may.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        if let Some(held) = self.held().get(name) {
            return Ok(Some(held.clone()));
        }
        match self.0.vault.get() {
            Some(vault) => wait(vault.get(&sealed_name(name))),
            None => Ok(None),
        }
    }

    /// Replaces them. Blocks shortly.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let kept = match self.0.vault.get() {
            Some(vault) => wait(vault.put(&sealed_name(name), bytes))?,
            None => Kept::InMemoryOnly,
        };
        match kept {
            Kept::Sealed => self.held().remove(name),
            Kept::InMemoryOnly => self
                .held()
                .insert(name.to_owned(), Zeroizing::new(bytes.to_vec())),
        };
        Ok(())
    }

    /// Removes them; `false` where there were none. Blocks shortly.
    pub(super) fn remove(&self, name: &str) -> io::Result<bool> {
        let was_there = self.read(name)?.is_some();
        self.held().remove(name);
        if let Some(vault) = self.0.vault.get() {
            wait(vault.delete(&sealed_name(name)))?;
        }
        Ok(was_there)
    }

    /// One at a time changes what has this name. No other process does: the vault is the agent's.
    pub(super) async fn turn(&self, name: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(name.to_owned()).or_default().clone()
        };
        turn.lock_owned().await
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Zeroizing<Vec<u8>>>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for SealedSignIns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSignIns")
    }
}

impl PartialEq for SealedSignIns {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SealedSignIns {}

fn sealed_name(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// The cache's own calls block, on threads of the runtime that may.
fn wait<T>(of: impl Future<Output = Result<T, crate::vault::VaultFailure>>) -> io::Result<T> {
    Handle::current().block_on(of).map_err(io::Error::other)
}
