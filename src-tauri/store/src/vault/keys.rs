//! Users' long-term access keys that the person has left with Hatrack.

use hatrack_core::account::AccountId;
use hatrack_core::secret::{Credentials, Secret};
use hatrack_core::shared_config::FileKind;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Kept, Vault, VaultFailure};
use crate::in_the_clear::InTheClear;

/// What the names of the blobs start with.
pub(super) const PREFIX: &str = "key-";

/// A profile's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredKey {
    /// The profile.
    pub profile: String,
    /// The key that is used.
    pub key: LongTerm,
    /// During a rotation, the key that is to take its place.
    pub next: Option<LongTerm>,
    /// During a rotation, the key whose place it took, until that is retired.
    pub before: Option<LongTerm>,
    /// Which of the shared files it came from; `None` for one that was typed.
    pub of_file: Option<FileKind>,
    /// Its account, where AWS has told.
    pub account: Option<AccountId>,
    /// Its user's ARN, where AWS has told.
    pub user_arn: Option<String>,
    /// When it was put here.
    pub added_at: Timestamp,
}

/// A long-term key: an ID and a secret, no session token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongTerm {
    /// `AKIA…`.
    pub id: String,
    /// The secret access key.
    pub secret: Secret,
}

impl LongTerm {
    /// What signs with it.
    pub fn credentials(&self) -> Credentials {
        Credentials {
            access_key_id: self.id.clone(),
            secret_access_key: self.secret.clone(),
            session_token: None,
            expires_at: None,
        }
    }

    /// The long-term key that these credentials are; `None` where they are temporary.
    pub fn of(credentials: &Credentials) -> Option<Self> {
        (!credentials.is_temporary()).then(|| Self {
            id: credentials.access_key_id.clone(),
            secret: credentials.secret_access_key.clone(),
        })
    }
}

/// The form on disk, inside the seal.
#[derive(Serialize, Deserialize)]
struct Written {
    profile: String,
    key: WrittenKey,
    next: Option<WrittenKey>,
    before: Option<WrittenKey>,
    of_file: Option<WrittenFile>,
    account: Option<AccountId>,
    user_arn: Option<String>,
    added_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct WrittenKey {
    id: String,
    secret: InTheClear,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenFile {
    Config,
    Credentials,
}

/// Seals `key`, in the place of what was there of the same profile. In one step: a crash leaves the old one or this.
pub async fn put(vault: &Vault, key: &StoredKey) -> Result<Kept, VaultFailure> {
    let written = Written::of(key);
    // Sized before writing: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
    serde_json::to_writer(&mut *bytes, &written).map_err(|why| VaultFailure::Disk {
        path: vault.folder.clone(),
        doing: "written",
        why: why.into(),
    })?;
    vault.put(&name(&key.profile), &bytes).await
}

/// The key of this profile; `None` where there is none, and where the vault is not open.
///
/// # Errors
/// Where it does not open, or another version wrote it: it is left as it is.
pub async fn get(vault: &Vault, profile: &str) -> Result<Option<StoredKey>, VaultFailure> {
    read(vault, &name(profile)).await
}

/// Whether something is sealed under this profile's name, whether it opens or not. Needs no key.
pub async fn is_there(vault: &Vault, profile: &str) -> Result<bool, VaultFailure> {
    let name = name(profile);
    Ok(vault.list().await?.contains(&name))
}

/// Every key that opens. Others are left as they are.
pub async fn all(vault: &Vault) -> Result<Vec<StoredKey>, VaultFailure> {
    let mut keys = Vec::new();
    for name in vault.list().await? {
        if !is_key(&name) {
            continue;
        }
        match read(vault, &name).await {
            Ok(key) => keys.extend(key),
            Err(why @ VaultFailure::Unreadable { .. }) => {
                tracing::warn!(%why, "an access key of the vault is passed over");
            }
            Err(why) => return Err(why),
        }
    }
    Ok(keys)
}

/// Whether a blob of this name is a key.
pub(super) fn is_key(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Removes the profile's blob.
pub async fn forget(vault: &Vault, profile: &str) -> Result<(), VaultFailure> {
    vault.delete(&name(profile)).await
}

async fn read(vault: &Vault, name: &str) -> Result<Option<StoredKey>, VaultFailure> {
    let Some(bytes) = vault.look(name).await? else {
        return Ok(None);
    };
    match serde_json::from_slice::<Written>(&bytes) {
        Ok(written) => Ok(Some(written.into())),
        Err(_) => Err(VaultFailure::Unreadable {
            path: vault.path(name)?,
        }),
    }
}

/// A profile's name may have characters that a file name should not have.
fn name(profile: &str) -> String {
    let hash = hex::encode(Sha256::digest(profile));
    format!("{PREFIX}{}", &hash[..32])
}

impl Written {
    fn of(key: &StoredKey) -> Self {
        let written = |key: &LongTerm| WrittenKey {
            id: key.id.clone(),
            secret: InTheClear(key.secret.clone()),
        };
        Self {
            profile: key.profile.clone(),
            key: written(&key.key),
            next: key.next.as_ref().map(written),
            before: key.before.as_ref().map(written),
            of_file: key.of_file.map(|kind| match kind {
                FileKind::Config => WrittenFile::Config,
                FileKind::Credentials => WrittenFile::Credentials,
            }),
            account: key.account,
            user_arn: key.user_arn.clone(),
            added_at: key.added_at,
        }
    }
}

impl From<Written> for StoredKey {
    fn from(written: Written) -> Self {
        let key = |key: WrittenKey| LongTerm {
            id: key.id,
            secret: key.secret.0,
        };
        Self {
            profile: written.profile,
            key: key(written.key),
            next: written.next.map(key),
            before: written.before.map(key),
            of_file: written.of_file.map(|kind| match kind {
                WrittenFile::Config => FileKind::Config,
                WrittenFile::Credentials => FileKind::Credentials,
            }),
            account: written.account,
            user_arn: written.user_arn,
            added_at: written.added_at,
        }
    }
}
