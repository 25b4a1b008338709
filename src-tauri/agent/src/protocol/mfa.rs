//! MFA devices whose secret is in the vault.

use hatrack_core::secret::Secret;
use hatrack_core::sts_limits::MfaSerial;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::on_wire;

/// Leaves a device's secret with Hatrack.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddTotp {
    /// The device's serial or ARN.
    pub serial: MfaSerial,
    /// Base32, or the `otpauth://` address of its QR code.
    #[serde(with = "on_wire::secret")]
    pub secret: Secret,
}

/// A device whose secret is in the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotpDevice {
    /// The device's serial or ARN.
    pub serial: MfaSerial,
    /// When its secret was added.
    pub added_at: Timestamp,
}

/// A code for the person to use elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TotpCode {
    /// The six digits.
    #[serde(with = "on_wire::secret")]
    pub code: Secret,
    /// Seconds until the device shows another.
    pub seconds_left: u64,
}
