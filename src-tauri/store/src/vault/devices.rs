//! The secrets of MFA devices that the person has left with Hatrack.

use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::MfaSerial;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Kept, Vault, VaultFailure};
use crate::in_the_clear::InTheClear;

const PREFIX: &str = "mfa-";

/// A device's secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The device's serial or ARN.
    pub serial: MfaSerial,
    /// The secret in base32.
    pub seed: Secret,
    /// When it was left here.
    pub added_at: Timestamp,
}

/// The form on disk, inside the seal.
#[derive(Serialize, Deserialize)]
struct Written {
    serial: MfaSerial,
    seed: InTheClear,
    added_at: Timestamp,
}

/// Seals `device`, in the place of what was there of the same serial.
pub async fn put(vault: &Vault, device: &Device) -> Result<Kept, VaultFailure> {
    let written = Written {
        serial: device.serial.clone(),
        seed: InTheClear(device.seed.clone()),
        added_at: device.added_at,
    };
    // Sized before writing: a buffer that grows leaves copies of the secret behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(4 * 1024));
    serde_json::to_writer(&mut *bytes, &written).map_err(|why| VaultFailure::Disk {
        path: vault.folder.clone(),
        doing: "written",
        why: why.into(),
    })?;
    vault.put(&name(&device.serial), &bytes).await
}

/// The device with this serial. One that another version wrote is set aside.
pub async fn get(vault: &Vault, serial: &MfaSerial) -> Result<Option<Device>, VaultFailure> {
    read(vault, &name(serial)).await
}

/// Every device that opens.
pub async fn all(vault: &Vault) -> Result<Vec<Device>, VaultFailure> {
    let mut devices = Vec::new();
    for name in vault.list().await? {
        if name.starts_with(PREFIX) {
            devices.extend(read(vault, &name).await?);
        }
    }
    Ok(devices)
}

/// Removes the device's blob.
pub async fn forget(vault: &Vault, serial: &MfaSerial) -> Result<(), VaultFailure> {
    vault.delete(&name(serial)).await
}

async fn read(vault: &Vault, name: &str) -> Result<Option<Device>, VaultFailure> {
    let Some(bytes) = vault.get(name).await? else {
        return Ok(None);
    };
    match serde_json::from_slice::<Written>(&bytes) {
        Ok(written) => Ok(Some(Device {
            serial: written.serial,
            seed: written.seed.0,
            added_at: written.added_at,
        })),
        Err(_) => vault.set_aside(name).await.map(|()| None),
    }
}

/// A serial has characters that a file name should not have.
fn name(serial: &MfaSerial) -> String {
    let hash = hex::encode(Sha256::digest(serial.as_str()));
    format!("{PREFIX}{}", &hash[..32])
}
