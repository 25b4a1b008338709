//! Sessions in the vault. The one place where a session's secrets become bytes.

use hatrack_core::account::AccountId;
use hatrack_core::expiry::Expiry;
use hatrack_core::secret::Credentials;
use hatrack_core::session::{Origin, Session, SessionId, SessionKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Kept, Vault, VaultFailure};
use crate::in_the_clear::InTheClear;

const PREFIX: &str = "session-";

/// A session as it came out of the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The session, its expiry as it was: `Expiry::restored` makes it right for this boot.
    pub session: Session,
    /// The boot in which it was sealed (`Clock::boot_id`).
    pub boot_id: String,
}

/// The form on disk, inside the seal.
#[derive(Serialize, Deserialize)]
struct Written {
    id: SessionId,
    key: SessionKey,
    access_key_id: String,
    secret_access_key: InTheClear,
    session_token: Option<InTheClear>,
    credentials_expire_at: Option<Timestamp>,
    expiry: Expiry,
    issued_at: Timestamp,
    account: Option<AccountId>,
    assumed_role_arn: Option<String>,
    user_id: Option<String>,
    region: String,
    origin: Origin,
    listed: bool,
    boot_id: String,
}

/// Seals `session`, as it is in the boot `boot_id`.
pub async fn put(vault: &Vault, session: &Session, boot_id: &str) -> Result<Kept, VaultFailure> {
    let written = Written {
        id: session.id.clone(),
        key: session.key.clone(),
        access_key_id: session.credentials.access_key_id.clone(),
        secret_access_key: InTheClear(session.credentials.secret_access_key.clone()),
        session_token: session.credentials.session_token.clone().map(InTheClear),
        credentials_expire_at: session.credentials.expires_at,
        expiry: session.expiry,
        issued_at: session.issued_at,
        account: session.account,
        assumed_role_arn: session.assumed_role_arn.clone(),
        user_id: session.user_id.clone(),
        region: session.region.clone(),
        origin: session.origin.clone(),
        listed: session.listed,
        boot_id: boot_id.to_owned(),
    };
    // Sized before writing: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(32 * 1024));
    serde_json::to_writer(&mut *bytes, &written).map_err(|why| VaultFailure::Disk {
        path: vault.folder.clone(),
        doing: "written",
        why: why.into(),
    })?;
    vault.put(&name(&session.id), &bytes).await
}

/// Every session that opens. One that does not, or that another version wrote, is set aside; one that cannot be read
/// is left out.
pub async fn all(vault: &Vault) -> Result<Vec<Restored>, VaultFailure> {
    let mut sessions = Vec::new();
    for name in vault.list().await? {
        if !name.starts_with(PREFIX) {
            continue;
        }
        let bytes = match vault.get(&name).await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => continue,
            Err(why) => {
                tracing::warn!(%why, "a sealed session is left out");
                continue;
            }
        };
        match serde_json::from_slice(&bytes) {
            Ok(written) => sessions.push(restored(written)),
            Err(_) => vault.set_aside(&name).await?,
        }
    }
    Ok(sessions)
}

/// Removes the session's blob.
pub async fn forget(vault: &Vault, id: &SessionId) -> Result<(), VaultFailure> {
    vault.delete(&name(id)).await
}

fn name(id: &SessionId) -> String {
    format!("{PREFIX}{id}")
}

fn restored(written: Written) -> Restored {
    Restored {
        session: Session {
            id: written.id,
            key: written.key,
            credentials: Credentials {
                access_key_id: written.access_key_id,
                secret_access_key: written.secret_access_key.0,
                session_token: written.session_token.map(|token| token.0),
                expires_at: written.credentials_expire_at,
            },
            expiry: written.expiry,
            issued_at: written.issued_at,
            account: written.account,
            assumed_role_arn: written.assumed_role_arn,
            user_id: written.user_id,
            region: written.region,
            origin: written.origin,
            listed: written.listed,
        },
        boot_id: written.boot_id,
    }
}
