//! Users' long-term access keys: those in the vault, those in the shared files, and how they are renewed.
//!
//! Invariants: a secret is in the vault, sealed, or in the person's own file and in the copy of it that is made before a
//! key is taken out, and nowhere else; a file is changed only because the person asked for it, and no other line of it;
//! whatever fails in a rotation, a key that works is stored.

mod failure;
mod files;
mod own_program;
mod places;
mod rotate;

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hatrack_core::access_key::{AccessKeys, Stage, VaultKey};
use hatrack_core::caller::CallerContext;
use hatrack_core::expiry::Clock;
use hatrack_core::secret::Credentials;
use hatrack_core::shared_config::{FileKind, inert, is_identifier};
use hatrack_core::sts::{AwsFailure, CallerIdentity, Reach, Sts};
use hatrack_store::rotations::Rotations;
use hatrack_store::vault::keys::{self, LongTerm, StoredKey};
use hatrack_store::vault::{Kept, Vault, VaultStatus};
use jiff::Timestamp;

pub use self::failure::KeyFailure;
pub use self::files::FileKey;
pub use self::own_program::this_hat;
pub use self::rotate::{Reaches, Rotated};
use crate::catalogs::Catalogs;
use crate::devices::Pause;
use crate::sessions::VaultSlot;

const OPENING: &str = "it is being opened";

/// What the keys work with.
pub struct Wiring {
    /// Where they rest.
    pub vault: VaultSlot,
    /// The callers' files.
    pub catalogs: Arc<Catalogs>,
    /// Says whose a key is.
    pub sts: Arc<dyn Sts>,
    /// Makes and removes them.
    pub iam: Arc<dyn AccessKeys>,
    /// What was begun.
    pub rotations: Rotations,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Waits until AWS knows a new key.
    pub pause: Pause,
    /// The program that the files' lines name.
    pub hat: PathBuf,
}

/// The keys of this home.
pub struct Keys {
    wiring: Wiring,
    /// Those in the vault.
    known: Mutex<BTreeMap<String, Known>>,
    /// The rotations that run now.
    running: Mutex<HashMap<String, Stage>>,
}

/// A key of the vault, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As the catalog has it.
    pub key: VaultKey,
    /// Its user's ARN, where AWS has told.
    pub user_arn: Option<String>,
}

impl From<&StoredKey> for Known {
    fn from(stored: &StoredKey) -> Self {
        Self {
            key: VaultKey {
                access_key_id: stored.key.id.clone(),
                account: stored.account,
                of_file: stored.of_file.is_some(),
            },
            user_arn: stored.user_arn.clone(),
        }
    }
}

impl Keys {
    /// In the vault of `wiring`, once that is open.
    pub fn new(wiring: Wiring) -> Self {
        Self {
            wiring,
            known: Mutex::default(),
            running: Mutex::default(),
        }
    }

    /// Looks which there are. To be called when the vault has been opened.
    pub async fn learn(&self) {
        let Some(vault) = self.wiring.vault.get() else {
            return;
        };
        match keys::all(vault).await {
            Ok(all) => {
                let known = all.iter().map(|key| (key.profile.clone(), Known::from(key)));
                *self.lock_known() = known.collect();
                self.tell_catalogs();
            }
            Err(why) => tracing::warn!(%why, "the access keys in the vault could not be read"),
        }
    }

    /// The keys in the vault, by profile.
    pub fn known(&self) -> BTreeMap<String, Known> {
        self.lock_known().clone()
    }

