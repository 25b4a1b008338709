//! Where secrets rest: blobs sealed by one key, which the system's keyring holds.
//!
//! Invariants: no secret is ever written in the clear; without a keyring nothing is written at all; a blob opens only
//! under its own name; a blob that does not open is set aside and stops nothing; only the agent opens a vault. A
//! person's access key may have no other copy: its blob is never set aside, and while there is one no second sealing key
//! is made.

pub mod devices;
mod keyring;
pub mod keys;
pub mod proxies;
mod seal;
pub mod sessions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;
use zeroize::Zeroizing;

pub use self::keyring::{Keyring, KeyringTrouble, OsKeyring};
use self::seal::SealingKey;
use crate::home::Home;
use crate::private::{self, NotPrivate};

/// How long a keyring may take to answer before the vault counts as locked: some wait for a person at a dialog.
const PATIENCE: Duration = Duration::from_secs(20);
const EXTENSION: &str = "sealed";

/// Whether secrets outlive the agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultStatus {
    /// The key is at hand: what is put is sealed on disk.
    Sealed,
    /// There is no keyring: sessions live in memory, and end with the agent. To be said once.
    MemoryOnly {
        /// What is missing, for people.
        why: String,
    },
    /// The keyring is there and gives no key now. [`Vault::try_again`] asks it once more.
    Locked {
        /// What it said, for people.
        why: String,
    },
}

/// Where a secret is after `put`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// Sealed, on disk.
    Sealed,
    /// Nowhere but in the caller's memory.
    InMemoryOnly,
}

/// A sealed blob could not be written, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum VaultFailure {
    /// The name has characters that a file name should not have.
    #[error("\"{0}\" cannot name a sealed blob; letters, digits, - and _ can")]
    Name(String),
    /// The folder is somebody else's.
    #[error(transparent)]
    Folder(#[from] NotPrivate),
    /// The disk refused.
    #[error("the vault's file {} could not be {doing}: {why}; check the free space and the permissions", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// `written`, `read`, `removed`.
        doing: &'static str,
        /// What the system said.
        why: io::Error,
    },
    /// It does not open, and is not to be lost.
    #[error(
        "{} does not open: another key sealed it, or a newer Hatrack wrote it, so it was left as it is; put the keyring's \
         entry back, or move that file away if its access key is known elsewhere", path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
    },
    /// The system gives no random numbers.
    #[error("nothing could be sealed: the system gives no random numbers ({0})")]
    Random(String),
}

enum State {
    Open(SealingKey),
    MemoryOnly(String),
    Locked(String),
}

/// The sealed blobs of one home.
#[derive(Clone)]
pub struct Vault {
    folder: PathBuf,
    keyring: Arc<dyn Keyring>,
    patience: Duration,
    state: Arc<Mutex<State>>,
    asking: Arc<tokio::sync::Mutex<Option<Asking>>>,
}

/// A question that the keyring has not answered yet. There is never a second one beside it: a person sees one
/// dialog, and two answers could each make a key.
type Asking = JoinHandle<Result<SealingKey, KeyringTrouble>>;

impl Vault {
    /// The vault of this home, its key from the system's keyring. Never fails: without a key it is `MemoryOnly` or
    /// `Locked`.
    pub async fn open(home: &Home) -> Self {
        Self::with_keyring(home.vault(), Arc::new(OsKeyring::of(home)), PATIENCE).await
    }

    /// The vault in `folder`, its key from `keyring`, which has `patience` to answer.
    pub async fn with_keyring(folder: PathBuf, keyring: Arc<dyn Keyring>, patience: Duration) -> Self {
        let vault = Self {
            folder,
            keyring,
            patience,
            state: Arc::new(Mutex::new(State::Locked("not asked yet".to_owned()))),
            asking: Arc::default(),
        };
        vault.try_again().await;
        vault
    }

    /// Whether secrets outlive the agent.
    pub fn status(&self) -> VaultStatus {
        match &*self.state() {
            State::Open(_) => VaultStatus::Sealed,
            State::MemoryOnly(why) => VaultStatus::MemoryOnly { why: why.clone() },
            State::Locked(why) => VaultStatus::Locked { why: why.clone() },
        }
    }

    /// Asks a locked keyring once more, or waits on for the answer that is still out; what is in memory can then be
    /// put.
    pub async fn try_again(&self) -> VaultStatus {
        let mut asking = self.asking.lock().await;
        if !matches!(*self.state(), State::Locked(_)) {
            return self.status();
        }
        let asked = asking.get_or_insert_with(|| {
            let (keyring, folder) = (Arc::clone(&self.keyring), self.folder.clone());
            tokio::task::spawn_blocking(move || key_of(&*keyring, &folder))
        });
        let answer = tokio::time::timeout(self.patience, asked).await;
        if answer.is_ok() {
            *asking = None;
        }
        let state = match answer {
            Ok(Ok(Ok(key))) => State::Open(key),
            Ok(Ok(Err(KeyringTrouble::Missing(why)))) => State::MemoryOnly(why),
            Ok(Ok(Err(KeyringTrouble::Locked(why)))) => State::Locked(why),
            Ok(Err(_)) => State::MemoryOnly("the keyring's client failed".to_owned()),
            Err(_) => {
                State::Locked("the keyring did not answer; it may be waiting to be unlocked".to_owned())
            }
        };
        *self.state() = state;
        self.status()
    }

