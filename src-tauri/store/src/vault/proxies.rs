//! The names and passwords that the person has given for proxies.

use hatrack_core::secret::Secret;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Kept, Vault, VaultFailure};
use crate::in_the_clear::InTheClear;

const PREFIX: &str = "proxy-";

/// What a proxy takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyLogin {
    /// `host:port`.
    pub proxy: String,
    /// The name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// The form on disk, inside the seal.
#[derive(Serialize, Deserialize)]
struct Written {
    proxy: String,
    name: String,
    password: InTheClear,
}

/// Seals `login`, in the place of what was there for the same proxy.
pub async fn put(vault: &Vault, login: &ProxyLogin) -> Result<Kept, VaultFailure> {
    let written = Written {
        proxy: login.proxy.clone(),
        name: login.name.clone(),
        password: InTheClear(login.password.clone()),
    };
    // Sized before writing: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * 1024));
    serde_json::to_writer(&mut *bytes, &written).map_err(|why| VaultFailure::Disk {
        path: vault.folder.clone(),
        doing: "written",
        why: why.into(),
    })?;
    vault.put(&name(&login.proxy), &bytes).await
}

/// The login of this proxy. One that another version wrote is set aside.
pub async fn get(vault: &Vault, proxy: &str) -> Result<Option<ProxyLogin>, VaultFailure> {
    let name = name(proxy);
    let Some(bytes) = vault.get(&name).await? else {
        return Ok(None);
    };
    match serde_json::from_slice::<Written>(&bytes) {
        Ok(written) => Ok(Some(ProxyLogin {
            proxy: written.proxy,
            name: written.name,
            password: written.password.0,
        })),
        Err(_) => vault.set_aside(&name).await.map(|()| None),
    }
}

/// Removes every login, and gives how many there were.
pub async fn forget_all(vault: &Vault) -> Result<usize, VaultFailure> {
    let mut count = 0;
    for name in vault.list().await? {
        if name.starts_with(PREFIX) {
            vault.delete(&name).await?;
            count += 1;
        }
    }
    Ok(count)
}

/// A host has characters that a file name should not have.
fn name(proxy: &str) -> String {
    let hash = hex::encode(Sha256::digest(proxy));
    format!("{PREFIX}{}", &hash[..32])
}
