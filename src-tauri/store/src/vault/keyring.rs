//! The port to the system's keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.

use keyring::{Entry, Error};
use zeroize::Zeroizing;

use crate::home::Home;

/// Why the keyring gives no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyringTrouble {
    /// There is none, or none that works.
    Missing(String),
    /// It is there, and locked or refused by the person.
    Locked(String),
}

/// One entry of a keyring. Its calls block, some until a person has answered a dialog.
pub trait Keyring: Send + Sync {
    /// What the entry holds; `None` if there is no such entry.
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble>;
    /// Makes or replaces the entry.
    fn write(&self, bytes: &[u8]) -> Result<(), KeyringTrouble>;
    /// Removes the entry; nothing there is fine.
    fn erase(&self) -> Result<(), KeyringTrouble>;
}

/// The system's own keyring.
#[derive(Debug, Clone)]
pub struct OsKeyring {
    service: String,
}

impl OsKeyring {
    /// The entry of this home: two homes never share a key.
    pub fn of(home: &Home) -> Self {
        Self {
            service: format!("hatrack-{}", home.namespace()),
        }
    }

    fn entry(&self) -> Result<Entry, KeyringTrouble> {
        // Asked first: `Entry::new` says only that there is no store, this says why.
        Entry::store_status().as_ref().map_err(trouble)?;
        Entry::new(&self.service, "sealing-key").map_err(|why| trouble(&why))
    }
}

impl Keyring for OsKeyring {
    fn read(&self) -> Result<Option<Zeroizing<Vec<u8>>>, KeyringTrouble> {
        match self.entry()?.get_secret() {
            Ok(bytes) => Ok(Some(Zeroizing::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(why) => Err(trouble(&why)),
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), KeyringTrouble> {
        self.entry()?.set_secret(bytes).map_err(|why| trouble(&why))
    }

    fn erase(&self) -> Result<(), KeyringTrouble> {
        match self.entry()?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(why) => Err(trouble(&why)),
        }
    }
}

/// `Debug` of some of these errors holds the bytes that were read, so only the kinds known to be harmless are told.
fn trouble(why: &Error) -> KeyringTrouble {
    match why {
        Error::NoStorageAccess(said) => KeyringTrouble::Locked(format!(
            "the system's keyring is locked or refused access: {said}"
        )),
        Error::PlatformFailure(said) => {
            KeyringTrouble::Missing(format!("the system's keyring does not answer: {said}"))
        }
        Error::NoDefaultStore => KeyringTrouble::Missing("this system has no keyring".to_owned()),
        Error::NotSupportedByStore(said) => {
            KeyringTrouble::Missing(format!("the system's keyring cannot be used: {said}"))
        }
        Error::Invalid(what, said) => {
            KeyringTrouble::Missing(format!("the system's keyring cannot be used: {what} {said}"))
        }
        _ => KeyringTrouble::Missing(
            "the system's keyring holds something else under Hatrack's name".to_owned(),
        ),
    }
}