    /// Seals `secret` under `name`, replacing what was there. Without a key nothing is written.
    pub async fn put(&self, name: &str, secret: &[u8]) -> Result<Kept, VaultFailure> {
        let path = self.path(name)?;
        let sealed = match &*self.state() {
            State::Open(key) => key.seal(name, secret).map_err(VaultFailure::Random)?,
            State::MemoryOnly(_) | State::Locked(_) => return Ok(Kept::InMemoryOnly),
        };
        let folder = self.folder.clone();
        self.blocking(path, "written", move |path| {
            private::folder(&folder).map_err(io::Error::other)?;
            private::replace(path, &sealed)
        })
        .await?;
        Ok(Kept::Sealed)
    }

    /// Opens what was sealed under `name`. `None` where there is nothing, no key, or a blob that does not open: that
    /// one is set aside.
    pub async fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultFailure> {
        match self.look(name).await {
            Err(VaultFailure::Unreadable { .. }) => self.set_aside(name).await.map(|()| None),
            other => other,
        }
    }

    /// As [`Self::get`], and a blob that does not open is left where it is.
    ///
    /// # Errors
    /// [`VaultFailure::Unreadable`] for such a one.
    pub async fn look(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultFailure> {
        let path = self.path(name)?;
        if !matches!(*self.state(), State::Open(_)) {
            return Ok(None);
        }
        let read = |path: &PathBuf| match fs::read(path) {
            Ok(sealed) => Ok(Some(sealed)),
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
        };
        let Some(sealed) = self.blocking(path.clone(), "read", read).await? else {
            return Ok(None);
        };
        match &*self.state() {
            State::Open(key) => match key.open(name, &sealed) {
                Some(opened) => Ok(Some(opened)),
                None => Err(VaultFailure::Unreadable { path }),
            },
            State::MemoryOnly(_) | State::Locked(_) => Ok(None),
        }
    }

    /// Moves a blob that cannot be used out of the way.
    pub async fn set_aside(&self, name: &str) -> Result<(), VaultFailure> {
        tracing::warn!(name, "a sealed blob does not open and has been set aside");
        let path = self.path(name)?;
        self.blocking(path, "written", |path| {
            private::set_aside(path, "unreadable").map(|_| ())
        })
        .await
    }

    /// The names of all blobs, in order. What is in the folder besides is passed over.
    pub async fn list(&self) -> Result<Vec<String>, VaultFailure> {
        let list = |folder: &PathBuf| names_in(folder);
        self.blocking(self.folder.clone(), "read", list).await
    }

    /// Removes what was sealed under `name`; nothing there is fine. Needs no key.
    pub async fn delete(&self, name: &str) -> Result<(), VaultFailure> {
        let folder = self.folder.clone();
        self.blocking(self.path(name)?, "removed", move |path| {
            match fs::remove_file(path) {
                Ok(()) => private::sync_folder(&folder),
                Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(why) => Err(why),
            }
        })
        .await
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: &str) -> Result<PathBuf, VaultFailure> {
        if !is_name(name) {
            return Err(VaultFailure::Name(name.to_owned()));
        }
        Ok(self.folder.join(format!("{name}.{EXTENSION}")))
    }

    async fn blocking<T: Send + 'static>(
        &self,
        path: PathBuf,
        doing: &'static str,
        work: impl FnOnce(&PathBuf) -> io::Result<T> + Send + 'static,
    ) -> Result<T, VaultFailure> {
        let failed = {
            let path = path.clone();
            move |why| VaultFailure::Disk { path, doing, why }
        };
        match tokio::task::spawn_blocking(move || work(&path)).await {
            Ok(done) => done.map_err(failed),
            Err(stopped) => Err(failed(io::Error::other(stopped))),
        }
    }
}

/// Whether a blob can have this name. A copy that another program made beside ours has another kind of name.
fn is_name(text: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=128).contains(&text.len()) && text.chars().all(legal)
}

/// The names of the blobs in a folder, in order.
fn names_in(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(why) => return Err(why),
    };
    let mut names = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == EXTENSION)
            && let Some(name) = path.file_stem().and_then(|n| n.to_str())
            && is_name(name)
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The key that the keyring holds; a new one where it holds none and no access key is sealed by the one that is gone.
fn key_of(keyring: &dyn Keyring, folder: &Path) -> Result<SealingKey, KeyringTrouble> {
    if let Some(bytes) = keyring.read()? {
        return SealingKey::of(&bytes).ok_or_else(|| {
            KeyringTrouble::Missing(
                "the keyring's entry for Hatrack is not a key; remove that entry".to_owned(),
            )
        });
    }
    let unreadable = |why| KeyringTrouble::Locked(format!("{} could not be read: {why}", folder.display()));
    if names_in(folder)
        .map_err(unreadable)?
        .iter()
        .any(|name| keys::is_key(name))
    {
        return Err(KeyringTrouble::Locked(format!(
            "the keyring's entry of Hatrack is gone, and access keys in {0} are sealed by it; put that entry back, or move \
             the files {0}/{1}*.{EXTENSION} away",
            folder.display(),
            keys::PREFIX
        )));
    }
    let key = SealingKey::random()
        .map_err(|why| KeyringTrouble::Missing(format!("the system gives no random numbers ({why})")))?;
    keyring.write(key.bytes())?;
    Ok(key)
}

#[cfg(test)]
mod tests;
