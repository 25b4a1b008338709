//! MFA devices whose secret the person has left with Hatrack: their codes are made here, and nobody types them.
//!
//! Invariants: a secret rests in the vault alone, sealed, and is read for each code; without a vault that lasts, none
//! is taken; a code that was sent or shown is not used again.

mod seed;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::future::BoxFuture;
use hatrack_core::broker::{CodeSource, SpentCodes, fresh_code, next_code_in};
use hatrack_core::expiry::{Clock, Moment};
use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::{MfaSerial, TokenCode};
use hatrack_store::vault::devices::{self, Device};
use hatrack_store::vault::{Kept, Vault, VaultFailure};
use jiff::Timestamp;

pub use seed::{NoSeed, Seed};

use crate::sessions::VaultSlot;

/// The present half minute's code may be spent, and the next one just so by another switch.
const MOST_WINDOWS: usize = 3;

/// Why a device could not be added, removed or asked.
#[derive(Debug, thiserror::Error)]
pub enum DeviceFailure {
    /// What was given is no secret of a device.
    #[error(transparent)]
    Seed(#[from] NoSeed),
    /// The vault keeps nothing.
    #[error(
        "the device's secret cannot be kept: there is no keyring, or it is locked, and nothing is written without one; \
         unlock or start a keyring and add the device again"
    )]
    NoVault,
    /// There is no such device.
    #[error("no secret of {0} is here; `hat mfa list` shows what there is, and `hat mfa add` takes one")]
    Unknown(MfaSerial),
    /// Its present code is spent, and the next ones were, too.
    #[error("every code of {0} was used as soon as it was made; try again in half a minute")]
    Busy(MfaSerial),
    /// The vault's files.
    #[error(transparent)]
    Vault(#[from] VaultFailure),
}

/// Waits; tests let their own clock pass.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// Waits by the system's timer.
pub fn pause() -> Pause {
    Arc::new(|time| Box::pin(tokio::time::sleep(time)))
}

/// The devices of this home.
pub struct Devices {
    vault: VaultSlot,
    clock: Arc<dyn Clock>,
    spent: SpentCodes,
    pause: Pause,
    /// The serials of those in the vault, and when each was added.
    known: RwLock<BTreeMap<MfaSerial, Timestamp>>,
}

impl Devices {
    /// In `vault`, once that is open. `spent` are the codes that were sent, by whomever.
    pub fn new(vault: VaultSlot, clock: Arc<dyn Clock>, spent: SpentCodes, pause: Pause) -> Self {
        Self {
            vault,
            clock,
            spent,
            pause,
            known: RwLock::default(),
        }
    }

    /// Looks which there are. To be called when the vault has been opened.
    pub async fn learn(&self) {
        let Some(vault) = self.vault.get() else { return };
        match devices::all(vault).await {
            Ok(all) => {
                let all = all.into_iter().map(|device| (device.serial, device.added_at));
                self.change(|known| known.extend(all));
            }
            Err(why) => tracing::warn!(%why, "the MFA devices in the vault could not be read"),
        }
    }

    /// The devices, and when each was added.
    pub fn list(&self) -> Vec<(MfaSerial, Timestamp)> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.iter().map(|(serial, at)| (serial.clone(), *at)).collect()
    }

    /// Takes a device's secret: base32, or the `otpauth://` address of its QR code.
    pub async fn add(&self, serial: MfaSerial, secret: &Secret) -> Result<(), DeviceFailure> {
        let device = Device {
            serial: serial.clone(),
            seed: Seed::read(secret)?.into_secret(),
            added_at: self.clock.now().wall,
        };
        match devices::put(self.vault()?, &device).await? {
            Kept::Sealed => {
                self.change(|known| known.extend([(serial, device.added_at)]));
                Ok(())
            }
            Kept::InMemoryOnly => Err(DeviceFailure::NoVault),
        }
    }

    /// Forgets a device's secret.
    pub async fn remove(&self, serial: &MfaSerial) -> Result<(), DeviceFailure> {
        if !self.makes(serial) {
            return Err(DeviceFailure::Unknown(serial.clone()));
        }
        devices::forget(self.vault()?, serial).await?;
        self.change(|known| known.retain(|known, _| known != serial));
        Ok(())
    }

    /// A code for the person to use elsewhere, and for how many seconds the device would show it. Hatrack does not
    /// use it any more.
    pub async fn show(&self, serial: &MfaSerial) -> Result<(TokenCode, u64), DeviceFailure> {
        if !self.makes(serial) {
            return Err(DeviceFailure::Unknown(serial.clone()));
        }
        let code = fresh_code(self, &self.spent, serial, || self.clock.now().boot).await;
        let code = code.ok_or_else(|| DeviceFailure::Busy(serial.clone()))?;
        Ok((code, next_code_in(self.clock.now())))
    }

    fn vault(&self) -> Result<&Vault, DeviceFailure> {
        self.vault.get().ok_or(DeviceFailure::NoVault)
    }

    async fn seed(&self, serial: &MfaSerial) -> Option<Seed> {
        match devices::get(self.vault.get()?, serial).await {
            Ok(device) => Seed::read(&device?.seed).ok(),
            Err(why) => {
                tracing::warn!(%why, "the secret of an MFA device could not be read");
                None
            }
        }
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<MfaSerial, Timestamp>)) {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner));
    }
}

#[async_trait]
impl CodeSource for Devices {
    fn makes(&self, serial: &MfaSerial) -> bool {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        known.contains_key(serial)
    }

    async fn code(&self, serial: &MfaSerial, spent: &SpentCodes) -> Option<TokenCode> {
        let seed = self.seed(serial).await?;
        let mut now = self.clock.now();
        for _ in 0..MOST_WINDOWS {
            let code = seed.code(now.wall)?;
            if !spent.is_spent(serial, &code, self.clock.now().boot) {
                return Some(code);
            }
            now = self.next_window(now).await;
        }
        None
    }
}

impl Devices {
    /// Waits until the device would show another code. After a sleep of the computer it is later than that.
    async fn next_window(&self, now: Moment) -> Moment {
        let pause = Duration::from_secs(next_code_in(now));
        (self.pause)(pause).await;
        let then = self.clock.now();
        Moment {
            wall: then.wall.max(now.wall + pause),
            ..then
        }
    }
}