    /// How far the rotation of this profile's key is, if one runs.
    pub fn stage(&self, profile: &str) -> Option<Stage> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(profile).copied()
    }

    /// Whether a rotation of this profile's key was begun and is not finished.
    pub fn is_unfinished(&self, profile: &str) -> bool {
        !matches!(self.wiring.rotations.get(profile), Ok(None))
    }

    /// The profile's key in the vault.
    pub async fn credentials(&self, profile: &str) -> Result<Credentials, KeyFailure> {
        let stored = self.stored(profile).await?;
        let stored = stored.ok_or_else(|| KeyFailure::NotInVault(profile.to_owned()))?;
        Ok(stored.key.credentials())
    }

    /// Puts a key into the vault that came from no file. `who` is whose it is, where that was asked.
    pub async fn add(
        &self,
        profile: &str,
        key: LongTerm,
        who: Option<&CallerIdentity>,
        caller: &CallerContext,
    ) -> Result<(), KeyFailure> {
        if profile.is_empty() || !is_identifier(profile) {
            return Err(KeyFailure::BadName(profile.to_owned()));
        }
        let loaded = self.wiring.catalogs.of(caller);
        if let Some(section) = loaded.shared.profile(profile)
            && section.properties.keys().any(|key| files::is_start(key))
        {
            return Err(KeyFailure::HasCredentials(profile.to_owned()));
        }
        self.keep(profile, key, None, who).await
    }

    /// Takes the profile's key from the files into the vault; the files stay as they are.
    pub async fn import(
        &self,
        profile: &str,
        who: Option<&CallerIdentity>,
        caller: &CallerContext,
    ) -> Result<FileKey, KeyFailure> {
        let found = self.importable(profile, caller)?;
        self.keep(profile, found.key.clone(), Some(found.kind), who)
            .await?;
        Ok(found)
    }

    async fn keep(
        &self,
        profile: &str,
        key: LongTerm,
        of_file: Option<FileKind>,
        who: Option<&CallerIdentity>,
    ) -> Result<(), KeyFailure> {
        if let Some(there) = self.stored(profile).await? {
            if there.key.id != key.id {
                return Err(KeyFailure::AnotherKey(profile.to_owned()));
            }
            if there.next.is_some() || there.before.is_some() {
                return Err(KeyFailure::Unfinished(profile.to_owned()));
            }
        }
        self.put(&StoredKey {
            profile: profile.to_owned(),
            key,
            next: None,
            before: None,
            of_file,
            account: who.map(|who| who.account),
            user_arn: who.map(|who| who.arn.clone()),
            added_at: self.now(),
        })
        .await
    }

    /// Forgets the profile's key. Where no file holds it, it is then gone from this computer.
    pub async fn forget(&self, profile: &str) -> Result<(), KeyFailure> {
        if self.stored(profile).await?.is_none() {
            return Err(KeyFailure::NotInVault(profile.to_owned()));
        }
        if self.is_unfinished(profile) {
            return Err(KeyFailure::Unfinished(profile.to_owned()));
        }
        keys::forget(self.vault()?, profile).await?;
        self.lock_known().remove(profile);
        self.tell_catalogs();
        Ok(())
    }

    /// Whose key this is, by GetCallerIdentity, which needs no permission.
    pub async fn whose(&self, key: &LongTerm, sts: &Reach) -> Result<CallerIdentity, KeyFailure> {
        let who = self.wiring.sts.get_caller_identity(sts, &key.credentials()).await;
        who.map_err(|why| match &why {
            AwsFailure::Refused(refusal) if rotate::is_not_known_yet(&refusal.code) => {
                KeyFailure::DoesNotWork(Box::new(why))
            }
            _ => KeyFailure::NotAsked(Box::new(why)),
        })
    }

    /// What the keys ask AWS with.
    pub fn iam(&self) -> &Arc<dyn AccessKeys> {
        &self.wiring.iam
    }

    /// The profile's key in the vault. One that is there and cannot be had now is a failure: it counts.
    async fn stored(&self, profile: &str) -> Result<Option<StoredKey>, KeyFailure> {
        let Some(vault) = self.wiring.vault.get() else {
            return Err(KeyFailure::Locked {
                why: OPENING.to_owned(),
            });
        };
        match keys::get(vault, profile).await? {
            None if keys::is_there(vault, profile).await? => Err(KeyFailure::Locked {
                why: match vault.status() {
                    VaultStatus::MemoryOnly { why } | VaultStatus::Locked { why } => why,
                    VaultStatus::Sealed => OPENING.to_owned(),
                },
            }),
            stored => Ok(stored),
        }
    }

    /// Fails where nobody can tell what is in the vault: a key in both places would be taken for one of a file.
    fn vault_answers(&self) -> Result<(), KeyFailure> {
        match self.wiring.vault.get().map(Vault::status) {
            Some(VaultStatus::Sealed | VaultStatus::MemoryOnly { .. }) => Ok(()),
            Some(VaultStatus::Locked { why }) => Err(KeyFailure::Locked { why }),
            None => Err(KeyFailure::Locked {
                why: OPENING.to_owned(),
            }),
        }
    }

    /// Seals a key; it is on disk when this returns.
    async fn put(&self, key: &StoredKey) -> Result<(), KeyFailure> {
        match keys::put(self.vault()?, key).await? {
            Kept::Sealed => {
                self.lock_known().insert(key.profile.clone(), Known::from(key));
                self.tell_catalogs();
                Ok(())
            }
            Kept::InMemoryOnly => Err(KeyFailure::NoVault),
        }
    }

    fn vault(&self) -> Result<&Vault, KeyFailure> {
        self.wiring.vault.get().ok_or(KeyFailure::NoVault)
    }

    fn now(&self) -> Timestamp {
        self.wiring.clock.now().wall
    }

    fn tell_catalogs(&self) {
        let known = self.known();
        let keys = known.into_iter().map(|(profile, known)| (profile, known.key));
        self.wiring.catalogs.set_vault_keys(keys.collect());
    }

    fn lock_known(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A profile's name as a message repeats it.
fn shown(profile: &str) -> String {
    inert(profile)
}
